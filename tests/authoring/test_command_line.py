"""The command line: its exit codes, what it says and where, in both languages."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from small_project import SOURCE

from helpers.authoring.__main__ import main
from helpers.authoring.extras import MODULES

# Nothing imports it: JupyterLab finds it by itself, and only who presents live needs it.
NOT_IMPORTED = {"jupyterlab-slideshow", "helpers"}
WITHOUT_JUPYTEXT = """
import sys
sys.modules["jupytext"] = None
from helpers.authoring.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def run(project, figures, capsys):
    """Return a function that runs the command line in the project: exit code, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*arguments, "--root", str(project.root)])
        return (code, *capsys.readouterr())

    return run


def test_build_says_what_it_built(run, project):
    """A build of all lessons exits 0 and names each notebook."""
    for path in project.paths.values():
        path.unlink()
    code, out, err = run("build")
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "built: notebooks/es/02_grupo.ipynb",
        "built: notebooks/en/02_pool.ipynb",
    ]
    assert all(path.exists() for path in project.paths.values())


def test_build_one_lesson_in_one_language(run):
    """A lesson and a language can be chosen."""
    assert run("build", "2", "--language", "en")[:2] == (0, "built: notebooks/en/02_pool.ipynb\n")


def test_check_of_a_fresh_project(run):
    """Where all is fresh the check exits 0 and says so in one line."""
    assert run("build", "--check") == (0, "All is fresh.\n", "")


def test_check_names_each_stale_thing_and_writes_nothing(run, project, figures):
    """A stale cell, a missing notebook and a stale figure: exit 1, one line each, no file made."""
    figures.stale = [project.root / "images" / "pool_es.svg"]
    project.replace_in_source("6 * 7", "6 * 8")
    project.paths["es"].unlink()
    code, out, err = run("build", "--check")
    assert (code, out) == (1, "")
    assert [line.split(":")[0] for line in err.splitlines()] == [
        "es/02_grupo.ipynb",
        "en/02_pool.ipynb",
        "pool_es.svg",
    ]
    assert not project.paths["es"].exists()
    assert figures.written == []


def test_check_of_one_lesson_leaves_the_figures_out(run, project, figures):
    """Where a lesson is named, what does not belong to it is not checked."""
    figures.stale = [project.root / "images" / "pool_es.svg"]
    assert run("build", "2", "--check")[0] == 0


def test_all_source_errors_in_spanish(run, project):
    """Source errors exit 1, all at once, in the language that was asked for."""
    project.replace_in_source('start("es")', "pass")
    project.replace_in_source("fragment", "page")
    code, out, err = run("build", "--speak", "es")
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        "02_pool_map.md: la celda «import time» tiene slide_type 'page'. "
        "Usa uno de estos: slide, subslide, fragment, skip, notes, -",
        '02_pool_map.md: hay 0 llamadas start("es") y debe haber una. '
        "Déjala en la celda de preparación.",
    ]


def test_absorb_says_what_it_took_and_what_is_next(run, project):
    """Absorbing two notebooks names both, each edit, and the build that follows."""
    project.change("en", "The clock.", "The time.")
    code, out, err = run("absorb", *map(str, project.paths.values()))
    assert (code, err) == (0, "")
    assert [line.strip()[:27] for line in out.splitlines()] == [
        "02_grupo.ipynb -> 02_pool_m",
        "nothing to take",
        "02_pool.ipynb -> 02_pool_ma",
        "text changed (en): “The tim",
        "Now run build, and the note",
    ]


def test_absorb_goes_on_after_a_notebook_that_it_cannot_take(run, project):
    """A notebook that is not there is named, and the other one is absorbed all the same."""
    project.change("en", "The clock.", "The time.")
    code, out, err = run("absorb", str(project.root / "none.ipynb"), str(project.paths["en"]))
    assert code == 1
    assert "none.ipynb could not be read" in err
    assert "none.ipynb: neither the notebook nor the source has changed" in err
    assert "run build" not in out
    assert "The time." in project.source.read_text(encoding="utf-8")


def test_format_rewrites_what_is_in_another_form(run, project):
    """A loosely written source gets the canonical form, and is named; a second time nothing is."""
    project.replace_in_source("tags: [nbval-ignore-output]", "tags:\n  - nbval-ignore-output")
    assert run("format") == (0, "in Jupytext's form: 02_pool_map.md\n", "")
    assert project.source.read_text(encoding="utf-8") == SOURCE
    assert run("format") == (0, "", "")


def test_format_takes_a_source_that_breaks_the_rules(run, project):
    """The form can be mended before the content is."""
    project.replace_in_source('start("es")', "pass")
    assert run("format")[0] == 0


def test_figures(run, project, figures):
    """Figures are written to ``images/``; the check names stale ones and writes none."""
    figures.stale = [project.root / "images" / "pool_es.svg"]
    code, _, err = run("figures", "--check")
    assert (code, err[:12], figures.written) == (1, "pool_es.svg:", [])
    assert run("figures") == (0, "written: a_es.svg\n", "")
    assert figures.written == [project.root.resolve() / "images"]


def test_the_project_is_found_upwards(project, figures, monkeypatch, capsys):
    """From a folder inside the project no ``--root`` is needed."""
    monkeypatch.chdir(project.paths["es"].parent)
    assert main(["build", "--check"]) == 0
    assert capsys.readouterr().out == "All is fresh.\n"


def test_outside_a_project(tmp_path, monkeypatch, capsys):
    """Where no project is found, the error names the folder and says what to do."""
    monkeypatch.chdir(tmp_path)
    assert main(["build"]) == 1
    error = capsys.readouterr().err
    assert str(tmp_path) in error
    assert "--root" in error


@pytest.mark.parametrize("arguments", [[], ["bake"], ["build", "--language", "fr"], ["absorb"]])
def test_wrong_arguments(arguments, capsys):
    """An unknown or incomplete command line exits 2 and shows how it is used."""
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "extra", "missing"),
    [("site", "site", "pydata_sphinx_theme"), ("slides", "teach", "sphinx_revealjs")],
)
def test_a_missing_extra_is_said_before_all_work(
    run, monkeypatch, tmp_path, command, extra, missing
):
    """Where a part of an extra is missing, the error says what installs it; nothing is written."""
    monkeypatch.setitem(sys.modules, missing, None)
    code, out, err = run(command, str(tmp_path / "made"))
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert missing in err
    assert re.search(rf'pip --python "[^"]+" install .*-e "\.\[{extra}\]"', err)
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("command", [["colab", "made", "helpers"], ["build"], ["--help"]])
def test_without_the_extra_of_authors(command, tmp_path):
    """Where Jupytext is missing every command says so, without a traceback; help is there."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_JUPYTEXT, *command],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=50,
        check=False,
    )
    assert "Traceback" not in done.stderr
    helped = command == ["--help"]
    assert (done.returncode, "jupytext" in done.stderr) == ((0, False) if helped else (1, True))
    assert helped or '".[author]"' in done.stderr


@pytest.mark.parametrize("extra", MODULES)
def test_all_of_an_extra_is_looked_for(extra):
    """What pyproject.toml lists in an extra is what its commands look for first."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    listed = tomllib.loads(text)["project"]["optional-dependencies"][extra]
    names = {canonicalize_name(Requirement(line).name) for line in listed} - NOT_IMPORTED
    assert {canonicalize_name(module) for module in MODULES[extra]} == names
