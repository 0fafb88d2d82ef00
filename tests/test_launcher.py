"""``python -m helpers es`` opens lesson 0 in JupyterLab, or says what is missing."""

import contextlib
import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from helpers import __main__ as launcher
from helpers import language

TOKEN = "a-token-for-this-test"
START_LIMIT_S = 60
STOP_LIMIT_S = 20


@pytest.fixture(autouse=True)
def _language_as_before():
    before = language.current_language()
    yield
    language.set_language(before)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose folder and lesson have spaces and accents in their names; we stand in it."""
    root = tmp_path / "Curso de programación"
    for folder, name in (("es", "00_empieza aquí.ipynb"), ("en", "00_start_here.ipynb")):
        (root / "notebooks" / folder).mkdir(parents=True)
        notebook = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (root / "notebooks" / folder / name).write_text(json.dumps(notebook), encoding="utf-8")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A folder without a course, and a package that is not installed in one either."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(launcher, "__file__", str(tmp_path / "src" / "helpers" / "__main__.py"))
    return tmp_path


@pytest.fixture
def started(monkeypatch):
    """The lists of arguments that JupyterLab would have been started with."""
    calls = []
    monkeypatch.setattr(launcher, "_run_jupyterlab", calls.append)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    return calls


def test_the_lesson_is_found_from_the_course_and_from_any_folder_in_it(course, monkeypatch):
    """Lesson 0 of the asked language is found from the course's folder and from below it."""
    for folder in (course, course / "notebooks", course / "notebooks" / "en"):
        monkeypatch.chdir(folder)
        root, lesson = launcher.find_lesson("es")
        assert root == course
        assert lesson == Path("notebooks/es/00_empieza aquí.ipynb")


def test_the_lesson_is_found_from_outside_the_course(course, tmp_path, monkeypatch):
    """Outside the course, lesson 0 is that of the project which the package is installed from."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(launcher, "__file__", str(course / "src" / "helpers" / "__main__.py"))
    assert launcher.find_lesson("en") == (course, Path("notebooks/en/00_start_here.ipynb"))


def test_jupyterlab_shows_the_course_and_opens_the_lesson(course, started):
    """JupyterLab is given the course's folder and the address of the lesson, safely quoted."""
    assert launcher.main(["es"]) == 0
    (arguments,) = started
    assert f"--ServerApp.root_dir={course}" in arguments
    assert "--LabApp.default_url=/lab/tree/notebooks/es/00_empieza%20aqu%C3%AD.ipynb" in arguments


def test_further_arguments_go_on_to_jupyterlab_and_come_last(course, started):
    """What follows the language is handed on as it is, after the launcher's own arguments."""
    launcher.main(["en", "--no-browser", "--port", "9999"])
    assert started[0][-3:] == ["--no-browser", "--port", "9999"]


@pytest.mark.parametrize("theirs", [["--LabApp.news_url=mine"], ["--LabApp.news_url", "mine"]])
def test_what_the_caller_sets_counts(course, theirs):
    """JupyterLab refuses a setting that is given twice, so the caller's replaces ours."""
    arguments = launcher.jupyter_arguments(*launcher.find_lesson("es"), theirs)
    assert arguments[-len(theirs) :] == theirs
    assert sum(argument.startswith("--LabApp.news_url") for argument in arguments) == 1
    assert "--LabApp.extension_manager=readonly" in arguments


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_is_allowed_only_for_root(course, monkeypatch, user, allowed):
    """JupyterLab refuses root, so it is told to allow it when, and only when, we are root."""
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--allow-root" in launcher.jupyter_arguments(*launcher.find_lesson("es"))) is allowed


def test_a_system_without_user_numbers_is_served(course, monkeypatch):
    """Windows has no geteuid, and needs no --allow-root."""
    monkeypatch.delattr(os, "geteuid", raising=False)
    assert "--allow-root" not in launcher.jupyter_arguments(*launcher.find_lesson("es"))


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_the_users_own_settings_are_kept(course, started, monkeypatch, code):
    """The launcher's settings for JupyterLab come beside the user's, not in their place."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    launcher.main([code])
    folders = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert folders[-2:] == [str(launcher.SETTINGS), "mine"]


@pytest.mark.parametrize(("code", "locale"), [("es", "es_ES"), ("en", None)])
def test_jupyterlab_speaks_the_language_of_the_course(course, started, monkeypatch, code, locale):
    """JupyterLab's own reader of settings finds the locale, and the language pack is there."""
    from jupyterlab_server.settings_utils import _get_overrides
    from jupyterlab_server.translation_utils import get_language_packs

    launcher.main([code])
    settings, error = _get_overrides(str(course))
    assert not error
    translation = settings.get("@jupyterlab/translation-extension:plugin", {})
    assert translation.get("locale") == locale
    assert "@jupyterlab/apputils-extension:notification" in settings
    packs, _ = get_language_packs()
    assert locale is None or locale in packs


def test_a_third_language_has_the_plain_settings(course, started, monkeypatch):
    """A language that somebody adds opens the course before it has settings of its own."""
    for module in (launcher, language):
        monkeypatch.setattr(module, "LANGUAGES", ("es", "en", "pt"))
    (course / "notebooks" / "pt").mkdir()
    (course / "notebooks" / "pt" / "00_comece.ipynb").touch()
    assert launcher.main(["pt"]) == 0
    assert os.environ["JUPYTER_CONFIG_PATH"] == str(launcher.SETTINGS)
    assert len(started) == 1


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_without_a_language_the_usage_comes_in_both_languages(arguments, capsys, started):
    """No argument at all, or a call for help, shows how to call it, in Spanish and English."""
    code = launcher.main(arguments)
    printed = "".join(capsys.readouterr())
    assert "Uso: python -m helpers es" in printed
    assert "Usage: python -m helpers en" in printed
    assert (code, started) == (0 if arguments else 2, [])


@pytest.mark.parametrize("unknown", ["fr", "ES", "--no-browser", "español", "es en"])
def test_an_unknown_language_is_refused_in_both_languages(unknown, capsys, started):
    """An unknown language gives exit code 2, says what was received and what is allowed."""
    assert launcher.main([unknown]) == 2
    said = capsys.readouterr().err
    assert said.count(repr(unknown)) == 2
    assert "No existe" in said or "no existe" in said
    assert "There is no language" in said
    assert started == []


@pytest.mark.parametrize("course_language", language.LANGUAGES)
def test_a_missing_lesson_is_said_in_the_language_asked_for(nowhere, started, course_language):
    """Where there is no lesson 0, the error names the file and the folder, and how to mend it."""
    with pytest.raises(SystemExit) as stopped:
        launcher.main([course_language])
    said = str(stopped.value.code)
    assert f"notebooks/{course_language}/00_*.ipynb" in said
    assert str(nowhere) in said
    assert {"es": "descarga el curso", "en": "download the course"}[course_language] in said
    assert started == []


@pytest.mark.parametrize("course_language", language.LANGUAGES)
def test_a_missing_jupyterlab_is_said(course, started, monkeypatch, course_language):
    """Without JupyterLab the error names the Python that lacks it and where the remedy stands."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *rest: None if name == "jupyterlab" else find_spec(name, *rest),
    )
    with pytest.raises(SystemExit) as stopped:
        launcher.main([course_language])
    said = str(stopped.value.code)
    assert sys.executable in said
    assert "README.md" in said
    assert started == []


def test_the_command_itself_ends_with_the_exit_code(tmp_path):
    """Run as a program, a wrong call ends with exit code 2 and no traceback."""
    call = [sys.executable, "-m", "helpers", "fr"]
    done = subprocess.run(call, capture_output=True, cwd=tmp_path, timeout=30, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_home_that_cannot_be_written(course, tmp_path, monkeypatch):
    """JupyterLab keeps its settings elsewhere, says so, and starts."""
    home = tmp_path / "no folder"
    home.write_text("", encoding="utf-8")  # nothing can be written below a file, not even by root
    names = dict.fromkeys(("CONFIG_DIR", "RUNTIME_DIR", "DATA_DIR"), str(home / "jupyter"))
    monkeypatch.setattr(
        sys.modules[__name__],
        "_own_environment",
        lambda scratch: {
            **{k: v for k, v in os.environ.items() if not k.startswith("JUPYTER_")},
            **{f"JUPYTER_{name}": folder for name, folder in names.items()},
            "HOME": str(home),
            "USERPROFILE": str(home),
        },
    )
    with _jupyterlab(course / "notebooks", tmp_path) as address:
        assert "python3" in json.loads(_get(f"{address}/api/kernelspecs"))["kernelspecs"]
    said = (tmp_path / "jupyterlab.log").read_text(encoding="utf-8", errors="replace")
    assert str(home) in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="becomes a user who is not known"
)
def test_a_user_without_a_home():
    """In a container a user may have no home at all: Jupyter finds a folder all the same."""
    program = (
        "import os\n"
        "from jupyter_core import paths, migrate\n"
        "from helpers import jupyter_home\n"
        "os.setuid(12345)\n"
        "print(jupyter_home.unwritable())\n"
        "jupyter_home.use_temporary_home()\n"
        "print(jupyter_home.unwritable(), os.path.isdir(os.path.expanduser('~')))\n"
        "migrate.get_ipython_dir()\n"
    )
    without = {k: v for k, v in os.environ.items() if k != "HOME" and not k.startswith("JUPYTER_")}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, encoding="utf-8", timeout=START_LIMIT_S, env=without, check=False,
    )  # fmt: skip
    assert done.stdout.split() == ["~", "None", "True"], done.stderr


def test_jupyterlab_really_starts_on_the_lesson_and_ends_when_told(course, tmp_path):
    """A real JupyterLab leads to lesson 0, with this Python's kernel, and leaves no process.

    It does not ask about news, and another Python's kernel in the learner's home changes nothing.
    """
    kernel = tmp_path / "DATA_DIR" / "kernels" / "python3"  # of another Python, in their home
    kernel.mkdir(parents=True)
    spec = {"argv": ["/no/such/python", "-f", "{connection_file}"], "display_name": "Another"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    with _jupyterlab(course / "notebooks", tmp_path) as address:
        kernels = json.loads(_get(f"{address}/api/kernelspecs"))["kernelspecs"]
        assert kernels["python3"]["spec"]["display_name"] != "Another"
        opened = urllib.parse.urlsplit(_redirected(f"{address}/")).path
        assert opened == "/lab/tree/notebooks/es/00_empieza%20aqu%C3%AD.ipynb"
        notification = urllib.parse.quote("@jupyterlab/apputils-extension:notification")
        settings = json.loads(_get(f"{address}/lab/api/settings/{notification}"))
        assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"
        page = _get(f"{address}/lab").decode()
        assert re.search(r'"news": {"disabled": true}', page)


@contextlib.contextmanager
def _jupyterlab(folder, scratch):
    """Start the launcher in ``folder``, yield its address, end it, and see that it is gone."""
    port = _free_port()
    options = ["--no-browser", "--port", str(port), "--ServerApp.port_retries=0"]
    log = (scratch / "jupyterlab.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers", "es", *options, f"--IdentityProvider.token={TOKEN}"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=_own_environment(scratch),
        start_new_session=True,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(address, process, log.name)
        yield address
        _interrupt(process)
    finally:
        process.kill()
        process.wait(STOP_LIMIT_S)
        log.close()
    if os.name == "posix":
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


def _own_environment(scratch):
    """The environment of a user without settings of their own, whose home stays untouched."""
    folders = {
        f"JUPYTER_{name}": str(scratch / name) for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
    }
    return {**os.environ, **folders, "JUPYTER_CONFIG_PATH": ""}


def _interrupt(process):
    """End JupyterLab as a person does on POSIX, with Ctrl+C; elsewhere the caller kills it."""
    if os.name != "posix":
        return
    process.send_signal(signal.SIGINT)
    assert process.wait(STOP_LIMIT_S) == 0


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(address, process, log):
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            assert json.loads(_get(f"{address}/api/status"))["kernels"] == 0
            return
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer; it said:\n{Path(log).read_text(errors='replace')}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def _opener():
    # No proxy of this machine's stands between us and our own server.
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def _request(url):
    return urllib.request.Request(url, headers={"Authorization": f"token {TOKEN}"})


def _get(url):
    with _opener().open(_request(url), timeout=5) as answer:
        return answer.read()


def _redirected(url):
    with pytest.raises(urllib.error.HTTPError) as redirect:
        _get(url)
    redirect.value.close()
    assert redirect.value.code == 302
    return redirect.value.headers["Location"]
