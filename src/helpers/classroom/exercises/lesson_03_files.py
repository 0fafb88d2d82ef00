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

from helpers.classroom.exercises.answers import Exercise, Verdict
from helpers.language import Bilingual
from helpers.parallel import ParallelError, run
from helpers.parallel.arguments import short
from helpers.tasks import list_directories, make_sample_directories

CHECK_LIMIT_S = 30.0


class _Mistake(NamedTuple):
    """A mistake of the ten lines: its line, where it shows, what it is, and what leads to it."""

    line: int
    shows_in: int | None
    found: Bilingual
    missed: Bilingual


MISTAKES = (
    _Mistake(
        1,
        4,
        Bilingual(
            es="Encontraste el de la línea 1, que se nota en la 4: listdir da nombres sin su "
            "carpeta.",
            en="You found the one in line 1, which shows in line 4: listdir gives names without "
            "their folder.",
        ),
        Bilingual(
            es="¿Qué da os.listdir, rutas completas o solo nombres?",
            en="What does os.listdir give, full paths or just names?",
        ),
    ),
    _Mistake(
        2,
        None,
        Bilingual(
            es="Encontraste el de la línea 2: remove da un error si el nombre no está.",
            en="You found the one in line 2: remove raises an error if the name is not there.",
        ),
        Bilingual(
            es="¿Qué pasa en una computadora que no es una Mac?",
            en="What happens on a computer that is not a Mac?",
        ),
    ),
    _Mistake(
        3,
        8,
        Bilingual(
            es="Encontraste el de la línea 3, que se nota en la 8: un proceso nuevo no puede "
            "importar una función del cuaderno (en Linux a veces sí, porque es una copia).",
            en="You found the one in line 3, which shows in line 8: a new process cannot import a "
            "function of the notebook (on Linux it sometimes can, since it is a copy).",
        ),
        Bilingual(
            es="¿De dónde importa un proceso nuevo la función que recibe?",
            en="Where does a new process import the function from?",
        ),
    ),
    _Mistake(
        6,
        None,
        Bilingual(
            es="Encontraste el de la línea 6: %time solo en su línea no mide nada.",
            en="You found the one in line 6: %time alone on its line times nothing.",
        ),
        Bilingual(
            es="De lo que se quería medir, ¿qué se midió?",
            en="Of what was meant to be timed, what was timed?",
        ),
    ),
)
SOUND = {
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


SHOWS = Bilingual(
    es="En una de tus líneas el error se nota, pero otra línea lo causa.",
    en="In one of your lines the mistake shows, but another line causes it.",
)
LINE_5 = Bilingual(
    es="De la línea 5, bien visto: se le escapa algo, y lo verás más abajo.",
    en="Of line 5, well seen: something gets past it, as you will see further down.",
)


def four_mistakes(answer: Any) -> Verdict:
    """3.1: the numbers of the lines that have a mistake, of the ten that began this course."""
    if not isinstance(answer, (set, frozenset, list, tuple)) or not answer:
        return "not_lines"
    if not all(type(line) is int and 1 <= line <= 10 for line in answer):
        return "not_lines"
    lines = set(answer)
    found = [mistake for mistake in MISTAKES if mistake.line in lines]
    sound = [SOUND[line] for line in sorted(lines & SOUND.keys())]
    missed = [mistake.missed for mistake in MISTAKES if mistake not in found]
    # Who marks everything is told what is sound alone; who misses several gets one question.
    shown = [SHOWS for mistake in MISTAKES if mistake.shows_in in lines and mistake not in found]
    told = sound or [mistake.found for mistake in found] + (shown[:1] or missed[:1])
    told += [LINE_5] if 5 in lines else []
    said = " ".join(one.said() for one in told)
    if sound or missed:
        return "some", {"n": len(found), "told": said}
    return "right", {"told": said}


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
        for name in map(Path, list_directories(root)):
            (name / "folder.py").mkdir()
            for file in ("one.py", "two.py", "happy", "folder.py/deeper.py"):
                (name / file).write_text("", encoding="utf-8")
        yield str(root)


def own_search(answer: Any) -> Verdict:
    """3.3: a function that workers started with spawn, as on Windows, really can import."""
    if isinstance(answer, types.ModuleType) or not callable(answer):
        return "not_a_function"
    with _sample() as root:
        folders = list_directories(root)
        try:
            made = run(answer, folders, how="processes", start_method="spawn", n_workers=1,
                       timeout_s=CHECK_LIMIT_S)  # fmt: skip
        except (ParallelError, pickle.PickleError) as error:
            return "not_importable", {"error": str(error)}
        right = [[os.path.join(f, name) for name in ("one.py", "two.py")] for f in folders]  # noqa: PTH118
        if list(map(_paths, made.results)) == right:
            return "right"
        if names_only(made.results[0]):
            return "names"
        return "other_files", {"folder": folders[0], "found": short(made.results[0], 200)}


def names_only(found: Any) -> bool:
    """Say whether ``found`` is a list of names without their folder."""
    kind = isinstance(found, list) and found and all(isinstance(name, str) for name in found)
    return bool(kind) and all(os.path.basename(name) == name for name in found)  # noqa: PTH119


def _paths(found: Any) -> list[str]:
    """Return the paths that a search found, as they are compared; none where it is no search."""
    kinds = (list, tuple, set)
    return sorted(map(os.path.normpath, found)) if isinstance(found, kinds) else []


EXERCISES = {
    "3.1": Exercise(
        four_mistakes,
        Bilingual(
            es="dos de los errores ya los viste en las lecciones 1 y 2. Los otros dos tienen que "
            "ver con la lista de carpetas.",
            en="two of the mistakes you have met in lessons 1 and 2. The other two have to do with "
            "the list of folders.",
        ),
        {
            "right": Bilingual(es="Los cuatro. {told}", en="All four. {told}"),
            "some": Bilingual(
                es="Entre tus líneas hay {n} de los cuatro errores. {told}",
                en="Your lines have {n} of the four mistakes. {told}",
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
                es="Todavía llevan su carpeta: de cada ruta se pide solo el nombre.",
                en="They still have their folder: of each path only the name is asked for.",
            ),
            "other": Bilingual(
                es="En found hay {expected} archivos, y en tu lista, {n} elementos, que no son sus "
                "nombres: se pide cada uno entero, con su extensión.",
                en="There are {expected} files in found, and {n} items in your list, which are not "
                "their names: give each full file name, extension included.",
            ),
        },
    ),
    "3.3": Exercise(
        own_search,
        Bilingual(
            es="es find_md con otra terminación y con os.path.isfile, en un archivo que empieza "
            "con import os; después, from my_own_3 import …",
            en="it is find_md with another ending and with os.path.isfile, in a file that begins "
            "with import os; then from my_own_3 import …",
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
            "not_importable": Bilingual(
                es="El proceso no pudo usar la función. {error}",
                en="The process could not use the function. {error}",
            ),
            "names": Bilingual(
                es="Son nombres sin su carpeta: únelos con os.path.join(carpeta, nombre).",
                en="Those are names without their folder: join them with os.path.join(folder, "
                "name).",
            ),
            "other_files": Bilingual(
                es="El proceso usó la función, pero no devolvió las rutas de los archivos .py. En "
                "{folder} hay dos, one.py y two.py, además de una carpeta llamada folder.py, y la "
                "función devolvió {found}.",
                en="The process used the function, but it did not return the paths of the .py "
                "files. In {folder} there are two, one.py and two.py, besides a folder called "
                "folder.py, and the function returned {found}.",
            ),
        },
    ),
}
