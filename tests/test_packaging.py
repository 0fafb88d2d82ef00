"""The ways to install, open and test the course say the same everywhere they are written."""

import importlib.metadata as metadata
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
from packaging.utils import canonicalize_name

from helpers import doctor
from helpers.authoring.__main__ import _parser
from helpers.language import LANGUAGES

ROOT = Path(__file__).parents[1]
EXTRAS = ("author", "test")
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
POWERSHELL = (
    'cmd /c "{}"'  # in Windows PowerShell 5.1 a && b is an error, and a; b goes on after one
)
OTHER_WAYS = ("docs/otras_formas_de_abrirlo.md", "docs/other_ways_to_open_it.md")
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
DASK = {"scheduler": dask_scheduler, "worker": dask_worker}


def _read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def _pyproject():
    return tomllib.loads(_read("pyproject.toml"))


def _pins():
    """What constraints.txt asks for, as requirements."""
    lines = _read("constraints.txt").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def _pinned_here():
    """The version that constraints.txt gives each distribution on this system and Python."""
    here = [pin for pin in _pins() if pin.marker is None or pin.marker.evaluate()]
    versions = {canonicalize_name(pin.name): str(pin.specifier) for pin in here}
    assert len(versions) == len(here), "constraints.txt pins one distribution twice"
    return versions


def _needed_here(name, extras):
    """The names of everything that ``name`` needs here, itself left out, found by walking."""
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
    pinned = _pinned_here()
    needed = _needed_here("helpers", EXTRAS)
    assert len(needed) > 50, "the walk over the dependencies found too few"
    wrong = {
        name: (metadata.version(name), pinned.get(name, "not pinned"))
        for name in sorted(needed)
        if pinned.get(name) != f"=={metadata.version(name)}"
    }
    assert wrong == {}, "installed, pinned: run the set-up again, or refresh constraints.txt"


def test_the_version_is_the_same_everywhere():
    """What is cited has the version of what is installed."""
    project = _pyproject()["project"]
    assert yaml.safe_load(_read("CITATION.cff"))["version"] == project["version"]


def test_the_doctor_knows_the_pythons():
    """The versions of Python that it calls good are those that were tested."""
    first, last = (".".join(map(str, version)) for version in doctor.PYTHONS)
    assert _pyproject()["project"]["requires-python"] == f">={first}"
    assert (first, last) == (PYTHONS[0], PYTHONS[-1])


def test_constraints_are_plain_pins():
    """Each line pins one version exactly, and none says where packages come from."""
    text = _read("constraints.txt")
    assert not re.search(r"https?:|://|^\s*-|--index|--find-links| @ ", text, re.MULTILINE)
    for pin in _pins():
        assert not pin.extras, f"a constraint cannot have extras: {pin}"
        assert [clause.operator for clause in pin.specifier] == ["=="], f"not one version: {pin}"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(
    ("sys_platform", "os_name", "system"),
    [("linux", "posix", "Linux"), ("darwin", "posix", "Darwin"), ("win32", "nt", "Windows")],
)
def test_what_the_project_names_is_pinned_once_everywhere(python, sys_platform, os_name, system):
    """On every system and Python, each dependency in pyproject.toml has one pin, within bounds."""
    environment = {
        **default_environment(),
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": sys_platform,
        "os_name": os_name,
        "platform_system": system,
    }
    pins = [pin for pin in _pins() if pin.marker is None or pin.marker.evaluate(environment)]
    project = _pyproject()["project"]
    extras = project["optional-dependencies"]
    for need in map(Requirement, project["dependencies"] + extras["author"] + extras["test"]):
        if need.name == "helpers":
            continue
        found = [p for p in pins if canonicalize_name(p.name) == canonicalize_name(need.name)]
        assert len(found) == 1, f"{need.name} has {len(found)} pins"
        (version,) = (clause.version for clause in found[0].specifier)
        assert need.specifier.contains(version), f"{found[0]} is not within {need}"


def test_conda_installs_what_pip_installs():
    """environment.yml has the project's Python, and takes all else from it and its constraints."""
    environment = yaml.safe_load(_read("environment.yml"))
    *from_conda, last = environment["dependencies"]
    assert environment["channels"] == ["conda-forge"]
    assert from_conda == [f"python {_pyproject()['project']['requires-python']}", "pip"]
    assert last == {"pip": ["-c constraints.txt", "-e .[test]"]}
    assert " ".join(last["pip"]) in _test_command().replace("'", "")


def _code_lines(page, language):
    """The commands of the course in a page's code blocks of one language."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", _read(page), re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if ".venv" in line or "conda env" in line]


def _test_command():
    (command,) = {line for line in _code_lines("README.md", "sh") if line.endswith("-m pytest")}
    return command


def _for_windows(command):
    """The same command for PowerShell; several go to cmd, which knows no single quotes."""
    for old, new in (("python3", "python"), (".venv/bin/", ".venv\\Scripts\\")):
        command = command.replace(old, new)
    return POWERSHELL.format(command.replace("'", "")) if " && " in command else command


def test_the_readme_gives_one_line_to_open_and_one_to_test_in_both_languages():
    """README opens the course in each language, and tests it; its pages do so with conda."""
    install, _ = _test_command().split("'.[test]'")
    opening = [f"{install}. && .venv/bin/python -m helpers {language}" for language in LANGUAGES]
    readme = [opening[0], _test_command(), opening[1], _test_command()]
    assert _code_lines("README.md", "sh") == readme
    environment = yaml.safe_load(_read("environment.yml"))["name"]
    for language, page in zip(LANGUAGES, OTHER_WAYS, strict=True):
        conda, *_ = _code_lines(page, "sh")
        made, opened = conda.split(" && ")
        assert made.startswith("conda env create ")
        assert made.endswith(" environment.yml")
        assert f" {environment} " in opened
        assert opened.endswith(f" -m helpers {language}")


@pytest.mark.parametrize("page", PAGES)
def test_windows_has_the_same_commands(page):
    """Beside each command for sh stands the same one for PowerShell, and no other."""
    assert _code_lines(page, "powershell") == [*map(_for_windows, _code_lines(page, "sh"))]


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_are_understood(page):
    """Extras, programs and commands for authors that a page names are there, with their options."""
    for line in _code_lines(page, "sh"):
        for command in map(shlex.split, line.split(" && ")):
            if command[1:4] == ["-m", "pip", "--python"] and "-e" in command:
                extras = re.findall(r"\w+", command[-1])
                assert set(extras) <= set(_pyproject()["project"]["optional-dependencies"])
            elif command[1:3] == ["-m", "helpers.authoring"]:
                _parser().parse_args(command[3:])
            elif command[1:3] == ["-m", "dask"]:
                DASK[command[3]].main.make_context("dask", command[4:])
            elif command[0] == ".venv/bin/python" and command[1] != "-m":
                assert (ROOT / command[1]).is_file()


def test_ci_runs_the_readmes_commands_and_the_linters():
    """.ci/run takes README's test command step by step, the linters before the tests."""
    lines = _read(".ci/run").splitlines()
    *set_up, plain = _test_command().split(" && ")
    tests = f'{plain} "$@"'
    python = ".venv/bin/python -m"
    linters = [f"{python} ruff check", f"{python} ruff format --check", f"{python} mypy"]
    expected = [*set_up, *linters, tests]
    assert [line for line in lines if line in expected] == expected
    assert lines[-1] == tests


def test_ci_is_a_sound_script():
    """.ci/run parses, stops at the first error, and reads nothing from the standard input."""
    script = ROOT / ".ci" / "run"
    assert script.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    assert b"\r" not in script.read_bytes()
    assert "set -euo pipefail" in _read(".ci/run").splitlines()
    if sys.platform != "win32":
        subprocess.run(["bash", "-n", script], check=True, timeout=20)


def test_the_workflows_run_what_is_there():
    """The oldest and the newest Python run .ci/run, each other pair of system and Python a part.

    By night .ci/run runs the slow tests too.
    """
    jobs = yaml.safe_load(_read(".github/workflows/tests.yml"))["jobs"]
    whole, smoke = (jobs[name]["strategy"]["matrix"] for name in ("whole", "smoke"))
    assert _commands(jobs["whole"]) == ["bash .ci/run"]
    assert whole["python"] == [PYTHONS[0], PYTHONS[-1]]
    assert smoke["python"] == list(PYTHONS)
    assert [system.partition("-")[0] for system in smoke["system"]] == [
        "ubuntu",
        "macos",
        "windows",
    ]
    left_out = [{"system": smoke["system"][0], "python": python} for python in whole["python"]]
    assert smoke["exclude"] == left_out
    install, test = map(shlex.split, _commands(jobs["smoke"]))
    assert install[-4:] == ["-c", "constraints.txt", "-e", ".[test]"]
    assert all((ROOT / path).exists() for path in test[3:])
    nightly = yaml.safe_load(_read(".github/workflows/nightly.yml"))["jobs"]["whole"]
    assert _commands(nightly) == ['bash .ci/run -m "slow or not slow"']


def _commands(job):
    assert job["timeout-minutes"] <= 150
    return [step["run"] for step in job["steps"] if "run" in step]


def test_the_workflows_pin_their_actions():
    """Every action that a workflow uses is named with a full version."""
    for file in (ROOT / ".github" / "workflows").glob("*.yml"):
        used = re.findall(r"uses:\s*(\S+)", file.read_text(encoding="utf-8"))
        assert used
        assert [action for action in used if not re.fullmatch(r"\S+@v\d+\.\d+\.\d+", action)] == []


def test_the_pages_are_made_by_commands_that_exist():
    """The workflow for GitHub Pages installs what the commands need, and they take what it says.

    The site, the slides and the copies for Colab lie in the folder that is published.
    """
    workflow = yaml.safe_load(_read(".github/workflows/pages.yml"))
    steps = workflow["jobs"]["pages"]["steps"]
    install, *commands = [step["run"] for step in steps if "run" in step]
    assert install.endswith(" install -c constraints.txt -e '.[site]'")
    filled = [re.sub(r"\$\{\{.*?\}\}", "x", command) for command in commands]
    parsed = [_parser().parse_args(shlex.split(command)[3:]) for command in filled]
    names = [command.split()[3] for command in commands]
    assert names == ["site", "colab"]
    (published,) = [step["with"]["path"] for step in steps if "path" in step.get("with", {})]
    folders = [published, f"{published}/colab"]
    assert [options.folder.as_posix() for options in parsed] == folders
