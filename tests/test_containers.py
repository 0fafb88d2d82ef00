"""The container files install and open the course as README does; the forms are sound."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from helpers import __main__ as launcher

ROOT = Path(__file__).parents[1]
CONTAINER = ROOT / ".devcontainer"
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
BOTH = re.compile(r"^.+ · .+$", re.DOTALL)  # Spanish, then English


def read(path: str) -> str:
    """Return a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def steps() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, each with what it is given."""
    lines = read(".devcontainer/Dockerfile").splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line and not line.startswith("#")]


def python_fits(image: str) -> bool:
    """Say whether an image's Python is one that the project takes."""
    wanted = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]
    return SpecifierSet(wanted).contains(re.search(r":(\d\.\d+)", image).group(1))


def test_the_container_installs_what_the_readme_does():
    """The command that installs is README's own, which CI runs step by step in a clean clone."""
    [install] = [given for name, given in steps() if name == "RUN" and "pip" in given]
    assert f"{install} && .venv/bin/python -m helpers es" in read("README.md").splitlines()
    assert python_fits(dict(steps())["FROM"])
    assert dict(steps())["USER"] != "root"


def test_the_container_opens_the_course(monkeypatch):
    """What it calls is the launcher, with arguments that the launcher understands."""
    started = []
    monkeypatch.setattr(launcher, "_run_jupyterlab", started.append)
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "")
    monkeypatch.chdir(ROOT)
    entry, given = (json.loads(dict(steps())[name]) for name in ("ENTRYPOINT", "CMD"))
    assert entry == [".venv/bin/python", "-m", "helpers"]
    assert launcher.main(given) == 0
    assert started[0][-2:] == ["--no-browser", "--ip=0.0.0.0"]


def test_the_containers_commands_are_whole():
    """The page's commands name its own file, one name, the loopback interface, what it opens."""
    lines = read("docs/otras_formas_de_abrirlo.md").splitlines()
    build, run = (shlex.split(line) for line in lines if line.startswith("docker "))
    assert build[build.index("--file") + 1] == ".devcontainer/Dockerfile"
    opened = json.loads(dict(steps())["CMD"])
    assert run[-len(opened) - 1 :] == [build[build.index("--tag") + 1], *opened]
    assert run[run.index("--publish") + 1] == "127.0.0.1:8888:8888"
    assert not (ROOT / "Dockerfile").exists(), "Binder would take it instead of environment.yml"


def test_a_development_container_installs_what_the_tests_need():
    """It parses, has a Python that fits, and sets up as README's test command does."""
    container = json.loads(read(".devcontainer/devcontainer.json"))
    assert python_fits(container["image"])
    command = f"{container['postCreateCommand']} && .venv/bin/python -m pytest"
    assert command in read("README.md").splitlines()
    assert "--shm-size=1g" in container["runArgs"]


@pytest.mark.parametrize("file", FORMS, ids=lambda file: file.stem)
def test_a_form_speaks_both_languages(file):
    """Whoever reports something is asked in Spanish and English, and must answer."""
    form = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert BOTH.match(form["name"])
    assert BOTH.match(form["description"])
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert asked
    assert len({part["id"] for part in asked}) == len(asked)
    for part in asked:
        texts = part["attributes"]
        said = [texts["label"], texts.get("description", "· · ·"), *texts.get("options", [])]
        assert all(BOTH.match(text) for text in said)
        assert part["validations"]["required"] is True


def test_there_are_forms():
    """One for what fails, which asks what the doctor says, and one for what is not understood."""
    assert [file.stem for file in FORMS] == ["lesson", "problem"]
    assert "helpers doctor" in read(".github/ISSUE_TEMPLATE/problem.yml")
