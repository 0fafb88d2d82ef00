"""The exercises of lesson 10, the project: its timings, its program, which is run, its report."""

from __future__ import annotations

import math
import os
import re
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.classroom.exercises.answers import (
    MistakeError,
    count,
    exercise,
    items,
    must_be,
    number,
    parts,
)
from helpers.classroom.scripts import ScriptRun, run_script
from helpers.language import text
from helpers.parallel.units import duration, significant
from helpers.tasks import make_corpus

COLD = 1.5  # a first pass that takes this many times as long as the others read from the disk
CLOSE = 0.02  # how far a figure may be off that was rounded
# Below it a loop computes, above it it waits; between them its figures do not say.
COMPUTES, WAITS = 0.2, 0.8
MIN_WORDS = 12
WAYS = "pool|grupo|proces|thread|hilo|executor"
MACHINES = (
    r"cpu|core|n[uú]cleo|m[aá]quina|machine|compu|\blap\b|laptop|port[aá]til|equipo|procesador"
)
# Exercise 10.3: the corpus that the program is given, the limits that it is told, and our own.
N_FILES, ENOUGH_S, LITTLE_S, CHECK_LIMIT_S, LATE_S = 600, "60", "1", 40.0, 15.0
NOT_UTF_8 = "# Título\n\nuna línea en otra codificación".encode("latin-1")
PICTURES = {".png", ".svg", ".pdf", ".jpg", ".jpeg"}
# Python runs a sitecustomize.py at its start. This one notes that a worker, a process or a thread,
# opened a Markdown file, and makes that slow.
HOOK = """
import builtins, io, os, threading, time

main = os.environ.setdefault("PROJECT_MAIN", str(os.getpid()))
opened = io.open


def watched(file, *args, **options):
    worker = str(os.getpid()) != main or threading.current_thread() is not threading.main_thread()
    if worker and str(file).endswith(".md"):
        opened({seen!r}, "w").close()
        time.sleep({slow_s})
    return opened(file, *args, **options)


builtins.open = io.open = watched
"""
# It runs a program in a folder and ends as that does.
STARTER = """
import os, subprocess, sys

command, variables = [sys.executable, *{arguments!r}], {variables!r}
sys.exit(subprocess.call(command, cwd={work!r}, env={{**os.environ, **variables}}))
"""


@exercise(
    "10.1",
    es="tres vueltas alrededor de tu ciclo: en cada una, begin antes, y después append del tiempo.",
    en="three passes around your loop: in each, begin before it, and append the time after it.",
)
def three_timings(answer: Any) -> str:
    """The words, the seconds of three passes or more, and the one that counts."""
    total, timings, chosen = parts(answer, "total", "timings_s", "loop_s")
    count("total", total)
    timings_s = [number("timings_s", one, positive=True) for one in items("timings_s", timings)]
    if len(set(timings_s)) < max(3, len(timings_s)):
        raise MistakeError(
            es="Mide al menos tres veces. Repetir un número no es medir de nuevo.",
            en="Measure three times at least. Repeating a number is not measuring again.",
        )
    first, second, third, *_ = timings_s
    if abs(second - 2 * first) < 0.2 * first and abs(third - 3 * first) < 0.3 * first:
        raise MistakeError(
            es="Cada medición incluye las anteriores: lee begin dentro del ciclo de vueltas.",
            en="Each timing includes the ones before it: read begin inside the loop of passes.",
        )
    loop_s, usual = number("loop_s", chosen), (min(timings_s), statistics.median(timings_s))
    if not any(math.isclose(loop_s, right, rel_tol=CLOSE) for right in usual):
        raise MistakeError(
            es="loop_s debe ser la menor de las mediciones, o la mediana.",
            en="loop_s has to be the smallest of the timings, or their median.",
        )
    if first > COLD * loop_s:
        return text(
            es=f"La primera vuelta tardó {significant(first / loop_s, 2)} veces lo que elegiste: "
            "quizá leyó del disco; las demás encuentran los archivos en la memoria.",
            en=f"The first pass took {significant(first / loop_s, 2)} times what you chose: it "
            "may have read from the disk; the others find the files in memory.",
        )
    return text(
        es=f"El ciclo tarda {duration(loop_s)}: ese es el tiempo que hay que superar.",
        en=f"The loop takes {duration(loop_s)}: that is the time to beat.",
    )


@exercise(
    "10.2",
    es="cpu_s / wall_s es la parte en que calculó. Para calcular, procesos; para esperar, hilos.",
    en="cpu_s / wall_s is the share of computing. To compute, processes; to wait, threads.",
)
def way_to_try(answer: Any) -> str:
    """The share of the loop's time in which it waited, and the way that this suggests."""
    names = "wall_s", "cpu_s", "waits", "way"
    wall, cpu, share, way = parts(answer, *names)
    wall_s, cpu_s = number("wall_s", wall, positive=True), number("cpu_s", cpu)
    right = 1 - cpu_s / wall_s
    if abs(number("waits", share) - right) > CLOSE:
        raise MistakeError(
            es="waits es la parte de wall_s, de 0 a 1, que cpu_s no cubre.",
            en="waits is the share of wall_s, from 0 to 1, that cpu_s leaves.",
        )
    if way not in ("processes", "threads"):
        raise must_be("way", way, es='"processes" o "threads"', en='"processes" or "threads"')
    percent = f"{100 * max(0.0, right):.0f}"
    if (way == "threads" and right < COMPUTES) or (way == "processes" and right > WAITS):
        raise MistakeError(
            es=f"Espera el {percent} %. Para esperar bastan los hilos; para calcular, no (el GIL).",
            en=f"It waits {percent}%. Threads are enough to wait, but not to compute (the GIL).",
        )
    return text(
        es=f"Esperó el {percent} %: es una hipótesis, y la prueba será tu programa.",
        en=f"It waited {percent}%: that is a hypothesis, and your program will be the test.",
    )


@exercise(
    "10.3",
    es="una cosa a la vez: main(folder, limit_s) y la guarda; map_async(...).get(timeout=limit_s); "
    'dos tiempos; plt.savefig; read_text(encoding="utf-8", errors="replace").',
    en="one thing at a time: main(folder, limit_s) and the guard; map_async(...).get("
    'timeout=limit_s); two times; plt.savefig; read_text(encoding="utf-8", errors="replace").',
)
def others_run_it(answer: Any) -> str:
    """A program that somebody else runs, judged by running it in processes of its own."""
    if not isinstance(answer, str) or not answer.endswith(".py") or not Path(answer).is_file():
        es, en = "el nombre del archivo .py que guardaste", "the name of the .py file you saved"
        raise must_be("program", answer, es=es, en=en)
    with tempfile.TemporaryDirectory(prefix="s", ignore_cleanup_errors=True) as folder:
        missing = "\n".join(f"✗ {one}" for one in _missing(Path(answer), Path(folder)))
    if missing:
        raise MistakeError(
            es=f"Se ejecutó en otra carpeta, como lo haría otra persona. Le falta:\n{missing}",
            en=f"It was run in another folder, as somebody else would. What is missing:\n{missing}",
        )
    return text(
        es="Cuenta, reparte, mide, dibuja y respeta su límite: otra persona puede ejecutarlo.",
        en="It counts, runs in parallel, measures, draws and keeps its limit: others can run it.",
    )


def _missing(original: Path, folder: Path) -> Iterator[str]:
    """Yield what the program does not do yet, in the learner's language."""
    corpus, work, program = folder / "corpus", folder / "work", folder / "home" / "program.py"
    files = make_corpus(corpus, N_FILES)
    n_words = sum(len(re.findall(r"\w+", Path(f).read_text(encoding="utf-8"))) for f in files)
    work.mkdir()
    program.parent.mkdir()
    program.write_bytes(original.read_bytes())  # a copy: it has to do without what lies beside it
    source = program.read_text(encoding="utf-8", errors="replace")
    no_guard = text(
        es="Ya actúa al importarlo (en Windows, cada trabajador lo importa): usa la guarda.",
        en="When imported, as by each worker on Windows, it already acts: guard all that it does.",
    )
    if re.search(r"^\s*(?:from|import) helpers\b", source, re.MULTILINE):
        yield text(
            es="Usa el paquete del curso, que otra persona no tiene.",
            en="It uses the course's package, which somebody else does not have.",
        )
    ran = _run(work, str(program), str(corpus), ENOUGH_S)
    if ran.exit_code != 0 or not ran.printed.strip():
        yield _how_it_ended(ran)
        if "__name__" not in source:  # which may well be why, where processes are not forked
            yield no_guard
        return
    counted = n_words in _whole_numbers(ran.printed)
    if not counted:
        yield text(
            es=f"No imprime el total de palabras: {n_words}, contadas como en count_words.",
            en=f"It does not print the total of words: {n_words}, counted as in count_words.",
        )
    if not (folder / "seen").exists():
        yield text(
            es="No reparte: ningún proceso trabajador ni hilo abrió un archivo.",
            en="It does not run in parallel: no worker process and no thread opened a file.",
        )
    if sum(time_s <= ran.seconds for time_s in _decimals(ran.printed)) < 2:
        yield text(
            es=f"No imprime dos tiempos en segundos, con decimales; tardó {ran.seconds:.1f} s.",
            en=f"It does not print two times in seconds, with decimals; it took "
            f"{ran.seconds:.1f} s.",
        )
    if not any(file.suffix.lower() in PICTURES and file.stat().st_size for file in work.iterdir()):
        yield text(
            es="No deja ningún gráfico (.png, .svg o .pdf) en la carpeta donde se ejecuta.",
            en="It leaves no chart (.png, .svg or .pdf) in the current directory.",
        )
    (empty := folder / "imported").mkdir()
    line = f"import runpy; runpy.run_path({str(program)!r}, run_name='__mp_main__')"
    imported = _run(empty, "-c", line)
    if imported.exit_code != 0 or imported.printed.strip() or any(empty.iterdir()):
        yield no_guard
    if not counted:  # which may be why it would fail what comes now
        return
    late = _run(work, str(program), str(corpus), LITTLE_S, slow_s=0.5, limit_s=LATE_S)
    if late.exit_code in (0, None):
        yield text(
            es=f"No respeta su límite: con SECONDS={LITTLE_S}, y medio segundo para abrir cada "
            f"archivo, debe terminar con un error antes de {LATE_S:.0f} s.",
            en=f"It does not keep its limit: with SECONDS={LITTLE_S}, and half a second to open "
            f"each file, it has to end in an error within {LATE_S:.0f} s.",
        )
    (corpus / "otro.md").write_bytes(NOT_UTF_8)
    strange = _run(work, str(program), str(corpus), ENOUGH_S)
    more = range(n_words + 1, n_words + 20)
    if strange.exit_code != 0 or not _whole_numbers(strange.printed) & set(more):
        yield text(
            es=f"Un archivo que no es UTF-8 lo detiene, o no se cuenta. {_how_it_ended(strange)}",
            en=f"A file that is not UTF-8 stops it, or is not counted. {_how_it_ended(strange)}",
        )


def _run(work: Path, *arguments: str, slow_s: float = 0, limit_s: float = 0) -> ScriptRun:
    """Run Python with these arguments in ``work``, in processes of its own, within a limit."""
    hook = work.parent / f"hook{slow_s}"
    hook.mkdir(exist_ok=True)
    code = HOOK.format(seen=str(work.parent / "seen"), slow_s=slow_s)
    (hook / "sitecustomize.py").write_text(code, encoding="utf-8")
    paths = [str(hook), *filter(None, [os.environ.get("PYTHONPATH")])]
    variables = {"MPLBACKEND": "agg", "PYTHONPATH": os.pathsep.join(paths)}
    starter = STARTER.format(arguments=arguments, variables=variables, work=str(work))
    return run_script(starter, limit_s=limit_s or CHECK_LIMIT_S)


def _how_it_ended(ran: ScriptRun) -> str:
    """Return how a program ended, its last line, and the line of it that an error names."""
    ended, *_, last = repr(ran).splitlines()
    places = re.findall(r'File ".*program\.py", line (\d+)', ran.errors)
    line = text(es=f" (línea {places[-1]})", en=f" (line {places[-1]})") if places else ""
    return f"{ended} {last}{line}"


@exercise(
    "10.4",
    es="copia de tu programa: «Contar … archivos tomó … s con el ciclo y … s con un Pool, en …».",
    en='copy from your program: "Counting … files took … s in the loop and … s with a Pool, on …".',
)
def own_report(answer: Any) -> str:
    """A conclusion with figures that the learner's own program printed."""
    printed, conclusion = parts(answer, "done.stdout", "conclusion")
    for name, given in (("done.stdout", printed), ("conclusion", conclusion)):
        if not isinstance(given, str):
            raise must_be(name, given, es="un texto", en="a string")
    if (n_words := len(conclusion.split())) < MIN_WORDS:
        raise MistakeError(
            es=f"Son {n_words} palabras; para decir qué, cuánto y por qué hacen falta {MIN_WORDS}.",
            en=f"It has {n_words} words; to say what, how much and why takes {MIN_WORDS}.",
        )
    times = _decimals(printed)  # which may be the same
    found = set(times) & set(_decimals(conclusion))
    if len(times) < 2 or len(found) < min(2, len(set(times))):
        raise MistakeError(
            es="Faltan los dos tiempos que imprimió tu programa (10.3), con los mismos dígitos.",
            en="The two times that your program (10.3) printed are missing, with the same digits.",
        )
    if not re.search(WAYS, conclusion, re.IGNORECASE):
        raise MistakeError(
            es="Falta decir con qué se repartió el trabajo: ¿un Pool, hilos?",
            en="It does not say what did the work: a Pool, threads?",
        )
    if not re.search(MACHINES, conclusion, re.IGNORECASE):
        raise MistakeError(
            es="Falta decir en qué máquina: ¿cuántos CPU tiene?",
            en="It does not say on which machine: how many CPUs has it?",
        )
    return text(
        es="Dice qué se hizo, con qué y cuánto tomó. El porqué se evalúa con la tabla.",
        en="It says what was done, with what, and how long it took. The rubric judges the why.",
    )


def _decimals(printed: str) -> list[float]:
    """Return the times in a text: numbers with decimals. ``1,234`` is none; ``1,234 s`` is."""
    found = re.findall(r"(?<![\d.,])(\d+)[.,](\d+)(?![.,]?\d)(\s*(?:s\b|sec|seg))?", printed)
    return [
        float(f"{whole}.{part}")
        for whole, part, unit in found
        if len(part) != 3 or whole == "0" or unit
    ]


def _whole_numbers(printed: str) -> set[float]:
    """Return the whole numbers in a text, in which 6,000 and 6.000 and 6 000 are 6000."""
    joined = re.sub(r"(?<=\d)[,.\s\u202f'_](?=\d{3}(?!\d))", "", printed)
    return set(map(float, re.findall(r"\d+", joined)))
