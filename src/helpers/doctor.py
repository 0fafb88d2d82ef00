"""Say whether this computer is ready for the course: ``python -m helpers doctor``.

It looks, and changes nothing; what it starts or writes for that has gone when it ends. It imports
the packages of the course only by asking which are installed, so that it also runs where one is
missing.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from helpers.language import LANGUAGES, message, speaking
from helpers.parallel import ParallelError, machine, run

# What a check comes to. Only what is missing keeps the course from working.
GOOD, WARNING, MISSING = "good", "warning", "missing"
WORKER_S, CONNECT_S = 20.0, 5.0
ROOM_BYTES = 500 * 10**6  # lesson 10's corpus and what Dask writes, with room to spare
PYTHONS = ((3, 11), (3, 15))  # the first that will do, and the last that was tested

Found = tuple[str, dict[str, object]]
FindLesson = Callable[[str], tuple[Path, Path]]


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Attributes:
        name: what was looked at.
        state: ``"good"``, ``"warning"`` (the course works, but for what is said) or ``"missing"``.
        values: the figures and names of the sentence ``doctor.<name>.<state>``.
    """

    name: str
    state: str
    values: dict[str, object]

    def said(self) -> str:
        """Return the finding, and what to do where it is not good, in the current language."""
        title, state = message(f"doctor.{self.name}.title"), message(f"doctor.{self.state}")
        return f"[{state}] {title}: {message(f'doctor.{self.name}.{self.state}', **self.values)}"


def examine(find_lesson: FindLesson) -> list[Finding]:
    """Return what each check finds on this computer, within a minute or two at most.

    Args:
        find_lesson: returns the course's folder and the first lesson of a language, or raises
            FileNotFoundError.
    """
    checks: dict[str, Callable[[], Found]] = {
        "python": _python,
        "packages": _packages,
        "cpus": _cpus,
        "workers": _workers,
        "memory": _memory,
        "folder": _folder,
        "home": _home,
        "loopback": _loopback,
        "browser": _browser,
        "lessons": lambda: _lessons(find_lesson),
    }
    return [Finding(name, *check()) for name, check in checks.items()]


def main(arguments: Sequence[str], find_lesson: FindLesson) -> int:
    """Print what was found: in a language, or in both where none is named; or as JSON.

    Args:
        arguments: a language, ``--json``, both, or none.
        find_lesson: as for `examine`.

    Returns:
        The exit code: 0 where the computer is ready, 1 where something is missing, 2 where the
        call was wrong.
    """
    languages = [argument for argument in arguments if argument in LANGUAGES]
    if len(languages) > 1 or set(arguments) - {*LANGUAGES, "--json"}:
        print("\n\n".join(_in_each(LANGUAGES, lambda: message("doctor.usage"))), file=sys.stderr)
        return 2
    findings = examine(find_lesson)
    if "--json" in arguments:
        print(json.dumps(_as_data(findings), indent=2))
    else:
        print("\n\n".join(_in_each(languages or LANGUAGES, lambda: _report(findings))))
    return 0 if is_ready(findings) else 1


def is_ready(findings: Sequence[Finding]) -> bool:
    """Say whether nothing is missing."""
    return all(finding.state != MISSING for finding in findings)


def _report(findings: Sequence[Finding]) -> str:
    verdict = "doctor.ready" if is_ready(findings) else "doctor.not_ready"
    return "\n".join([*(finding.said() for finding in findings), "", message(verdict)])


def _as_data(findings: Sequence[Finding]) -> dict[str, Any]:
    said = [_in_each(LANGUAGES, finding.said) for finding in findings]
    checks = [
        {**asdict(finding), "said": dict(zip(LANGUAGES, texts, strict=True))}
        for finding, texts in zip(findings, said, strict=True)
    ]
    return {"ready": is_ready(findings), "machine": asdict(machine()), "checks": checks}


def _in_each(languages: Sequence[str], say: Callable[[], str]) -> list[str]:
    texts = []
    for language in languages:
        with speaking(language):
            texts.append(say())
    return texts


def _python() -> Found:
    first, last = PYTHONS
    here = sys.version_info[:2]
    state = MISSING if here < first else WARNING if here > last else GOOD
    named = {"first": ".".join(map(str, first)), "last": ".".join(map(str, last))}
    return state, {"version": machine().python, **named}


def _packages() -> Found:
    try:
        wrong = list(_wrong_packages())
    except ImportError as error:  # the package itself is not installed, or one that all need
        wrong = [error.name or "helpers"]
    if wrong:
        return MISSING, {"wrong": ", ".join(wrong), "python": sys.executable}
    return GOOD, {"jupyterlab": metadata.version("jupyterlab")}


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


def _cpus() -> Found:
    n = machine().usable_cpus
    return (GOOD if n > 1 else WARNING), {"n": n}


def _workers() -> Found:
    """Really make a pool by every method that this system has, and let it compute."""
    here = machine()
    started: dict[str, float] = {}
    failed: dict[str, str] = {}
    for method in here.start_methods:
        try:
            done = run(abs, [-1], how="pool", n_workers=1, start_method=method, timeout_s=WORKER_S)
            started[method] = done.elapsed_s
        except ParallelError as error:
            failed[method] = str(error.__cause__ or error)  # what the system said
    told: dict[str, object] = {
        "started": ", ".join(f"{method} {seconds:.2f} s" for method, seconds in started.items()),
        "failed": ", ".join(failed),
        "error": "; ".join(dict.fromkeys(failed.values())),
    }
    if not failed:
        return GOOD, told
    return (MISSING if here.start_method in failed else WARNING), told


def _memory() -> Found:
    try:
        from multiprocessing.shared_memory import SharedMemory

        memory = SharedMemory(create=True, size=4096)
    except (ImportError, OSError) as error:
        return WARNING, {"error": str(error)}
    memory.close()
    memory.unlink()
    place = Path("/dev/shm")  # on Linux: what is made in a full one ends whoever writes to it
    if place.exists() and shutil.disk_usage(place).free < 4096:
        return WARNING, {"error": f"{place}: {os.strerror(errno.ENOSPC)}"}
    return GOOD, {}


def _home() -> Found:
    """Write where Jupyter keeps its settings; the launcher does without, for a while."""
    from helpers.jupyter_home import unwritable

    folder = unwritable()
    return (GOOD if folder is None else WARNING), {"folder": str(folder or Path.home())}


def _folder() -> Found:
    try:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "año.txt").write_text("ñ", encoding="utf-8")
            free_bytes = shutil.disk_usage(folder).free
    except OSError as error:
        return MISSING, {"error": str(error)}
    told: dict[str, object] = {"folder": tempfile.gettempdir(), "free": free_bytes // 10**6}
    return (GOOD if free_bytes >= ROOM_BYTES else WARNING), told


def _loopback() -> Found:
    """Let two ends in this computer connect, as JupyterLab's do with its kernels."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), timeout=CONNECT_S).close()
    except OSError as error:
        return MISSING, {"error": str(error)}
    return GOOD, {}


def _browser() -> Found:
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return WARNING, {}
    return GOOD, {"name": getattr(found, "name", type(found).__name__)}


def _lessons(find_lesson: FindLesson) -> Found:
    try:
        folders = [find_lesson(language)[0] for language in LANGUAGES]
    except FileNotFoundError:
        return MISSING, {"folder": str(Path.cwd())}
    return GOOD, {"folder": str(folders[0])}
