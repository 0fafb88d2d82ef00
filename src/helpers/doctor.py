"""Say whether this computer is ready for the course: ``python -m helpers doctor``.

It looks, and changes nothing; what it starts or writes for that is gone when it ends.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from helpers.language import LANGUAGES, Bilingual, speaking, text
from helpers.parallel import ParallelError, machine, run

WORKER_S, CONNECT_S = 20.0, 5.0
FREE_MB = 500  # lesson 10's corpus and what Dask writes, with room to spare
PYTHONS = ((3, 11), (3, 15))  # the first and the last that were tested

GOOD = Bilingual(es="bien", en="good")
WARNING = Bilingual(es="aviso", en="warning")  # the course works, but for what is said
MISSING = Bilingual(es="falta", en="missing")
FindLesson = Callable[[str], tuple[Path, Path]]


class Finding(NamedTuple):
    """What a check saw, the same in both languages, and what to do where it is not good."""

    title: Bilingual
    state: Bilingual
    fact: str
    advice: Bilingual

    def __str__(self) -> str:
        """Return it as a line in the current language."""
        advice = "" if self.state == GOOD else f". {self.advice.text()}"
        return f"[{self.state.text()}] {self.title.text()}: {self.fact}{advice}"


def main(arguments: Sequence[str], find_lesson: FindLesson) -> int:
    """Print what was found: in a language, or in both where none is named.

    Args:
        arguments: a language, or none.
        find_lesson: returns the course's folder and the first lesson of a language, or raises
            FileNotFoundError.

    Returns:
        The exit code: 0 where the computer is ready, 1 where something is missing, 2 where the
        call was wrong.
    """
    if len(arguments) > 1 or set(arguments) - {*LANGUAGES}:
        print("python -m helpers doctor [es | en]", file=sys.stderr)
        return 2
    findings = [_python(), _packages(), _workers(), _folder(), _loopback(), _lessons(find_lesson)]
    ready = all(finding.state != MISSING for finding in findings)
    try:
        for language in arguments or LANGUAGES:
            with speaking(language):
                print(*findings, "", _verdict(ready), "", sep="\n", flush=True)
    except OSError:  # a full disk, or nobody who reads it: the exit code tells all the same
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is left of it
    return 0 if ready else 1


def _verdict(ready: bool) -> str:
    if ready:
        return text(es="Esta computadora está lista.", en="This computer is ready.")
    return text(
        es="Esta computadora aún no está lista: resuelve lo que dice «falta» y repite el comando.",
        en='This computer is not ready yet: fix each line that says "missing" and run this again.',
    )


def _python() -> Finding:
    first, last = PYTHONS
    here = sys.version_info[:2]
    state = MISSING if here < first else WARNING if here > last else GOOD
    tested = " - ".join(".".join(map(str, version)) for version in PYTHONS)
    advice = Bilingual(
        es=f"El curso se probó con Python {tested}: si algo falla, usa uno de esos.",
        en=f"The course was tested with Python {tested}: if something fails, use one of those.",
    )
    fact = f"{machine().python}, {machine().usable_cpus} CPU"
    return Finding(Bilingual(es="Python", en="Python"), state, fact, advice)


def _packages() -> Finding:
    try:
        wrong = list(_wrong_packages())
    except ImportError as error:  # the package itself is not installed, or one that all need
        wrong = [error.name or "helpers"]
    advice = Bilingual(
        es="No está, o no en esa versión. Repite la instalación que indica README.md.",
        en="Not there, or not in that version. Repeat the installation in README.md.",
    )
    fact = f"{sys.prefix}: {', '.join(wrong)}" if wrong else sys.prefix
    return Finding(
        Bilingual(es="Paquetes", en="Packages"), MISSING if wrong else GOOD, fact, advice
    )


def _wrong_packages() -> Iterator[str]:
    """Yield what the course needs and is not installed, or is in a version that will not do."""
    from packaging.requirements import Requirement

    for needed in map(Requirement, metadata.requires("helpers") or ()):
        if needed.marker and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(needed.name)
        except metadata.PackageNotFoundError:
            yield str(needed)
            continue
        if not needed.specifier.contains(version, prereleases=True):
            yield f"{needed} ({version})"


def _workers() -> Finding:
    """Really make a pool by every method that this system has, and let it compute."""
    facts, failed = [], []
    for method in machine().start_methods:
        try:
            done = run(abs, [-1], how="pool", n_workers=1, start_method=method, timeout_s=WORKER_S)
            facts.append(f"{method} {done.elapsed_s:.2f} s")
        except ParallelError as error:
            facts.append(f"{method} ({error.__cause__ or error})")  # what the system said
            failed.append(method)
    # Where the default method works, the course does.
    state = MISSING if machine().start_method in failed else WARNING if failed else GOOD
    advice = Bilingual(
        es=f"Un Pool no funcionó ({', '.join(failed)}). Revisa que en /dev/shm haya espacio y se "
        "pueda escribir (en Docker, --shm-size 256m), que quede memoria, que el límite de procesos "
        "no sea muy bajo y que un antivirus no los bloquee.",
        en=f"A Pool failed ({', '.join(failed)}). Check that /dev/shm is writable and has room (in "
        "Docker, --shm-size 256m), that memory is left, that the limit on processes is not too "
        "low, and that no antivirus blocks them.",
    )
    title = Bilingual(es="Procesos trabajadores", en="Worker processes")
    return Finding(title, state, ", ".join(facts), advice)


def _folder() -> Finding:
    try:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "año.txt").write_text("ñ", encoding="utf-8")
            free_mb = shutil.disk_usage(folder).free // 10**6
        fact = f"{tempfile.gettempdir()}, {free_mb} MB"
        state = GOOD if free_mb >= FREE_MB else WARNING
    except OSError as error:
        state, fact = MISSING, str(error)
    advice = Bilingual(
        es="La lección 10 escribe ahí miles de archivos: libera espacio, o asigna una carpeta tuya "
        "a la variable de entorno TMPDIR (en Windows, TEMP).",
        en="Lesson 10 writes thousands of files there: free some space, or set the environment "
        "variable TMPDIR (on Windows, TEMP) to a folder of yours.",
    )
    return Finding(Bilingual(es="Carpeta temporal", en="Temporary folder"), state, fact, advice)


def _loopback() -> Finding:
    """Let two ends in this computer connect, as JupyterLab's do with its kernels."""
    state, fact = GOOD, "127.0.0.1"
    try:
        with socket.create_server((fact, 0)) as server:
            socket.create_connection(server.getsockname(), timeout=CONNECT_S).close()
    except OSError as error:
        state, fact = MISSING, f"127.0.0.1 ({error})"
    advice = Bilingual(
        es="JupyterLab las necesita: revisa el firewall, el antivirus y la VPN.",
        en="JupyterLab needs them: check the firewall, the antivirus and the VPN.",
    )
    title = Bilingual(es="Conexiones dentro de la computadora", en="Connections on this computer")
    return Finding(title, state, fact, advice)


def _lessons(find_lesson: FindLesson) -> Finding:
    try:
        state, folder = GOOD, find_lesson(LANGUAGES[0])[0]
    except FileNotFoundError:
        state, folder = MISSING, Path.cwd()
    advice = Bilingual(
        es="No están ahí. Ejecuta esto en la carpeta del curso; si también faltan ahí, descárgalo "
        "de nuevo.",
        en="They are not there. Run this in the folder of the course; if they are missing there "
        "too, download it again.",
    )
    return Finding(Bilingual(es="Lecciones", en="Lessons"), state, str(folder), advice)
