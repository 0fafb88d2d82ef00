"""The exercises of lesson 3: their rules, and what is said to each answer."""

from __future__ import annotations

import os
import pickle
import tempfile
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from helpers.classroom.exercise import Exercise, Verdict
from helpers.language import Bilingual
from helpers.parallel import ParallelError, run
from helpers.tasks import list_directories, make_sample_directories

CHECK_LIMIT_S = 30.0


class _Mistake(NamedTuple):
    """A mistake of the ten lines: where it may be pointed at, what it is, and what leads to it."""

    lines: frozenset[int]
    found: Bilingual
    missed: Bilingual


MISTAKES = (
    _Mistake(
        frozenset({1, 4}),
        Bilingual(
            es="Línea 1, encontrado: listdir da nombres sin su carpeta, y la línea 4 no los halla.",
            en="Line 1, found: listdir gives names without their folder, and line 4 cannot find "
            "them.",
        ),
        Bilingual(
            es="Falta uno: ¿qué da os.listdir, rutas completas o solo nombres?",
            en="One is missing: what does os.listdir give, full paths or just names?",
        ),
    ),
    _Mistake(
        frozenset({2}),
        Bilingual(
            es="Línea 2, encontrado: remove da un error si el nombre no está.",
            en="Line 2, found: remove raises an error if the name is not there.",
        ),
        Bilingual(
            es="Falta uno: ¿qué línea da un error en una computadora que no es una Mac?",
            en="One is missing: which line raises an error on a computer that is not a Mac?",
        ),
    ),
    _Mistake(
        frozenset({3, 8}),
        Bilingual(
            es="Línea 3, encontrado: un proceso nuevo no puede importar una función del cuaderno, "
            "y la línea 8 se queda esperando.",
            en="Line 3, found: a new process cannot import a function of the notebook, and line 8 "
            "waits forever.",
        ),
        Bilingual(
            es="Falta uno: ¿de dónde importa un proceso nuevo la función que recibe?",
            en="One is missing: where does a new process import the function from?",
        ),
    ),
    _Mistake(
        frozenset({6}),
        Bilingual(
            es="Línea 6, encontrado: %time solo en su línea no mide nada.",
            en="Line 6, found: %time alone on its line times nothing.",
        ),
        Bilingual(
            es="Falta uno: de lo que se quería medir, ¿qué se midió?",
            en="One is missing: of what was meant to be timed, what was timed?",
        ),
    ),
)
SOUND = {
    5: Bilingual(
        es="La línea 5 está bien: recorre los nombres y une cada uno con su carpeta.",
        en="Line 5 is fine: it goes through the names and joins each to its folder.",
    ),
    7: Bilingual(
        es="La línea 7 está bien: abre un proceso por cada CPU.",
        en="Line 7 is fine: it opens one process for each CPU.",
    ),
    9: Bilingual(
        es="La línea 9 está bien aquí: map ya devolvió todos los resultados.",
        en="Line 9 is fine here: map has already returned all the results.",
    ),
    10: Bilingual(
        es="La línea 10 está bien: espera a que los procesos desaparezcan.",
        en="Line 10 is fine: it waits until the processes are gone.",
    ),
}


def four_mistakes(answer: Any) -> Verdict:
    """3.1: the numbers of the lines that have a mistake, of the ten that began this course."""
    if not isinstance(answer, (set, frozenset, list, tuple)) or not answer:
        return "not_lines"
    if not all(type(line) is int and 1 <= line <= 10 for line in answer):
        return "not_lines"
    lines = set(answer)
    found = [mistake for mistake in MISTAKES if mistake.lines & lines]
    told = [mistake.found for mistake in found]
    told += [SOUND[line] for line in sorted(SOUND) if line in lines]
    told += [mistake.missed for mistake in MISTAKES if mistake not in found]
    complete = len(found) == len(MISTAKES) and not lines & SOUND.keys()
    return ("right" if complete else "some"), {"told": " ".join(one.said() for one in told)}


def just_names(answer: Any) -> Verdict:
    """3.2: lists of paths, and the names of all their files in a single list."""
    found, names = answer
    right = [os.path.basename(path) for paths in found for path in paths]  # noqa: PTH119
    if not isinstance(names, list):
        return "not_a_list"
    if sorted(map(str, names)) == sorted(right):
        return "right", {"n": len(names)}
    if any(isinstance(name, list) for name in names):
        return "nested"
    if any(os.path.basename(name) != name for name in names):  # noqa: PTH119
        return "paths"
    return "other", {"n": len(names), "expected": len(right)}


@contextmanager
def _sample() -> Iterator[str]:
    """Give the path of a folder that nobody has seen, with Python files; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "check"
        make_sample_directories(root)
        for name in list_directories(root):
            (Path(name) / "one.py").write_text("", encoding="utf-8")
            (Path(name) / "two.py").write_text("", encoding="utf-8")
        yield str(root)


def own_search(answer: Any) -> Verdict:
    """3.3: a function that workers started with spawn, as on Windows, really can import."""
    if isinstance(answer, types.ModuleType) or not callable(answer):
        return "not_a_function"
    if getattr(answer, "__module__", None) == "__main__":
        return "in_notebook"
    with _sample() as root:
        folders = list_directories(root)
        try:
            made = run(answer, folders, how="processes", start_method="spawn", n_workers=1,
                       timeout_s=CHECK_LIMIT_S)  # fmt: skip
        except (ParallelError, pickle.PickleError) as error:
            return "not_importable", {"error": str(error)}
        found = [list(map(os.path.normpath, paths)) for paths in map(_listed, made.results)]
        right = [[os.path.join(f, name) for name in ("one.py", "two.py")] for f in folders]  # noqa: PTH118
        if [sorted(paths) for paths in found] == right:
            return "right"
        one = found[0][:1]
        return "other_files", {"folder": folders[0], "found": one[0] if one else "[]"}


def _listed(found: Any) -> list[str]:
    return [path for path in found if isinstance(path, str)] if isinstance(found, list) else []


EXERCISES = {
    "3.1": Exercise(
        four_mistakes,
        Bilingual(
            es="dos de los errores ya los viste en las lecciones 1 y 2. Los otros dos están antes "
            "de la función: uno da un error enseguida, el otro más tarde.",
            en="two of the mistakes you have met in lessons 1 and 2. The other two come before "
            "the function: one raises an error at once, the other one later.",
        ),
        {
            "right": Bilingual(es="Los cuatro. {told}", en="All four. {told}"),
            "some": Bilingual(
                es="Todavía no son los cuatro. {told}", en="Not the four yet. {told}"
            ),
            "not_lines": Bilingual(
                es="Se espera un conjunto con números de línea, del 1 al 10: {{1, 2}}.",
                en="A set of line numbers, from 1 to 10, is expected: {{1, 2}}.",
            ),
        },
    ),
    "3.2": Exercise(
        just_names,
        Bilingual(
            es="son los dos ciclos de aplanar; de cada ruta se guarda os.path.basename.",
            en="it is the two loops that flatten, and what is kept is os.path.basename of each "
            "path.",
        ),
        {
            "right": Bilingual(
                es="Una sola lista, con {n} nombres.", en="A single list, of {n} names."
            ),
            "not_a_list": Bilingual(
                es="Se espera una lista, entre corchetes.", en="A list is expected, in brackets."
            ),
            "nested": Bilingual(
                es="Todavía es una lista de listas: hace falta un segundo ciclo.",
                en="It is still a list of lists: a second loop is needed.",
            ),
            "paths": Bilingual(
                es="Están las rutas enteras: de cada una se pide solo el nombre.",
                en="Those are whole paths: of each one only the name is asked for.",
            ),
            "other": Bilingual(
                es="Tu lista tiene {n} elementos, y en found hay {expected} archivos. El primer "
                "ciclo recorre found; el segundo, cada una de sus listas.",
                en="Your list has {n} items, and found has {expected} files. The first loop "
                "goes through found; the second one, through each of its lists.",
            ),
        },
    ),
    "3.3": Exercise(
        own_search,
        Bilingual(
            es="es find_md con otra terminación, en un archivo que empieza con import os; después, "
            "from my_own_3 import …",
            en="it is find_md with another ending, in a file that begins with import os; then "
            "from my_own_3 import …",
        ),
        {
            "right": Bilingual(
                es="Un proceso creado con spawn, como en Windows, importó tu función y encontró "
                "todos los archivos.",
                en="A process started with spawn, as on Windows, imported your function and found "
                "every file.",
            ),
            "not_a_function": Bilingual(
                es="Se pide la función misma, sin paréntesis: ni su resultado ni el módulo.",
                en="The function itself is asked for, without parentheses: neither its result nor "
                "the module.",
            ),
            "in_notebook": Bilingual(
                es="Esa función está en el cuaderno, y un proceso creado con spawn no puede "
                "importarla de ahí. Escríbela en un archivo.",
                en="That function is in the notebook, and a process started with spawn cannot "
                "import it from there. Write it into a file.",
            ),
            "not_importable": Bilingual(
                es="El proceso no pudo usar la función. {error}",
                en="The process could not use the function. {error}",
            ),
            "other_files": Bilingual(
                es="El proceso pudo usar la función, pero no devolvió las rutas de los archivos "
                ".py. En {folder} hay one.py y two.py, y dio: {found}.",
                en="The process could use the function, but it did not return the paths of the "
                ".py files. In {folder} there are one.py and two.py, and it gave: {found}.",
            ),
        },
    ),
}
