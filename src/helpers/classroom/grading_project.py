"""The exercises of lesson 10, the project: their rules, and what is said to each answer."""

from __future__ import annotations

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

from helpers.classroom.exercise import Exercise, Verdict, is_number
from helpers.classroom.programs import descendants, end_family, plain_environment, start_apart
from helpers.classroom.style import duration, significant
from helpers.language import Bilingual, text
from helpers.tasks import make_corpus

COLD = 1.5  # a first pass that takes so many times as long as the others read from the disk
CLOSE = 0.02  # how far a figure may be off that was rounded
# Below it a loop computes, above it it waits; between them its figures do not say.
COMPUTES, WAITS = 0.2, 0.8
MIN_WORDS, MIN_FIGURES = 12, 2
WAYS = ("pool", "process", "proces", "thread", "hilo", "executor")
# Exercise 10.3: the corpus that the program is given, the limits that it is told, and our own.
N_FILES, ENOUGH_S, TOO_LITTLE_S, CHECK_LIMIT_S = 600, 60, 0.001, 60.0
NOT_UTF_8 = "# Título\n\nuna línea en otra codificación".encode("latin-1")
PICTURES = {".png", ".svg", ".pdf", ".jpg", ".jpeg"}


def three_timings(answer: Any) -> Verdict:
    """10.1: the seconds of three passes or more, and the one that the loop is judged by."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        return "not_two"
    timings_s, loop_s = answer
    if not isinstance(timings_s, (list, tuple)) or not all(map(_is_time, timings_s)):
        return "not_timings"
    if len(timings_s) < 3 or len(set(timings_s)) < len(timings_s):
        return "few", {"n": len(set(timings_s))}
    if not is_number(loop_s) or loop_s not in (min(timings_s), statistics.median(timings_s)):
        return "not_least"
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
    last_error: str
    had_workers: bool


def others_run_it(answer: Any) -> Verdict:
    """10.3: a program that somebody else runs, judged by running it in processes of its own."""
    if not isinstance(answer, str) or not answer.endswith(".py"):
        return "not_a_name"
    if not Path(answer).is_file():
        return "no_file", {"name": answer}
    with tempfile.TemporaryDirectory(prefix="s", ignore_cleanup_errors=True) as folder:
        missing = list(_missing(Path(answer).resolve(), Path(folder)))
    if missing:
        return "missing", {"n": len(missing), "missing": " ".join(f"✗ {one}" for one in missing)}
    return "right"


def _missing(program: Path, folder: Path) -> Iterator[str]:
    """Yield what the program does not do yet, in the learner's language."""
    corpus, work = folder / "corpus", folder / "work"
    n_words = sum(map(_words_of, make_corpus(corpus, N_FILES)))
    work.mkdir()
    ended = _run(program, [str(corpus), str(ENOUGH_S)], work)
    if ended.code != 0:
        yield _how_it_failed(ended)
    else:
        yield from _missing_results(ended, n_words, work)
    if not _does_nothing_when_imported(program, folder):
        yield text(
            es="Le falta la guarda: al importarlo, como hace cada proceso en Windows, ya trabaja.",
            en="It lacks the guard: when imported, as every worker does on Windows, it already "
            "works.",
        )
    if ended.code != 0:
        return
    late = _run(program, [str(corpus), str(TOO_LITTLE_S)], work)
    if late.code in (0, None):
        yield text(
            es=f"No respeta su límite: con SECONDS={TOO_LITTLE_S} debe terminar con un error.",
            en=f"It does not keep its limit: with SECONDS={TOO_LITTLE_S} it has to end in an "
            "error.",
        )
    (corpus / "otro.md").write_bytes(NOT_UTF_8)
    strange = _run(program, [str(corpus), str(ENOUGH_S)], work)
    if strange.code != 0:
        yield text(
            es=f"Un archivo que no es UTF-8 lo detiene ({strange.last_error}). Los hay en "
            "cualquier carpeta.",
            en=f"A file that is not UTF-8 stops it ({strange.last_error}). Any folder may have "
            "one.",
        )


def _words_of(file: str) -> int:
    return len(re.findall(r"\w+", Path(file).read_text(encoding="utf-8")))


def _how_it_failed(ended: _Ended) -> str:
    if ended.code is None:
        return text(
            es=f"No había terminado después de {CHECK_LIMIT_S:.0f} s.",
            en=f"It had not ended after {CHECK_LIMIT_S:.0f} s.",
        )
    return text(
        es=f"Termina con un error: {ended.last_error}",
        en=f"It ends in an error: {ended.last_error}",
    )


def _missing_results(ended: _Ended, n_words: int, work: Path) -> Iterator[str]:
    """Yield what a run that ended well did not give: words, workers, times, a chart."""
    if n_words not in _numbers(_without_separators(ended.printed)):
        yield text(
            es=f"No imprime el total de palabras: en la carpeta de prueba son {n_words}.",
            en=f"It does not print the total of words: in the test folder they are {n_words}.",
        )
    if not ended.had_workers:
        yield text(
            es="No reparte: no inició ningún otro proceso.",
            en="It does not share the work out: it started no other process.",
        )
    if len(re.findall(r"\d[.,]\d", ended.printed)) < 2:
        yield text(
            es="No imprime los segundos del ciclo y los del grupo, con decimales.",
            en="It does not print the seconds of the loop and of the pool, with decimals.",
        )
    if not any(file.suffix.lower() in PICTURES and file.stat().st_size for file in work.iterdir()):
        yield text(
            es="No deja ningún gráfico (.png, .svg o .pdf) en la carpeta donde se ejecuta.",
            en="It leaves no chart (.png, .svg or .pdf) in the folder that it is run in.",
        )


def _does_nothing_when_imported(program: Path, folder: Path) -> bool:
    (work := folder / "imported").mkdir()
    line = f"import runpy; runpy.run_path({str(program)!r}, run_name='__mp_main__')"
    ended = _run(Path("-c"), [line], work)
    return ended.code == 0 and not ended.printed.strip() and not any(work.iterdir())


def _run(program: Path, arguments: list[str], work: Path) -> _Ended:
    """Run a program apart from this process, within ``CHECK_LIMIT_S``, and end what it started."""
    files = work.parent / "printed", work.parent / "errors"
    environment = {**plain_environment(work.parent), "MPLBACKEND": "agg"}
    command = [sys.executable, str(program), *arguments]
    process = start_apart(command, work, files, environment)
    family: set[Any] = set()
    end_s = perf_counter() + CHECK_LIMIT_S
    try:
        while process.poll() is None and perf_counter() < end_s:
            family |= descendants(process.pid)
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.005)
        code = process.poll()
    finally:
        end_family(process, family)
    printed, errors = (file.read_text(encoding="utf-8", errors="replace") for file in files)
    lines = [line for line in errors.splitlines() if line.strip()]
    return _Ended(code, printed, lines[-1][:200] if lines else "", bool(family))


def own_report(answer: Any) -> Verdict:
    """10.4: a conclusion with figures that the learner's own program printed."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], str):
        return "not_two"
    printed, conclusion = answer
    if not isinstance(conclusion, str):
        return "not_text"
    if (n_words := len(conclusion.split())) < MIN_WORDS:
        return "short", {"n": n_words, "least": MIN_WORDS}
    known = _numbers(printed) | _numbers(_without_separators(printed))
    told = _numbers(conclusion) | _numbers(_without_separators(conclusion))
    if len(known & told) < MIN_FIGURES:
        return "figures", {"n": len(known & told), "least": MIN_FIGURES}
    if not any(name in conclusion.lower() for name in WAYS):
        return "no_way"
    return "right"


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
            "not_two": Bilingual(
                es='Pasa las dos cosas: check("10.1", (timings_s, loop_s)).',
                en='Pass both: check("10.1", (timings_s, loop_s)).',
            ),
            "not_timings": Bilingual(
                es="timings_s debe ser una lista de segundos, todos mayores que cero.",
                en="timings_s has to be a list of seconds, all of them above zero.",
            ),
            "few": Bilingual(
                es="Hay {n} mediciones distintas. Mide al menos tres veces: repetir un número no "
                "es medir de nuevo.",
                en="There are {n} different timings. Measure three times at least: to repeat a "
                "number is not to measure again.",
            ),
            "not_least": Bilingual(
                es="loop_s debe ser la menor de las mediciones, o la mediana. La máxima y el "
                "promedio dicen también qué más hacía la máquina.",
                en="loop_s has to be the smallest of the timings, or their median. The largest and "
                "the mean also say what else the machine was doing.",
            ),
            "right": Bilingual(
                es="El ciclo tarda {loop}: esa es la marca que hay que superar.",
                en="The loop takes {loop}: that is the mark to beat.",
            ),
            "right_cold": Bilingual(
                es="La primera vuelta tardó {times} veces lo que la que elegiste: encontró los "
                "archivos en el disco, y las demás en la memoria. Por eso se mide más de una vez.",
                en="The first pass took {times} times as long as the one that you chose: it found "
                "the files on the disk, the others found them in memory. That is why one measures "
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
            "Whoever computes needs another CPU, that is, another process; whoever waits, a "
            "thread.",
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
            "waits": Bilingual(
                es="waits debe ser una parte de wall_s, de 0 a 1: la que cpu_s no cubre.",
                en="waits has to be a share of wall_s, from 0 to 1: the one that cpu_s leaves.",
            ),
            "not_a_way": Bilingual(
                es='way debe ser "processes" o "threads".',
                en='way has to be "processes" or "threads".',
            ),
            "computes": Bilingual(
                es="El ciclo espera el {share} % de su tiempo y calcula el resto: con hilos, la "
                "función se turnaría consigo misma por el GIL (lección 6).",
                en="The loop waits {share}% of its time and computes the rest: in threads the "
                "function would take turns with itself for the GIL (lesson 6).",
            ),
            "waits_much": Bilingual(
                es="El ciclo espera el {share} % de su tiempo. Para esperar no hacen falta "
                "procesos.",
                en="The loop waits {share}% of its time. Waiting does not take processes.",
            ),
            "right": Bilingual(
                es="De acuerdo con tus cifras: esperó el {share} %. Es una hipótesis; la prueba "
                "será la aceleración que mida tu programa.",
                en="That agrees with your figures: it waited {share}%. It is a hypothesis; the "
                "test will be the speedup that your program measures.",
            ),
            "right_open": Bilingual(
                es="Con {share} % de espera las cifras no deciden: esperaba el disco, o a otros "
                "programas que tenían el CPU. Repite la medición, o prueba las dos maneras en tu "
                "programa.",
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
                es="Lo ejecuté en otra carpeta, como lo haría otra persona. Todavía no hace todo "
                "(faltan {n}): {missing}",
                en="I ran it in another folder, as somebody else would. It does not do everything "
                "yet ({n} missing): {missing}",
            ),
            "right": Bilingual(
                es="Cuenta bien, reparte, mide, dibuja, respeta su límite y no cae por un archivo "
                "extraño. Otra persona puede ejecutarlo.",
                en="It counts right, shares out, measures, draws, keeps its limit and survives a "
                "strange file. Somebody else can run it.",
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
                es="De las cifras que imprimió tu programa aparecen {n}; pon {least} o más, con "
                "los mismos dígitos.",
                en="Of the figures that your program printed it has {n}; put in {least} or more, "
                "with the same digits.",
            ),
            "no_way": Bilingual(
                es="Falta decir con qué se repartió: ¿un Pool, cuántos procesos, hilos?",
                en="It does not say what shared the work out: a Pool, how many workers, threads?",
            ),
            "right": Bilingual(
                es="Dice qué se hizo, con qué y cuánto tomó, con las cifras de tu programa. Del "
                "porqué se encarga la tabla de evaluación.",
                en="It says what was done, with what, and how long it took, with the figures of "
                "your program. The why is judged by the rubric.",
            ),
        },
    ),
}
