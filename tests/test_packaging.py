"""The ways to install, open and test the course say the same everywhere they are written."""

import importlib.metadata as metadata
import itertools
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from distributed.cli import dask_scheduler, dask_worker
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from helpers import __main__ as launcher
from helpers import doctor
from helpers.authoring.__main__ import _parser
from helpers.language import LANGUAGES

ROOT = Path(__file__).parents[1]
PYTHONS = ["3.11", "3.12", "3.13", "3.14", "3.15"]
SYSTEMS = (("linux", "posix", "Linux"), ("darwin", "posix", "Darwin"), ("win32", "nt", "Windows"))
POWERSHELL = (
    'cmd /c "{}"'  # in Windows PowerShell 5.1 a && b is an error, and a; b goes on after one
)
OTHER_WAYS = ("docs/otras_formas_de_abrirlo.md", "docs/other_ways_to_open_it.md")
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
DASK = {"scheduler": dask_scheduler, "worker": dask_worker}
BOTH = re.compile(r"^.+ · .+$", re.DOTALL)  # Spanish, then English


def _read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def _lines(name):
    """Return the lines of a file that are not empty and no comment."""
    return [line for line in _read(name).splitlines() if line and not line.startswith("#")]


PROJECT = tomllib.loads(_read("pyproject.toml"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
PINS = [*map(Requirement, _lines("constraints.txt"))]


def _pins(environment=None):
    """Return what is pinned on a system and Python, by its name."""
    there = [pin for pin in PINS if pin.marker is None or pin.marker.evaluate(environment)]
    found = {canonicalize_name(pin.name): pin for pin in there}
    assert len(found) == len(there), "constraints.txt pins one distribution twice"
    return found


def _needed_here(name, extras):
    """Return the names of everything that ``name`` needs here, itself left out, by walking."""
    found, waiting, seen = set(), [(name, extra) for extra in ("", *extras)], set()
    while waiting:
        step = waiting.pop()
        if step in seen:
            continue
        seen.add(step)
        for need in map(Requirement, metadata.requires(step[0]) or []):
            if need.marker is None or need.marker.evaluate({"extra": step[1]}):
                found.add(canonicalize_name(need.name))
                waiting += [(need.name, extra) for extra in ("", *need.extras)]
    return found - {canonicalize_name(name)}


def test_everything_installed_for_the_course_is_pinned_at_its_version():
    """Each distribution that the course and its extras need is here in the pinned version."""
    pinned, needed = _pins(), _needed_here("helpers", ("author", "test"))
    assert len(needed) > 50, "the walk over the dependencies found too few"
    wrong = {
        name: (metadata.version(name), str(pinned.get(name, "not pinned")))
        for name in sorted(needed)
        if name not in pinned or f"=={metadata.version(name)}" != str(pinned[name].specifier)
    }
    assert wrong == {}, "installed, pinned: run the set-up again, or refresh constraints.txt"


def test_what_the_project_names_is_pinned_once_everywhere():
    """On every system and Python, each dependency has one plain pin, within its bounds."""
    assert not re.search(r"https?:|^\s*-|--index| @ ", _read("constraints.txt"), re.MULTILINE)
    assert all([clause.operator for clause in pin.specifier] == ["=="] for pin in PINS)
    needs = map(Requirement, PROJECT["dependencies"] + EXTRAS["author"] + EXTRAS["test"])
    needs = [need for need in needs if need.name != "helpers"]
    for python, (platform, os_name, system) in itertools.product(PYTHONS, SYSTEMS):
        environment = {"python_version": python, "python_full_version": f"{python}.9"}
        environment |= {"sys_platform": platform, "os_name": os_name, "platform_system": system}
        pins = _pins({**default_environment(), **environment})
        for need in needs:
            (version,) = pins[canonicalize_name(need.name)].specifier
            assert need.specifier.contains(version.version), (need, python, platform)


def test_versions_are_the_same_everywhere():
    """What is cited is what is installed; the doctor knows the Pythons that are tested."""
    assert yaml.safe_load(_read("CITATION.cff"))["version"] == PROJECT["version"]
    first, last = (".".join(map(str, version)) for version in doctor.PYTHONS)
    assert PROJECT["requires-python"] == f">={first}"
    assert (first, last) == (PYTHONS[0], PYTHONS[-1])


def _code_lines(page, language):
    """Return the commands of the course in a page's code blocks of one language."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", _read(page), re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if ".venv" in line or "conda env" in line]


(TEST,) = {line for line in _code_lines("README.md", "sh") if line.endswith("-m pytest")}
INSTALL, _ = TEST.split("'.[test]'")


def test_the_readme_gives_one_line_to_open_and_one_to_test_in_both_languages():
    """README opens the course in each language, and tests it; its pages do so with conda."""
    opening = [f"{INSTALL}. && .venv/bin/python -m helpers {language}" for language in LANGUAGES]
    assert _code_lines("README.md", "sh") == [opening[0], TEST, opening[1], TEST]
    conda = yaml.safe_load(_read("environment.yml"))
    for language, page in zip(LANGUAGES, OTHER_WAYS, strict=True):
        made, opened = _code_lines(page, "sh")[0].split(" && ")
        assert re.fullmatch("conda env create .*environment.yml", made)
        assert f" {conda['name']} " in opened
        assert opened.endswith(f" -m helpers {language}")
    python = f"python {PROJECT['requires-python']}"
    from_pip = {"pip": ["-c constraints.txt", "-e .[test]"]}
    assert (conda["channels"], conda["dependencies"]) == (
        ["conda-forge"],
        [python, "pip", from_pip],
    )
    assert " ".join(from_pip["pip"]) in TEST.replace("'", "")


def _for_windows(command):
    """Return the command for PowerShell; several go to cmd, which knows no single quotes."""
    for old, new in (("python3", "python"), (".venv/bin/", ".venv\\Scripts\\")):
        command = command.replace(old, new)
    return POWERSHELL.format(command.replace("'", "")) if " && " in command else command


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_are_understood(page):
    """Windows has the same ones; extras, programs and options that they name are there."""
    assert _code_lines(page, "powershell") == [*map(_for_windows, _code_lines(page, "sh"))]
    for line in _code_lines(page, "sh"):
        for command in map(shlex.split, line.split(" && ")):
            if command[1:4] == ["-m", "pip", "--python"] and "-e" in command:
                assert set(re.findall(r"\w+", command[-1])) <= set(EXTRAS)
            elif command[1:3] == ["-m", "helpers.authoring"]:
                _parser().parse_args(command[3:])
            elif command[1:3] == ["-m", "dask"]:
                DASK[command[3]].main.make_context("dask", command[4:])
            elif command[0] == ".venv/bin/python" and command[1] != "-m":
                assert (ROOT / command[1]).is_file()


def test_ci_runs_the_readmes_commands_and_the_linters():
    """.ci/run takes README's test command step by step, linters first, and stops at an error."""
    lines = _read(".ci/run").splitlines()
    *set_up, plain = TEST.split(" && ")
    linters = [f".venv/bin/python -m {it}" for it in ("ruff check", "ruff format --check", "mypy")]
    expected = [*set_up, *linters, f'{plain} "$@"']
    assert [line for line in lines if line in expected] == expected
    assert (lines[0], lines[-1]) == ("#!/usr/bin/env bash", expected[-1])
    assert "set -euo pipefail" in lines
    if sys.platform != "win32":
        subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=True, timeout=20)


def _jobs(workflow):
    return yaml.safe_load(_read(f".github/workflows/{workflow}.yml"))["jobs"]


def _commands(job):
    assert job["timeout-minutes"] <= 150
    return [step["run"] for step in job["steps"] if "run" in step]


def test_the_workflows_run_what_is_there():
    """The oldest and the newest Python run .ci/run, each other pair of system and Python a part.

    By night .ci/run runs the slow tests too. Every action is named with a full version.
    """
    jobs = _jobs("tests")
    whole, smoke = (jobs[name]["strategy"]["matrix"] for name in ("whole", "smoke"))
    assert _commands(jobs["whole"]) == ["bash .ci/run"]
    assert (whole["python"], smoke["python"]) == ([PYTHONS[0], PYTHONS[-1]], PYTHONS)
    systems = [system.partition("-")[0] for system in smoke["system"]]
    assert systems == ["ubuntu", "macos", "windows"]
    left_out = [{"system": smoke["system"][0], "python": python} for python in whole["python"]]
    assert smoke["exclude"] == left_out
    install, test = map(shlex.split, _commands(jobs["smoke"]))
    assert install[-4:] == ["-c", "constraints.txt", "-e", ".[test]"]
    assert all((ROOT / path).exists() for path in test[3:])
    assert _commands(_jobs("nightly")["whole"]) == ['bash .ci/run -m "slow or not slow"']
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        used = re.findall(r"uses:\s*(\S+)", file.read_text(encoding="utf-8"))
        assert used
        assert all(re.fullmatch(r"\S+@v\d+\.\d+\.\d+", action) for action in used)


def test_the_pages_are_made_by_commands_that_exist():
    """The workflow for GitHub Pages installs what its commands need, and publishes the results."""
    job = _jobs("pages")["pages"]
    install, *commands = [step["run"] for step in job["steps"] if "run" in step]
    assert install.endswith(" install -c constraints.txt -e '.[site]'")
    filled = [re.sub(r"\$\{\{.*?\}\}", "x", command) for command in commands]
    parsed = [_parser().parse_args(shlex.split(command)[3:]) for command in filled]
    assert [command.split()[3] for command in commands] == ["site", "colab"]
    (to,) = [step["with"]["path"] for step in job["steps"] if "path" in step.get("with", {})]
    folders = [options.folder.as_posix() for options in parsed]
    assert folders == [to, f"{to}/colab"]


def test_the_containers_install_and_open_the_course(monkeypatch):
    """Both install as README does, on a Python that fits; one opens the course, to this machine."""
    lines = _lines(".devcontainer/Dockerfile")
    steps = dict(line.split(" ", 1) for line in lines)
    development = json.loads(_read(".devcontainer/devcontainer.json"))
    [install] = [line.removeprefix("RUN ") for line in lines if "pip" in line]
    readme = _read("README.md").splitlines()
    assert f"{install} && .venv/bin/python -m helpers es" in readme
    assert f"{development['postCreateCommand']} && .venv/bin/python -m pytest" in readme
    assert "--shm-size=1g" in development["runArgs"]
    for image in (steps["FROM"], development["image"]):
        python = re.search(r":(\d\.\d+)", image)[1]
        assert SpecifierSet(PROJECT["requires-python"]).contains(python)
    assert steps["USER"] != "root"
    assert not (ROOT / "Dockerfile").exists(), "Binder would take it instead of environment.yml"

    started, opened = [], json.loads(steps["CMD"])
    monkeypatch.setattr(launcher, "_run_jupyterlab", started.append)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.chdir(ROOT)
    assert json.loads(steps["ENTRYPOINT"]) == [".venv/bin/python", "-m", "helpers"]
    assert launcher.main(opened) == 0
    assert started[0][-2:] == ["--no-browser", "--ip=0.0.0.0"]
    commands = [line for line in _read(OTHER_WAYS[0]).splitlines() if line.startswith("docker ")]
    build, run = map(shlex.split, commands)
    assert build[build.index("--file") + 1] == ".devcontainer/Dockerfile"
    assert run[-len(opened) - 1 :] == [build[build.index("--tag") + 1], *opened]
    assert run[run.index("--publish") + 1] == "127.0.0.1:8888:8888"


@pytest.mark.parametrize("name", ["lesson", "problem"])
def test_a_form_speaks_both_languages(name):
    """Whoever reports something is asked in Spanish and English, and must answer."""
    form = yaml.safe_load(_read(f".github/ISSUE_TEMPLATE/{name}.yml"))
    assert all(BOTH.match(form[part]) for part in ("name", "description"))
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert len({part["id"] for part in asked}) == len(asked) > 0
    for part in asked:
        texts = part["attributes"]
        shown = [texts["label"], texts.get("description", "· · ·"), *texts.get("options", [])]
        assert all(BOTH.match(text) for text in shown)
        assert part["validations"]["required"] is True
    assert name == "lesson" or "helpers doctor" in str(form)
