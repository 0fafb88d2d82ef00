"""The command line for authors of lessons: ``python -m helpers.authoring --help``."""

# Each command imports what it needs: so one that lacks an extra can say so, and all begin sooner.

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers.authoring.errors import AuthoringError
from helpers.authoring.extras import need
from helpers.language import LANGUAGES, message, set_language


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` ask for (those of the process for ``None``).

    Returns:
        the exit code: 0 where all is well, 1 where something is stale or went wrong.
    """
    options = _parser().parse_args(arguments)
    set_language(getattr(options, "speak", "en"))
    try:
        need("author")
        lines = options.command(_root(getattr(options, "root", None)), options)
    except AuthoringError as error:
        lines = error.problems
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument(
        "--root", type=Path, help="the project's folder; found upwards if not given"
    )
    common.add_argument("--speak", choices=LANGUAGES, help="language of the messages (en)")
    parser = argparse.ArgumentParser(
        prog="python -m helpers.authoring", description=__doc__, parents=[common]
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, text in (
        ("build", _build, "sources to notebooks"),
        ("absorb", _absorb, "edits made in built notebooks, back to their sources"),
        ("format", _format, "sources in the form that Jupytext writes"),
        ("figures", _figures, "sources of figures to pictures in each language"),
        ("site", _site, "lessons, executed, as a static site (needs the site extra)"),
        ("slides", _slides, "lessons, executed, as slides (needs the teach extra)"),
        ("colab", _colab, "copies of the lessons for Google Colab, which install the package"),
    ):
        add = commands.add_parser(name, help=text, description=text, parents=[common])
        add.set_defaults(command=command)
        _add_arguments(name, add)
    return parser


def _add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    if name == "absorb":
        parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK")
    if name in ("site", "slides", "colab"):
        parser.add_argument("folder", type=Path, metavar="FOLDER", help="where they go")
    if name in ("site", "slides"):
        text = "keep executed notebooks there; those that are fresh are not executed again"
        parser.add_argument("--executed", type=Path, metavar="FOLDER", help=text)
    if name == "colab":
        text = "what pip installs there: 'helpers @ git+https://...'"
        parser.add_argument("package", metavar="PACKAGE", help=text)
    if name in ("build", "format", "site", "slides", "colab"):
        text = "number or name; all if none is given"
        parser.add_argument("lessons", nargs="*", metavar="LESSON", help=text)
    if name in ("build", "figures"):
        text = "write nothing, say what is stale"
        parser.add_argument("--check", action="store_true", help=text)
    if name == "build":
        text = "only the notebooks in this language"
        parser.add_argument("--language", choices=LANGUAGES, help=text)


def _root(given: Path | None) -> Path:
    """Return the project's folder: the one given, or the first from here upwards that is one."""
    from helpers.authoring.build import source_folder

    here = (given or Path.cwd()).resolve()
    for folder in [here] if given else [here, *here.parents]:
        if source_folder(folder).is_dir():
            return folder
    raise AuthoringError([message("authoring.no_project", folder=here)])


def _build(root: Path, options: argparse.Namespace) -> list[str]:
    from helpers.authoring.build import build, find_stale

    languages = (options.language,) if options.language else LANGUAGES
    if not options.check:
        build(root, options.lessons, languages)
        return []
    lines = find_stale(root, options.lessons, languages)
    return _said_fresh(lines if options.lessons else [*lines, *_stale_figures(root)])


def _said_fresh(lines: list[str]) -> list[str]:
    if not lines:
        print(message("authoring.fresh"))
    return lines


def _absorb(root: Path, options: argparse.Namespace) -> list[str]:
    from helpers.authoring.absorb import absorb

    lines = []
    for path in options.notebooks:
        try:
            absorb(root, path)
        except AuthoringError as error:
            lines += [*error.problems, message("authoring.not_absorbed", file=path)]
    if not lines:
        print(message("authoring.build_next"))
    return lines


def _format(root: Path, options: argparse.Namespace) -> list[str]:
    from helpers.authoring.build import find_sources

    lines = []
    for path in find_sources(root, options.lessons):
        try:
            _format_one(path)
        except AuthoringError as error:
            lines += error.problems
    return lines


def _format_one(path: Path) -> None:
    from helpers.authoring.notebooks import replace_file
    from helpers.authoring.sources import canonical, read_text

    text = read_text(path)
    formatted = canonical(path, text)
    if formatted != text:
        replace_file(path, formatted)
        print(message("authoring.formatted", file=path.name))


def _figures(root: Path, options: argparse.Namespace) -> list[str]:
    if options.check:
        return _said_fresh(_stale_figures(root))
    from helpers.authoring.figures import write_figures

    for path in write_figures(root / "images"):
        print(message("authoring.figure_written", file=path.name))
    return []


def _site(root: Path, options: argparse.Namespace) -> list[str]:
    need("site")
    from helpers.authoring.site import make_site

    make_site(root, options.folder.resolve(), options.lessons, options.executed)
    return []


def _slides(root: Path, options: argparse.Namespace) -> list[str]:
    need("teach")
    from helpers.authoring.slides import make_slides

    make_slides(root, options.folder.resolve(), options.lessons, options.executed)
    return []


def _colab(root: Path, options: argparse.Namespace) -> list[str]:
    from helpers.authoring.colab import make_colab

    make_colab(root, options.folder.resolve(), options.package, options.lessons)
    return []


def _stale_figures(root: Path) -> list[str]:
    from helpers.authoring.figures import stale_figures

    stale = stale_figures(root / "images")
    return [message("authoring.stale_figure", file=path.name) for path in stale]


if __name__ == "__main__":
    sys.exit(main())
