"""``python -m helpers es`` opens lesson 0 in JupyterLab, or says what is missing."""

import importlib.util
import json
import os
import signal
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest

from browser.labs import jupyterlab
from helpers import __main__ as launcher
from helpers import jupyter_home, language

LESSON = Path("notebooks/es/00_empieza aquí.ipynb")
QUOTED = "/lab/tree/notebooks/es/00_empieza%20aqu%C3%AD.ipynb"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course whose folder and lesson have spaces and accents in their names; we stand in it."""
    root = tmp_path / "Curso de programación"
    for lesson in (LESSON, Path("notebooks/en/00_start_here.ipynb")):
        (root / lesson.parent).mkdir(parents=True)
        (root / lesson).touch()
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def started(monkeypatch):
    """The lists of arguments that JupyterLab would have been started with."""
    calls = []
    monkeypatch.setattr(launcher, "_run_jupyterlab", calls.append)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "mine")
    return calls


def test_the_lesson_is_found_from_anywhere(course, tmp_path, monkeypatch):
    """From the course's folder and below it; from outside, that of the installed project."""
    monkeypatch.setattr(launcher, "__file__", str(course / "src" / "helpers" / "__main__.py"))
    for folder in (course, course / "notebooks" / "en", tmp_path):
        monkeypatch.chdir(folder)
        assert launcher.find_lesson("es") == (course, LESSON)


@pytest.mark.parametrize("user", [0, 1000, None])
@pytest.mark.parametrize("theirs", [["--LabApp.news_url=mine"], ["--LabApp.news_url", "mine"]])
def test_what_jupyterlab_would_refuse(course, monkeypatch, user, theirs):
    """A setting given twice, under any name: the caller's counts. Root: allowed for root alone."""
    monkeypatch.delattr(os, "geteuid", raising=False)  # as on Windows
    if user is not None:
        monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    arguments = launcher.jupyter_arguments(course, LESSON, theirs)
    assert arguments[-len(theirs) :] == theirs
    assert sum(argument.startswith("--LabApp.news_url") for argument in arguments) == 1
    assert ("--allow-root" in arguments) is (user == 0)
    arguments = launcher.jupyter_arguments(course, LESSON, ["--notebook-dir", "mine"])
    assert not any("root_dir" in argument for argument in arguments)


@pytest.mark.parametrize(("code", "locale"), [("es", "es_ES"), ("en", None)])
def test_jupyterlab_shows_the_course_in_its_language(course, started, code, locale):
    """It is given the course's folder, the address of the lesson, and last what the caller adds.

    JupyterLab's own reader of settings finds the locale, and the language pack is there. The user's
    own settings are kept beside the course's.
    """
    from jupyterlab_server.settings_utils import _get_overrides
    from jupyterlab_server.translation_utils import get_language_packs

    assert launcher.main([code, "--no-browser", "--port", "9999"]) == 0
    (arguments,) = started
    assert f"--ServerApp.root_dir={course}" in arguments
    assert (f"--LabApp.default_url={QUOTED}" in arguments) is (code == "es")
    assert "--LabApp.extension_manager=readonly" in arguments
    assert arguments[-3:] == ["--no-browser", "--port", "9999"]
    assert os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)[-1] == "mine"
    settings, error = _get_overrides(str(course))
    assert not error
    translation = settings.get("@jupyterlab/translation-extension:plugin", {})
    assert translation.get("locale") == locale
    assert "@jupyterlab/apputils-extension:notification" in settings
    assert locale is None or locale in get_language_packs()[0]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["fr"], ["ES"], ["--no-browser"], ["es en"]])
def test_a_call_without_a_language_of_the_course_gets_the_usage(arguments, capsys, started):
    """In both languages; an unknown one is named, with those that there are, and exit code 2."""
    assert launcher.main(arguments) == (0 if arguments == ["--help"] else 2)
    printed = "".join(capsys.readouterr())
    assert "Uso: python -m helpers es" in printed
    assert "Usage: python -m helpers en" in printed
    if arguments not in ([], ["--help"]):
        assert f"El idioma {arguments[0]!r} no existe" in printed
        assert f"There is no language {arguments[0]!r}" in printed
    assert started == []


@pytest.mark.parametrize("code", language.LANGUAGES)
@pytest.mark.parametrize("missing", ["lesson", "jupyterlab"])
def test_what_is_missing_is_said_with_its_remedy(course, started, monkeypatch, code, missing):
    """In the language asked for: which lesson or which Python, where it is not, and what to do."""
    if missing == "lesson":
        monkeypatch.chdir(course.parent)
        monkeypatch.setattr(launcher, "__file__", str(course.parent / "src/helpers/__main__.py"))
        remedy = {"es": "descarga el curso", "en": "download the course"}[code]
        facts = [f"notebooks/{code}/00_*.ipynb", str(course.parent), remedy]
    else:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        facts = [sys.executable, "README.md", {"es": "Repite", "en": "Repeat"}[code]]
    with pytest.raises(SystemExit) as stopped:
        launcher.main([code])
    assert [fact for fact in facts if fact not in str(stopped.value.code)] == []
    assert started == []


def test_a_home_that_cannot_be_written(course, tmp_path):
    """JupyterLab keeps its settings elsewhere, says so, and starts."""
    home = tmp_path / "no folder"
    home.write_text("", encoding="utf-8")  # nothing can be written below a file, not even by root
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR")
    variables = dict.fromkeys(names, str(home / "jupyter"))
    variables |= {"HOME": str(home), "USERPROFILE": str(home)}
    with jupyterlab("es", course / "notebooks", tmp_path, variables=variables) as address:
        assert "python3" in _answer(f"{address}/api/kernelspecs")["kernelspecs"]
    log = (tmp_path / "jupyterlab.log").read_text(encoding="utf-8", errors="replace")
    assert str(home) in log
    assert "Traceback" not in log


def test_a_folder_that_may_not_be_written(monkeypatch, tmp_path):
    """It is named after one try (Windows' tempfile would go on for ever), as is a missing drive."""
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "settings"))
    refused = Mock(side_effect=PermissionError(13, "Permission denied"))
    monkeypatch.setattr(Path, "touch", refused)
    for n_tries in (1, 2):
        assert jupyter_home.unwritable() == tmp_path / "settings"
        assert refused.call_count == n_tries
        monkeypatch.setattr(os.path, "exists", lambda path: False)


def test_a_user_without_a_home(monkeypatch, tmp_path):
    """In a container a user may have no home at all: Jupyter finds a folder all the same."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def no_home():
        raise RuntimeError("Could not determine home directory")

    for name in (*jupyter_home.NAMES, "HOME"):
        monkeypatch.setenv(name, "")
    with monkeypatch.context() as patch:
        patch.setattr("jupyter_core.paths.jupyter_config_dir", no_home)
        assert jupyter_home.unwritable() == Path("~")
    monkeypatch.delenv("HOME")
    jupyter_home.use_temporary_home()
    assert jupyter_home.unwritable() is None
    assert Path(os.environ["HOME"]).is_dir()


def test_jupyterlab_really_starts_on_the_lesson_and_ends_when_told(course, tmp_path):
    """A real JupyterLab leads to lesson 0, with this Python's kernel; Ctrl+C leaves no process.

    It does not ask about news, and another Python's kernel in the learner's home changes nothing.
    """
    kernel = tmp_path / "jupyter_data_dir" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["/no/such/python", "-f", "{connection_file}"], "display_name": "Another"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    with jupyterlab("es", course / "notebooks", tmp_path) as address:
        kernels = _answer(f"{address}/api/kernelspecs")["kernelspecs"]
        assert kernels["python3"]["spec"]["display_name"] != "Another"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address) as page:
            assert urllib.parse.urlsplit(page.url).path == QUOTED
            assert b'"news": {"disabled": true}' in page.read()
        notification = urllib.parse.quote("@jupyterlab/apputils-extension:notification")
        settings = _answer(f"{address}/lab/api/settings/{notification}")
        assert settings["schema"]["properties"]["fetchNews"]["default"] == "false"
        (server,) = (tmp_path / "jupyter_runtime_dir").glob("jpserver-*.json")
        process = psutil.Process(json.loads(server.read_text(encoding="utf-8"))["pid"])
        if os.name == "posix":
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0
    assert not process.is_running()
    if os.name == "posix":
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)  # what it started, too


def _answer(url):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url) as answer:
        return json.load(answer)
