"""The exercises of lesson 10, the project: their rules, and what is said to each answer."""

from __future__ import annotations

import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from helpers.classroom.exercises.answers import Exercise, Verdict, is_number
from helpers.classroom.programs import descendants, end_family, plain_environment, start_apart
from helpers.classroom.style import duration, significant
from helpers.language import Bilingual, text
from helpers.tasks import make_corpus

COLD = 1.5  # a first pass that takes so many times as long as the others read from the disk
CLOSE = 0.02  # how far a figure may be off that was rounded
# Below it a loop computes, above it it waits; between them its figures do not say.
COMPUTES, WAITS = 0.2, 0.8
MIN_WORDS = 12
MACHINES = ("cpu", "core", "núcleo", "máquina", "machine", "comput", "laptop", "portátil")
WAYS = ("pool", "grupo", "process", "proces", "thread", "hilo", "executor")
# A machine that needs more or less than this for a word was not what was measured.
SLOWEST_S, FASTEST_S = 1e-5, 1e-9
# Exercise 10.3: the corpus that the program is given, the limits that it is told, and our own.
N_FILES, ENOUGH_S, LITTLE_S, CHECK_LIMIT_S, LATE_S = 600, 60, 1, 40.0, 15.0
NOT_UTF_8 = "# Título\n\nuna línea en otra codificación".encode("latin-1")
PICTURES = {".png", ".svg", ".pdf", ".jpg", ".jpeg"}
# Python runs a sitecustomize.py at its start. This one makes workers slow: whoever opens a
# Markdown file outside of the first process's main thread needs half a second for each.
SLOW = """
import builtins, io, os, threading, time

main = os.environ.setdefault("PROJECT_MAIN", str(os.getpid()))
opened = io.open


def slow(file, *args, **options):
    worker = str(os.getpid()) != main or threading.current_thread() is not threading.main_thread()
    if worker and str(file).endswith(".md"):
        time.sleep(0.5)
    return opened(file, *args, **options)


builtins.open = io.open = slow
"""


def three_timings(answer: Any) -> Verdict:
    """10.1: the words, the seconds of three passes or more, and the one that counts."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "not_three"
    total, timings_s, loop_s = answer
    if not is_number(total) or total < 1:
        return "not_counted"
    if not isinstance(timings_s, (list, tuple)) or not all(map(_is_time, timings_s)):
        return "not_timings"
    if len(timings_s) < 3 or len(set(timings_s)) < len(timings_s):
        return "few"
    first, second, third, *_ = timings_s
    if abs(second - 2 * first) < 0.2 * first and abs(third - 3 * first) < 0.3 * first:
        return "adds_up"
    if not is_number(loop_s) or not any(
        math.isclose(loop_s, right, rel_tol=CLOSE)
        for right in (min(timings_s), statistics.median(timings_s))
    ):
        return "not_least"
    if not FASTEST_S < loop_s / total < SLOWEST_S:
        return "not_seconds", {"loop": duration(loop_s), "words": f"{total:,}"}
    times = timings_s[0] / loop_s
    if times > COLD:
        return "right_cold", {"times": significant(times, 2)}
    return "right", {"loop": duration(loop_s)}


def _is_time(value: object) -> bool:
    return is_number(value) and 0 < value < 86_400  # type: ignore[operator]


def way_to_try(answer: Any) -> Verdict:
    """10.2: the share of the loop's time in which it waited, and the way that this suggests."""
    if not isinstance(answer, tuple) or len(answer) != 4 or not all(map(is_number, answer[:3])):
        return "not_four"
    wall_s, cpu_s, waits, way = answer
    if not wall_s > 0:
        return "not_four"
    right = 1 - cpu_s / wall_s
    if abs(waits - right) > CLOSE:
        if abs(waits - (wall_s - cpu_s)) <= CLOSE * wall_s:
            return "seconds"
        return "cpu_share" if abs(waits - (1 - right)) <= CLOSE else "waits"
    if way not in ("processes", "threads"):
        return "not_a_way"
    share = f"{100 * max(0.0, right):.0f}"
    if right < COMPUTES and way == "threads":
        return "computes", {"share": share}
    if right > WAITS and way == "processes":
        return "waits_much", {"share": share}
    return ("right_open" if COMPUTES <= right <= WAITS else "right"), {"share": share}


@dataclass(frozen=True)
class _Ended:
    """What came of a program: its exit code (``None``: stopped at the limit) and its outputs."""

    code: int | None
    printed: str
    error: str
    had_workers: bool
    seconds: float


def others_run_it(answer: Any) -> Verdict:
    """10.3: a program that somebody else runs, judged by running it in processes of its own."""
    if not isinstance(answer, (str, Path)) or not str(answer).endswith(".py"):
        return "not_a_name"
    if not Path(answer).is_file():
        return "no_file", {"name": str(answer)}
    with tempfile.TemporaryDirectory(prefix="s", ignore_cleanup_errors=True) as folder:
        missing = list(_missing(Path(answer), Path(folder)))
    if missing:
        return "missing", {"missing": "\n".join(f"✗ {one}" for one in missing)}
    return "right"


def _missing(original: Path, folder: Path) -> Iterator[str]:
    """Yield what the program does not do yet, in the learner's language."""
    corpus, work, home = folder / "corpus", folder / "work", folder / "home"
    n_words = sum(map(_words_of, make_corpus(corpus, N_FILES)))
    work.mkdir()
    home.mkdir()
    program = home / "program.py"  # a copy: it has to do without what lies beside it
    program.write_bytes(original.read_bytes())
    source = program.read_text(encoding="utf-8", errors="replace")
    if re.search(r"^\s*(?:from|import) helpers\b", source, re.MULTILINE):
        yield text(
            es="Usa el paquete del curso, que otra persona no tiene.",
            en="It uses the course's package, which somebody else does not have.",
        )
    ended = _run(program, [str(corpus), str(ENOUGH_S)], work)
    if ended.code != 0 or not ended.printed.strip():
        yield _how_it_failed(ended)
        if "__name__" not in source:  # which may well be why, where processes are not forked
            yield _no_guard()
        return
    counts_right = n_words in _numbers(_without_separators(ended.printed))
    yield from _missing_results(ended, counts_right, n_words, work, shares="Thread" in source)
    if not _does_nothing_when_imported(program, folder):
        yield _no_guard()
    if not counts_right:  # which may be why it would fail what comes now
        return
    late = _run(program, [str(corpus), str(LITTLE_S)], work, slow=True, limit_s=LATE_S)
    if late.code in (0, None):
        yield _how_it_kept_no_limit(late, n_words, ended.seconds)
    (corpus / "otro.md").write_bytes(NOT_UTF_8)
    strange = _run(program, [str(corpus), str(ENOUGH_S)], work)
    if strange.code != 0:
        yield text(
            es=f"Un archivo que no es UTF-8 lo detiene: {strange.error}.",
            en=f"A file that is not UTF-8 stops it: {strange.error}.",
        )
    elif not _numbers(_without_separators(strange.printed)) & set(range(n_words + 1, n_words + 20)):
        yield text(
            es="De un archivo que no es UTF-8 no cuenta las palabras.",
            en="It does not count the words of a file that is not UTF-8.",
        )


def _no_guard() -> str:
    return text(
        es="Al importarlo, como hace cada trabajador en Windows y macOS, ya hace algo: falta la "
        "guarda, o quedó trabajo fuera de ella.",
        en="When it is imported, as each worker does on Windows and macOS, it already does "
        "something: the guard is missing, or work was left outside of it.",
    )


def _how_it_kept_no_limit(late: _Ended, n_words: int, usual_s: float) -> str:
    """Say what a program did wrong that did not end in an error, although its workers are slow."""
    if late.code == 0 and n_words not in _numbers(_without_separators(late.printed)):
        return text(
            es="Al llegar a su límite termina, pero sin error: deja pasar la excepción, o usa "
            'sys.exit("...").',
            en="At its limit it ends, but not with an error: let the exception through, or use "
            'sys.exit("...").',
        )
    if late.code == 0 and late.had_workers and late.seconds < usual_s + 2:
        return text(
            es="Sus trabajadores no cuentan: aunque tarden medio segundo en abrir cada archivo, el "
            "programa termina igual de pronto.",
            en="Its workers do not count: even if they take half a second to open each file, the "
            "program ends as soon as before.",
        )
    return text(
        es=f"No respeta su límite: con SECONDS={LITTLE_S}, y trabajadores que tardan medio segundo "
        f"en abrir cada archivo, debe terminar con un error antes de {LATE_S:.0f} s en total.",
        en=f"It does not keep its limit: with SECONDS={LITTLE_S}, and workers that take half a "
        f"second to open each file, it has to end in an error before {LATE_S:.0f} s in all.",
    )


def _words_of(file: str) -> int:
    return len(re.findall(r"\w+", Path(file).read_text(encoding="utf-8")))


def _how_it_failed(ended: _Ended) -> str:
    if ended.code is None:
        return text(
            es=f"No había terminado después de {CHECK_LIMIT_S:.0f} s.",
            en=f"It had not ended after {CHECK_LIMIT_S:.0f} s.",
        )
    if ended.code == 0:
        return text(
            es="No imprimió nada y terminó sin error. ¿Se ejecuta main()?",
            en="It printed nothing and ended without an error. Does main() run?",
        )
    return text(
        es=f"Termina con un error: {ended.error}.", en=f"It ends in an error: {ended.error}."
    )


def _missing_results(
    ended: _Ended, counts_right: bool, n_words: int, work: Path, shares: bool
) -> Iterator[str]:
    """Yield what a run that ended well did not give: words, workers, times, a chart."""
    if not counts_right:
        yield text(
            es=f"No imprime el total de palabras: en la carpeta de prueba y sus subcarpetas son "
            f"{n_words}, contadas como en count_words.",
            en=f"It does not print the total of words: in the test folder and its subfolders they "
            f"are {n_words}, counted as in count_words.",
        )
    if not ended.had_workers and not shares:
        yield text(
            es="No reparte: no inició ningún proceso ni usa hilos.",
            en="It does not share the work out: it started no process and uses no threads.",
        )
    times = _decimals(ended.printed)
    if len(times) < 2:
        yield text(
            es="No imprime los dos tiempos, el del ciclo y el de la parte en paralelo, en segundos "
            "y con decimales.",
            en="It does not print both times, that of the loop and that of the parallel part, in "
            "seconds and with decimals.",
        )
    elif sum(time_s <= ended.seconds for time_s in times) < 2:
        took = f"{ended.seconds:.2f}"
        yield text(
            es=f"Los tiempos que imprime son mayores que lo que tardó entero ({took} s). ¿Se "
            "miden, y en segundos?",
            en=f"The times that it prints are larger than what it took as a whole ({took} s). Are "
            "they measured, and in seconds?",
        )
    if not _pictures_in(work):
        yield _where_the_chart_is(bool(_pictures_in(work.parent / "home")))


def _where_the_chart_is(beside: bool) -> str:
    if beside:
        return text(
            es="Guarda el gráfico junto al programa, no en la carpeta donde se ejecuta.",
            en="It saves the chart beside the program, not in the current directory.",
        )
    return text(
        es="No deja ningún gráfico (.png, .svg o .pdf) en la carpeta donde se ejecuta.",
        en="It leaves no chart (.png, .svg or .pdf) in the current directory.",
    )


def _pictures_in(folder: Path) -> list[Path]:
    files = [file for file in folder.iterdir() if file.suffix.lower() in PICTURES]
    return [file for file in files if file.stat().st_size]


def _does_nothing_when_imported(program: Path, folder: Path) -> bool:
    (work := folder / "imported").mkdir()
    line = f"import runpy; runpy.run_path({str(program)!r}, run_name='__mp_main__')"
    ended = _run(Path("-c"), [line], work)
    return ended.code == 0 and not ended.printed.strip() and not any(work.iterdir())


def _run(
    program: Path,
    arguments: list[str],
    work: Path,
    *,
    slow: bool = False,
    limit_s: float | None = None,
) -> _Ended:
    """Run a program apart from this process, within a limit, and end what it started."""
    files = work.parent / "printed", work.parent / "errors"
    environment = {**plain_environment(work.parent), "MPLBACKEND": "agg"}
    if slow:
        (hook := work.parent / "hook").mkdir()
        (hook / "sitecustomize.py").write_text(SLOW, encoding="utf-8")
        paths = [str(hook), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    command = [sys.executable, str(program), *arguments]
    process = start_apart(command, work, files, environment)
    family: set[Any] = set()
    begin_s = perf_counter()
    end_s = begin_s + (limit_s or CHECK_LIMIT_S)
    try:
        while process.poll() is None and perf_counter() < end_s:
            family |= descendants(process.pid)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.005)
        code = process.poll()
    finally:
        end_family(process, family)
    printed, errors = (file.read_text(encoding="utf-8", errors="replace") for file in files)
    seconds = perf_counter() - begin_s
    return _Ended(code, printed, _error_in(errors, program), bool(family), seconds)


def _error_in(errors: str, program: Path) -> str:
    """Return the last line of an error, and the last line of the program that it names."""
    lines = [line for line in errors.splitlines() if line.strip()]
    said = lines[-1][:200] if lines else ""
    places = re.findall(rf'File ".*{re.escape(program.name)}", line (\d+)', errors)
    if not places:
        return said
    return text(es=f"{said} (línea {places[-1]})", en=f"{said} (line {places[-1]})")


def own_report(answer: Any) -> Verdict:
    """10.4: a conclusion with figures that the learner's own program printed."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], str):
        return "not_two"
    printed, conclusion = answer
    if not isinstance(conclusion, str):
        return "not_text"
    if (n_words := len(conclusion.split())) < MIN_WORDS:
        return "short", {"n": n_words, "least": MIN_WORDS}
    times = _decimals(printed)
    if len(times) < 2:
        return "unfinished"
    if len(set(times) & set(_decimals(conclusion))) < min(2, len(set(times))):
        return "figures"
    if not any(name in conclusion.lower() for name in WAYS):
        return "no_way"
    if not any(name in conclusion.lower() for name in MACHINES):
        return "no_machine"
    return "right"


def _decimals(text: str) -> list[float]:
    """Return the numbers in a text that have decimals, as times in seconds do.

    ``1,234`` is none, unless a unit of seconds follows; ``0.123`` is one.
    """
    found = re.findall(r"(?<![\d.,])(\d+)[.,](\d+)(?![.,]?\d)(\s*(?:s\b|sec|seg))?", text)
    return [
        float(f"{whole}.{part}")
        for whole, part, unit in found
        if len(part) != 3 or whole == "0" or unit
    ]


def _without_separators(text: str) -> str:
    """Return the text with 6,000 and 6.000 and 6 000 written 6000."""
    return re.sub(r"(?<=\d)[,.\s\u202f'_](?=\d{3}(?!\d))", "", text)


def _numbers(text: str) -> set[float]:
    """Return the numbers in a text, with a decimal point or a decimal comma."""
    return {float(found.replace(",", ".")) for found in re.findall(r"\d+(?:[.,]\d+)?", text)}


EXERCISES = {
    "10.1": Exercise(
        three_timings,
        Bilingual(
            es="Un ciclo de tres vueltas alrededor del que ya tienes: en cada una, begin antes, y "
            "después timings_s.append(perf_counter() - begin). loop_s = min(timings_s).",
            en="A loop of three passes around the one that you have: in each, begin before it, "
            "and timings_s.append(perf_counter() - begin) after it. loop_s = min(timings_s).",
        ),
        {
            "not_three": Bilingual(
                es='Pasa las tres cosas: check("10.1", (total, timings_s, loop_s)).',
                en='Pass all three: check("10.1", (total, timings_s, loop_s)).',
            ),
            "not_counted": Bilingual(
                es="total debe ser el número de palabras. Si es un generador, nadie contó nada "
                "todavía: súmalo con sum(...).",
                en="total has to be the number of words. If it is a generator, nothing was counted "
                "yet: add it up with sum(...).",
            ),
            "adds_up": Bilingual(
                es="Cada medición incluye las anteriores: begin debe estar dentro del ciclo de "
                "vueltas, justo antes de contar.",
                en="Each timing includes the ones before it: begin has to be inside the loop of "
                "passes, right before the counting.",
            ),
            "not_seconds": Bilingual(
                es="{loop} para contar {words} palabras no puede ser. ¿Están en segundos, y se "
                "contó de verdad en cada vuelta?",
                en="{loop} to count {words} words cannot be. Are they in seconds, and was it "
                "really counted in each pass?",
            ),
            "not_timings": Bilingual(
                es="timings_s debe ser una lista de segundos, todos mayores que cero.",
                en="timings_s has to be a list of seconds, all of them above zero.",
            ),
            "few": Bilingual(
                es="Mide al menos tres veces. Repetir un número no es medir de nuevo.",
                en="Measure three times at least. To repeat a number is not to measure again.",
            ),
            "not_least": Bilingual(
                es="loop_s debe ser la menor de las mediciones, o la mediana. La máxima y el "
                "promedio incluyen también lo que la máquina hacía además.",
                en="loop_s has to be the smallest of the timings, or their median. The largest and "
                "the mean also say what else the machine was doing.",
            ),
            "right": Bilingual(
                es="El ciclo tarda {loop}: ese es el tiempo que hay que superar.",
                en="The loop takes {loop}: that is the time to beat.",
            ),
            "right_cold": Bilingual(
                es="La primera vuelta tardó {times} veces lo que tardó la que elegiste. Suele ser "
                "el disco: las demás encuentran los archivos en la memoria. Por eso se mide más de "
                "una vez.",
                en="The first pass took {times} times as long as the one that you chose. It tends "
                "to be the disk: the others find the files in memory. That is why one measures "
                "more than once.",
            ),
        },
    ),
    "10.2": Exercise(
        way_to_try,
        Bilingual(
            es="cpu_s / wall_s es la parte del tiempo en que calculó; waits, el resto. Quien "
            "calcula necesita otro CPU, es decir, otro proceso; quien espera, un hilo.",
            en="cpu_s / wall_s is the share of the time in which it computed; waits is the rest. "
            "Computing takes another CPU, that is, another process; waiting takes only a thread.",
        ),
        {
            "not_four": Bilingual(
                es='Pasa tres números y un texto: check("10.2", (wall_s, cpu_s, waits, way)).',
                en='Pass three numbers and a text: check("10.2", (wall_s, cpu_s, waits, way)).',
            ),
            "cpu_share": Bilingual(
                es="Esa es la parte en que calculó. waits es la otra, en que no usó el CPU.",
                en="That is the share in which it computed. waits is the other one, in which it "
                "did not use the CPU.",
            ),
            "seconds": Bilingual(
                es="Esos son los segundos que esperó; para la parte, divídelos entre wall_s.",
                en="Those are the seconds that it waited; for the share, divide them by wall_s.",
            ),
            "waits": Bilingual(
                es="waits es la parte de wall_s que cpu_s no cubre, de 0 a 1: ni la de leer, ni un "
                "porcentaje.",
                en="waits is the share of wall_s that cpu_s leaves, from 0 to 1: neither that of "
                "reading nor a percentage.",
            ),
            "not_a_way": Bilingual(
                es='way debe ser "processes" o "threads".',
                en='way has to be "processes" or "threads".',
            ),
            "computes": Bilingual(
                es="El ciclo espera el {share} % de su tiempo y calcula el resto: los hilos "
                "se turnarían por el GIL (lección 6).",
                en="The loop waits {share}% of its time and computes the rest: threads "
                "would take turns holding the GIL (lesson 6).",
            ),
            "waits_much": Bilingual(
                es="El ciclo espera el {share} % de su tiempo. Para esperar no hacen falta "
                "procesos.",
                en="The loop waits {share}% of its time. You do not need processes just to wait.",
            ),
            "right": Bilingual(
                es="De acuerdo con tus cifras: esperó el {share} %. Es una hipótesis; la prueba "
                "será la aceleración que mida tu programa.",
                en="That agrees with your figures: it waited {share}%. It is a hypothesis; the "
                "test will be the speedup that your program measures.",
            ),
            "right_open": Bilingual(
                es="Con {share} % de espera las cifras no deciden: esperaba al disco, o a "
                "otros programas que tenían el CPU. Mide otra vez, o prueba las dos maneras en "
                "tu programa.",
                en="With {share}% of waiting the figures do not decide: it waited for the disk, or "
                "for other programs that had the CPU. Measure again, or try both ways in your "
                "program.",
            ),
        },
    ),
    "10.3": Exercise(
        others_run_it,
        Bilingual(
            es="Una cosa cada vez, en este orden: def main(folder, limit_s) y la guarda; Pool con "
            "map_async(...).get(timeout=limit_s); dos tiempos; plt.savefig. Para abrir cualquier "
            'archivo: read_text(encoding="utf-8", errors="replace").',
            en="One thing at a time, in this order: def main(folder, limit_s) and the guard; Pool "
            "with map_async(...).get(timeout=limit_s); two times; plt.savefig. To open any file: "
            'read_text(encoding="utf-8", errors="replace").',
        ),
        {
            "not_a_name": Bilingual(
                es='Pasa el nombre del archivo, un texto: check("10.3", "my_project.py").',
                en='Pass the name of the file, a text: check("10.3", "my_project.py").',
            ),
            "no_file": Bilingual(
                es="Aquí no hay ningún archivo {name}. Ejecuta la celda que lo guarda con "
                "%%writefile.",
                en="There is no file {name} here. Run the cell that saves it with %%writefile.",
            ),
            "missing": Bilingual(
                es="Se ejecutó en otra carpeta, como lo haría otra persona. Esto le falta:\n"
                "{missing}",
                en="It was run in another folder, as somebody else would. What is missing:\n"
                "{missing}",
            ),
            "right": Bilingual(
                es="Cuenta bien, reparte, mide, dibuja, respeta su límite y no se cae con un "
                "archivo que no es UTF-8. Otra persona puede ejecutarlo.",
                en="It counts correctly, runs in parallel, measures, draws, keeps its limit and "
                "copes with a file that is not UTF-8. Somebody else can run it.",
            ),
        },
    ),
    "10.4": Exercise(
        own_report,
        Bilingual(
            es="Copia de lo que imprimió tu programa: «Contar … palabras de … archivos tomó … s "
            "con el ciclo y … s con un grupo de … procesos, porque …».",
            en='Copy from what your program printed: "Counting … words of … files took … s with '
            'the loop and … s with a pool of … workers, because …".',
        ),
        {
            "not_two": Bilingual(
                es='Pasa lo que imprimió el programa y tu texto: check("10.4", (done.stdout, '
                "conclusion)).",
                en='Pass what the program printed and your text: check("10.4", (done.stdout, '
                "conclusion)).",
            ),
            "not_text": Bilingual(
                es="conclusion debe ser un texto.",
                en="conclusion has to be a text.",
            ),
            "short": Bilingual(
                es="Son {n} palabras; para decir qué, cuánto y por qué hacen falta {least} o más.",
                en="It has {n} words; to say what, how much and why takes {least} or more.",
            ),
            "figures": Bilingual(
                es="Faltan los dos tiempos que imprimió tu programa, con los mismos dígitos.",
                en="The two times that your program printed are missing; put them in, with the "
                "same digits.",
            ),
            "unfinished": Bilingual(
                es="Lo que imprimió el programa no tiene dos tiempos. Termina antes 10.3 y "
                "ejecútalo de nuevo.",
                en="What the program printed does not have two times. Finish 10.3 first, and run "
                "it again.",
            ),
            "no_machine": Bilingual(
                es="Falta decir en qué máquina: ¿cuántos CPU tiene?",
                en="It does not say on which machine: how many CPUs does it have?",
            ),
            "no_way": Bilingual(
                es="Falta decir con qué se repartió: ¿un Pool, cuántos procesos, hilos?",
                en="It does not say what shared the work out: a Pool, how many workers, threads?",
            ),
            "right": Bilingual(
                es="Dice qué se hizo, con qué y cuánto tomó, con las cifras de tu programa. El "
                "porqué se evalúa con la tabla del principio.",
                en="It says what was done, with what, and how long it took, with the figures of "
                "your program. The why is judged by the rubric.",
            ),
        },
    ),
}
