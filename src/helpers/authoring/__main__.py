"""The command line for authors of lessons: ``python -m helpers.authoring --help``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from packaging.requirements import Requirement

from helpers.language import LANGUAGES, set_language, text

COMMANDS = {
    "build": "sources of lessons and figures to notebooks and pictures",
    "absorb": "the edits made in a built notebook, back to its source",
    "site": "lessons, executed, as a static site with their slides",
    "slides": "lessons, executed, as slides",
    "colab": "copies of the lessons for Google Colab, which install the package",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` ask for (those of the process for ``None``).

    Returns:
        the exit code: 0 where all is well, 1 where something is stale or went wrong.
    """
    options = _parser().parse_args(arguments)
    set_language(getattr(options, "speak", "en"))
    try:
        lines = _run(options)
    except ModuleNotFoundError as error:
        install = f'-m pip --python "{sys.executable}" install -c constraints.txt -e ".[site]"'
        message = text(
            es=f"Falta {error.name}. Instala (en Windows, con python): python3 {install}",
            en=f"{error.name} is missing. Install (on Windows with python): python3 {install}",
        )
        lines = [message]
    except OSError as error:
        message = text(
            es=f"No se pudo leer o escribir {error.filename} ({error.strerror}). Revisa la ruta y "
            "los permisos, y cierra lo que lo tenga abierto.",
            en=f"{error.filename} could not be read or written ({error.strerror}). Check the path "
            "and its permissions, and close whatever has it open.",
        )
        lines = [message]
    if lines and options.command == "absorb":
        lines = [*lines, text(es="No se incorporó ningún cambio.", en="No change was absorbed.")]
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
    for name, text_ in COMMANDS.items():
        command = commands.add_parser(name, help=text_, description=text_, parents=[common])
        if name == "absorb":
            command.add_argument("notebook", type=Path, metavar="NOTEBOOK")
            continue
        if name == "build":
            check = "write nothing, say what is stale"
            command.add_argument("--check", action="store_true", help=check)
        else:
            command.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder")
        if name == "colab":
            package = "what pip installs there: 'helpers @ git+https://...'"
            command.add_argument("package", type=Requirement, metavar="PACKAGE", help=package)
        lessons = "number of a lesson; all if none is given"
        command.add_argument("lessons", nargs="*", type=int, metavar="LESSON", help=lessons)
    return parser


def _run(options: argparse.Namespace) -> list[str]:
    """Run a command; return a line for each thing that is wrong."""
    # here, so that --help and the lack of an extra can be said without them
    from helpers.authoring.absorb import absorb
    from helpers.authoring.build import build, find_stale
    from helpers.authoring.publish import make_colab, publish
    from helpers.authoring.sources import AuthoringError

    try:
        root = _root(getattr(options, "root", None))
        if options.command == "absorb":
            absorb(root, options.notebook)
            print(text(es="Ahora ejecuta build.", en="Now run build."))
        elif options.command == "colab":
            make_colab(root, options.folder, options.package, options.lessons)
        elif options.command != "build":
            publish(root, options.folder, options.lessons, site=options.command == "site")
        elif not options.check:
            build(root, options.lessons)
        elif lines := find_stale(root, options.lessons):
            return lines
        else:
            print(text(es="Todo está al día.", en="Everything is up to date."))
    except AuthoringError as error:
        return error.problems
    return []


def _root(given: Path | None) -> Path:
    """Return the project's folder: the one given, or the first from here upwards that is one."""
    from helpers.authoring.sources import AuthoringError

    here = (given or Path.cwd()).resolve()
    for folder in [here] if given else [here, *here.parents]:
        if (folder / "notebooks" / "source").is_dir():
            return folder
    message = text(
        es=f"Aquí no hay notebooks/source: {here}. Indica la carpeta del proyecto con --root.",
        en=f"There is no notebooks/source here: {here}. Name the project's folder with --root.",
    )
    raise AuthoringError(message)


if __name__ == "__main__":
    sys.exit(main())
