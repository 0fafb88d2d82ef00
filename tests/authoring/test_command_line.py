"""The command line: its exit codes, what it says and where, in both languages."""

import re
import sys
import tomllib
from pathlib import Path

import pytest

from helpers.authoring.__main__ import main
from helpers.authoring.publish import NEEDED, NEEDED_BY_SITE


@pytest.fixture
def run(project, capsys):
    """Return a function that runs the command line in the project: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*arguments, "--root", str(project.root)])
        return (code, *capsys.readouterr())

    return run


def test_build_and_check(run, project):
    """A build names each notebook, a check each stale thing; both exit as they should."""
    assert run("build", "--check") == (0, "Everything is up to date.\n", "")
    project.replace_in_source("6 * 7", "6 * 8")
    code, out, err = run("build", "--check")
    assert (code, out) == (1, "")
    files = ["es/02_grupo.ipynb", "en/02_pool.ipynb"]
    assert [line.split(":")[0] for line in err.splitlines()] == files
    assert run("build", "2") == (0, "".join(f"notebooks/{file}\n" for file in files), "")
    assert run("build", "--check", "--speak", "es") == (0, "Todo está al día.\n", "")


def test_all_source_errors_in_spanish(run, project):
    """Source errors exit 1, all at once, in the language that was asked for."""
    project.replace_in_source('start("es")', "pass")
    project.replace_in_source("fragment", "page")
    code, out, err = run("build", "--speak", "es")
    assert (code, out) == (1, "")
    first, second = err.splitlines()
    assert first.startswith("02_pool_map.md: start se llama con []. Llama start")
    assert re.match(
        r"02_pool_map\.md:\d+: la celda «import time» .*'page'.* slide, subslide", second
    )


def test_absorb_says_what_it_took_and_what_is_next(run, project):
    """Each edit is named, and the build that follows; a file that cannot be read gets no traceback.

    The system's reason is said, with what to do.
    """
    project.change("en", "The clock.", "The time.")
    code, out, err = run("absorb", str(project.paths["en"]))
    assert (code, err) == (0, "")
    assert [line.strip()[:27] for line in out.splitlines()] == [
        "02_pool.ipynb -> 02_pool_ma",
        "text changed; check the oth",
        "Now run build.",
    ]
    code, out, err = run("absorb", str(project.root / "none.ipynb"))
    assert (code, out) == (1, "")
    assert "none.ipynb could not be read or written (" in err
    assert err.endswith("\nNo change was absorbed.\n")


def test_the_project_is_found_upwards(project, monkeypatch, capsys, tmp_path_factory):
    """From a folder inside the project no ``--root`` is needed; elsewhere the error says so."""
    monkeypatch.chdir(project.paths["es"].parent)
    assert main(["build", "--check"]) == 0
    outside = tmp_path_factory.mktemp("outside")
    monkeypatch.chdir(outside)
    assert main(["build"]) == 1
    error = capsys.readouterr().err
    assert str(outside) in error
    assert "--root" in error


@pytest.mark.parametrize(
    "arguments", [[], ["bake"], ["absorb"], ["build", "--speak", "fr"], ["colab", "x", "git+http"]]
)
def test_wrong_arguments(arguments, capsys):
    """An unknown, incomplete or wrong command line exits 2 and shows how it is used."""
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        (["build"], "jupytext"),
        (["colab", "made", "helpers"], "nbclient"),
        (["slides", "made"], "sphinx_revealjs"),
        (["site", "made"], "pydata_sphinx_theme"),
    ],
)
def test_a_missing_extra_is_said_before_all_work(run, project, monkeypatch, command, missing):
    """The error says what is missing and what installs it; nothing is executed or written."""
    for name in [name for name in sys.modules if name.startswith("helpers.authoring.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    code, out, err = run(*command)
    assert (code, out) == (1, "")
    assert err.startswith(f"{missing} is missing.")
    assert re.search(r'pip --python "[^"]+" install .*-e "\.\[site\]"', err)
    assert not Path("made").exists()


def test_all_of_the_extra_is_looked_for():
    """What pyproject.toml lists for site and slides is what is looked for before the work."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    extras = tomllib.loads(text)["project"]["optional-dependencies"]
    listed = {re.match(r"[\w-]+", line)[0] for line in extras["site"] + extras["teach"]}
    needed = {name.replace("_", "-") for name in NEEDED + NEEDED_BY_SITE}
    # who presents live needs the slideshow; nothing imports it
    assert listed - {"helpers", "jupyterlab-slideshow"} == needed
