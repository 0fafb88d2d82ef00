"""run_script(): a program of its own, run within a time limit, and what came of it."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from helpers.classroom.cards import Card
from helpers.classroom.programs import descendants, end_family, plain_environment, start_apart
from helpers.classroom.style import GREEN, VERMILLION
from helpers.language import text
from helpers.parallel import InputError
from helpers.parallel.arguments import check_seconds
from helpers.parallel.units import duration

POLL_S = 0.05
MAX_BYTES = 50_000_000  # a program that prints without end is stopped here
# How many lines are shown of what it printed, of short errors and of errors that are unfolded; and
# how many characters of each line.
N_PRINTED, N_ERRORS, N_UNFOLDED, N_CHARACTERS = 15, 6, 200, 200
# Of long errors the last: some lines that say where, its first line, and the rest of its message.
_LAST_ERROR = re.compile(r"(?m)(?:^ .*\n){0,5}^\w\S*(?:Error|Exception)\b.*(?:\n {4}.*)*")


@dataclass(frozen=True, repr=False)
class ScriptRun:
    """What came of a program.

    Attributes:
        printed: what it wrote to its standard output.
        errors: what it, and its children, wrote to the standard error output.
        exit_code: 0 where it ended well; ``None`` where it still ran at the limit and was stopped.
        seconds: how long it ran.
    """

    printed: str
    errors: str
    exit_code: int | None
    seconds: float

    def __repr__(self) -> str:
        """Return what matters of it as text; of long errors the end."""
        return "\n".join([self._headline, *(line for part in self._parts for line in part if line)])

    def _repr_html_(self) -> str:
        """Return the same as HTML, with the whole of long errors to unfold."""
        card = Card(self._headline, colour=GREEN if self.exit_code == 0 else VERMILLION)
        parts = "".join(f"<div>{html.escape(name)}</div>{_pre(out)}" for name, out in self._parts)
        if len(errors := _lines(self.errors)) > N_ERRORS:
            name = text(es="Ver los errores completos", en="Show all the errors")
            whole = _pre(_first(errors, N_UNFOLDED))
            parts += f"<details><summary>{name}</summary>{whole}</details>"
        return f'{card._repr_html_()}<div style="margin-left: 1.2em">{parts}</div>'

    @property
    def _headline(self) -> str:
        time = duration(self.seconds)
        if self.exit_code is None:
            return text(
                es=f"El programa seguía corriendo a los {time} y lo detuvimos.",
                en=f"The program was still running after {time}, and was stopped.",
            )
        return text(
            es=f"El programa terminó en {time}, con el código de salida {self.exit_code}.",
            en=f"The program ended after {time}, with exit code {self.exit_code}.",
        )

    @property
    def _parts(self) -> list[tuple[str, str]]:
        """Its outputs, each with a name, shortened."""
        printed, errors = _lines(self.printed), _lines(self.errors)
        parts = [(text(es="Imprimió:", en="It printed:"), _first(printed))]
        if not printed:
            parts = [(text(es="No imprimió nada.", en="It printed nothing."), "")]
        if errors:
            found = _LAST_ERROR.findall("\n".join(errors)) if len(errors) > N_ERRORS else ()
            shown = found[-1] if found else "\n".join(errors[-N_ERRORS:])
            parts.append((text(es="El final de sus errores:", en="The end of its errors:"), shown))
        return parts


def _lines(output: str) -> list[str]:
    lines = [line[:N_CHARACTERS].rstrip() for line in output.splitlines()]
    return [line for line in lines if line]


def _first(lines: list[str], n: int = N_PRINTED) -> str:
    shown, left = lines[:n], len(lines) - n
    if left > 0:
        shown.append(text(es=f"[y {left:,} líneas más]", en=f"[and {left:,} more lines]"))
    return "\n".join(shown)


def _pre(output: str) -> str:
    style = "margin: 0.2em 0 0.6em 1em; white-space: pre-wrap; overflow-wrap: anywhere"
    return f'<pre style="{style}">{html.escape(output)}</pre>' if output else ""


def run_script(program: str, *, limit_s: float = 10.0) -> ScriptRun:
    """Run a Python program as a process of its own, and wait for its end, but never for longer.

    It runs in a temporary folder, with this Python and without an input. Whatever it started is
    ended with it: when it ends, when the limit is reached, when this call is interrupted, or when
    it has written more than 50 MB.

    Args:
        program: what to run, as it would stand in a ``.py`` file; it may be indented as a whole. Or
            the name of such a file.
        limit_s: how many seconds it may run.

    Raises:
        InputError: ``program`` is not a string, there is no such file, or ``limit_s`` is not a
            number above 0.
    """
    if not isinstance(program, str):
        raise InputError(
            text(
                es=f"run_script espera el texto de un programa y recibió {program!r}.",
                en=f"run_script expects the text of a program, and it received {program!r}.",
            )
        )
    check_seconds("limit_s", limit_s)
    if program.endswith(".py") and "\n" not in program:
        try:
            program = Path(program).read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(
                text(
                    es=f"No se pudo leer {program!r}: {error.strerror}. Ejecuta antes la celda que "
                    "lo guarda, la de %%writefile.",
                    en=f"{program!r} could not be read: {error.strerror}. First run the cell that "
                    "saves it, the one with %%writefile.",
                )
            ) from None
    with tempfile.TemporaryDirectory(prefix="s", ignore_cleanup_errors=True) as folder:
        return _run_in(Path(folder), program, limit_s)


def _run_in(folder: Path, program: str, limit_s: float) -> ScriptRun:
    (work := folder / "script").mkdir()
    source = textwrap.dedent(program).lstrip("\n")  # so the lines are numbered as they are seen
    (work / "script.py").write_text(source, encoding="utf-8", errors="surrogatepass")
    files = folder / "printed", folder / "errors"
    began_s = perf_counter()
    command = [sys.executable, "script.py"]
    process = start_apart(command, work, files, plain_environment(folder))
    family: set[Any] = set()
    try:
        hung = _still_runs_at(began_s + limit_s, process, family, files)
        seconds = perf_counter() - began_s
        sizes = [file.stat().st_size for file in files]  # what is written later is about its end
    finally:
        end_family(process, family)
    printed, errors = (_read(file, size, work) for file, size in zip(files, sizes, strict=True))
    return ScriptRun(printed, errors, None if hung else process.returncode, seconds)


def _still_runs_at(
    end_s: float, process: subprocess.Popen[bytes], family: set[Any], files: tuple[Path, Path]
) -> bool:
    """Wait for the end of the program; return whether it has not come by then."""
    while (left_s := end_s - perf_counter()) > 0:
        with suppress(subprocess.TimeoutExpired):
            process.wait(min(POLL_S, left_s))
            return False
        if sys.platform == "win32":  # where those it leaves behind cannot be found later
            family |= descendants(process.pid)
        if sum(file.stat().st_size for file in files) > MAX_BYTES:
            return True
    return process.poll() is None


def _read(file: Path, size: int, work: Path) -> str:
    """Return what stands in ``file``, without the name of the temporary folder."""
    with file.open("rb") as stream:
        output = stream.read(size).decode("utf-8", errors="replace")
    return output.replace("\r\n", "\n").replace(f"{work}{os.sep}", "")
