"""The command line for authors of lessons: ``python -m helpers.authoring --help``."""

# Each command imports what it needs: so one that lacks an extra can say so, and all begin sooner.

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from helpers.language import LANGUAGES, set_language, text

EXTRAS = {"site": ["author", "site", "teach"], "slides": ["author", "teach"]}  # else ["author"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` ask for (those of the process for ``None``).

    Returns:
        the exit code: 0 where all is well, 1 where something is stale or went wrong.
    """
    options = _parser().parse_args(arguments)
    set_language(getattr(options, "speak", "en"))
    if lines := _missing(options):
        print(*lines, file=sys.stderr)
        return 1
    from helpers.authoring.sources import AuthoringError

    try:
        lines = options.run(_root(getattr(options, "root", None)), options)
    except AuthoringError as error:
        lines = error.problems
    except OSError as error:
        told = text(
            es=f"No se pudo leer o escribir {error.filename} ({error.strerror}). Revisa la ruta y "
            "los permisos, y cierra lo que lo tenga abierto.",
            en=f"{error.filename} could not be read or written ({error.strerror}). Check the path "
            "and its permissions, and close whatever has it open.",
        )
        lines = [told]
    print(*lines, sep="\n", end="\n" if lines else "", file=sys.stderr)
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
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for name, run, text_ in (
        ("build", _build, "sources of lessons and figures to notebooks and pictures"),
        ("absorb", _absorb, "the edits made in a built notebook, back to its source"),
        ("site", _publish, "lessons, executed, as site and slides (needs the site extra)"),
        ("slides", _publish, "lessons, executed, as slides (needs the teach extra)"),
        ("colab", _colab, "copies of the lessons for Google Colab, which install the package"),
    ):
        command = commands.add_parser(name, help=text_, description=text_, parents=[common])
        command.set_defaults(run=run)
        if name == "absorb":
            command.add_argument("notebook", type=Path, metavar="NOTEBOOK")
        if name in ("site", "slides", "colab"):
            command.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder")
        if name == "colab":
            package = "what pip installs there: 'helpers @ git+https://...'"
            command.add_argument("package", type=Requirement, metavar="PACKAGE", help=package)
        if name != "absorb":
            lessons = "number of a lesson; all if none is given"
            command.add_argument("lessons", nargs="*", type=int, metavar="LESSON", help=lessons)
        if name == "build":
            check = "write nothing, say what is stale"
            command.add_argument("--check", action="store_true", help=check)
    return parser


def _missing(options: argparse.Namespace) -> list[str]:
    """Say what of a command's extras is not installed, and how it is installed."""
    extras = EXTRAS.get(options.command, ["author"])
    missing = []
    for needed in map(Requirement, metadata.requires("helpers") or ()):
        if needed.marker and any(needed.marker.evaluate({"extra": extra}) for extra in extras):
            try:
                metadata.distribution(needed.name)
            except metadata.PackageNotFoundError:
                missing.append(needed.name)
    names, extra = ", ".join(missing), ",".join(extras)
    command = (
        f'python3 -m pip --python "{sys.executable}" install -c constraints.txt -e ".[{extra}]"'
    )
    told = text(
        es=f"Falta {names}. Instálalo desde la carpeta del proyecto (Windows: python): {command}",
        en=f"{names} is missing. Install it from the project's folder (Windows: python): {command}",
    )
    return [told] if missing else []


def _root(given: Path | None) -> Path:
    """Return the project's folder: the one given, or the first from here upwards that is one."""
    from helpers.authoring.sources import AuthoringError

    here = (given or Path.cwd()).resolve()
    for folder in [here] if given else [here, *here.parents]:
        if (folder / "notebooks" / "source").is_dir():
            return folder
    told = text(
        es=f"Aquí no hay notebooks/source: {here}. Indica la carpeta del proyecto con --root.",
        en=f"There is no notebooks/source here: {here}. Name the project's folder with --root.",
    )
    raise AuthoringError(told)


def _build(root: Path, options: argparse.Namespace) -> list[str]:
    from helpers.authoring.build import build, find_stale

    if not options.check:
        build(root, options.lessons)
        return []
    if not (lines := find_stale(root, options.lessons)):
        print(text(es="Todo está al día.", en="All is fresh."))
    return lines


def _absorb(root: Path, options: argparse.Namespace) -> list[str]:
    from helpers.authoring.absorb import absorb

    absorb(root, options.notebook)
    print(text(es="Ahora ejecuta build.", en="Now run build."))
    return []


def _publish(root: Path, options: argparse.Namespace) -> list[str]:
    from helpers.authoring.publish import publish

    publish(root, options.folder, options.lessons, site=options.command == "site")
    return []


def _colab(root: Path, options: argparse.Namespace) -> list[str]:
    from helpers.authoring.publish import make_colab

    make_colab(root, options.folder, options.package, options.lessons)
    return []


if __name__ == "__main__":
    sys.exit(main())
