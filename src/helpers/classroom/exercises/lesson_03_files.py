"""The exercises of lesson 3: the ten lines that began this course, and a search of one's own."""

from __future__ import annotations

import os
import pickle
import tempfile
from pathlib import Path
from typing import Any

from helpers.classroom.exercises.answers import (
    MistakeError,
    exercise,
    function,
    items,
    must_be,
    parts,
)
from helpers.language import Bilingual, text
from helpers.parallel import ParallelError, run
from helpers.parallel.arguments import short

CHECK_LIMIT_S = 30.0
# The lines of exercise 3.1 that cause a mistake, each with a question that leads to it.
CAUSES = {
    1: Bilingual(
        es="¿Qué da os.listdir, rutas completas o solo nombres?",
        en="What does os.listdir give, full paths or just names?",
    ),
    2: Bilingual(
        es="¿Qué pasa en una computadora que no es una Mac?",
        en="What happens on a computer that is not a Mac?",
    ),
    3: Bilingual(
        es="¿De dónde importa un proceso nuevo la función que recibe?",
        en="Where does a new process import the function from?",
    ),
    6: Bilingual(
        es="De lo que se quería medir, ¿qué se midió?",
        en="How much of what was meant to be timed was timed?",
    ),
}


@exercise(
    "3.1",
    es="dos ya los viste en las lecciones 1 y 2. Los otros están en la lista de carpetas.",
    en="two you have met in lessons 1 and 2. The others have to do with the list of folders.",
)
def four_mistakes(answer: Any) -> str:
    """The numbers of the lines that cause a mistake, of the ten that began this course."""
    kinds = (set, frozenset, list, tuple)
    if not isinstance(answer, kinds) or not all(type(n) is int and 1 <= n <= 10 for n in answer):
        es, en = "un conjunto de números de línea", "a set of line numbers"
        raise must_be("lines", answer, es=es, en=en)
    lines = set(answer)
    if lines & {7, 9, 10}:
        raise MistakeError(
            es="La línea 7 está bien; 9 y 10 también: terminan el grupo cuando map devolvió todo.",
            en="Line 7 is fine, and so are 9 and 10: they end the pool once map has returned.",
        )
    missed = [line for line in CAUSES if line not in lines]
    if not missed and lines & {4, 5, 8}:
        raise MistakeError(
            es="Los cuatro están, y sobran líneas: la 5 está bien, y el error que se nota en las "
            "líneas 4 y 8 lo causa otra.",
            en="All four are there, with lines too many: 5 is fine, and the mistake that shows in "
            "lines 4 and 8 is caused by another line.",
        )
    if not missed:
        return text(
            es="Los cuatro: nombres sin carpeta (1), un remove que puede fallar (2), una función "
            "del cuaderno (3) y un %time que no mide nada (6).",
            en="All four: names without their folder (1), a remove that may fail (2), a function "
            "of the notebook (3) and a %time that times nothing (6).",
        )
    question = CAUSES[missed[0]].text()
    if lines & {4, 8}:
        question += text(
            es=" (En las líneas 4 y 8 el error se nota, pero otra lo causa.)",
            en=" (In lines 4 and 8 the mistake shows, but another line causes it.)",
        )
    raise MistakeError(
        es=f"Entre tus líneas hay {4 - len(missed)} de los cuatro errores. {question}",
        en=f"Your lines have {4 - len(missed)} of the four mistakes. {question}",
    )


@exercise(
    "3.2",
    es="son los dos ciclos de aplanar; de cada ruta se guarda os.path.basename.",
    en="it is the two loops that flatten, and what is kept is os.path.basename of each path.",
)
def just_names(answer: Any) -> str:
    """Lists of paths, and the names of all their files in a single list."""
    found, file_names = parts(answer, "found", "file_names")
    right = sorted(os.path.basename(path) for paths in found for path in paths)  # noqa: PTH119
    names = items("file_names", file_names)
    if sorted(map(str, names)) == right:
        return text(
            es=f"Una sola lista, con {len(names)} nombres.",
            en=f"A single list, of {len(names)} names.",
        )
    if any(isinstance(name, list) for name in names):
        raise MistakeError(
            es="Todavía es una lista de listas: hace falta un segundo ciclo.",
            en="It is still a list of lists: a second loop is needed.",
        )
    raise MistakeError(
        es=f"Se esperan {len(right)} nombres, como {right[:1]}; hay {len(names)}: "
        f"{short(names[:1])}. De cada ruta se guarda el nombre entero, sin carpeta.",
        en=f"{len(right)} names are expected, such as {right[:1]}; there are {len(names)}: "
        f"{short(names[:1])}. Keep the full name of each path, without its folder.",
    )


@exercise(
    "3.3",
    es="es find_md con otra terminación y con os.path.isfile; después, from my_own_3 import …",
    en="it is find_md with another ending and with os.path.isfile; then from my_own_3 import …",
)
def own_search(answer: Any) -> str:
    """A function that workers started with spawn, as on Windows, can import."""
    task = function("search", answer)
    with tempfile.TemporaryDirectory() as root:
        folders = [str(Path(root).resolve() / name) for name in ("check", "happy")]
        for folder in map(Path, folders):
            (folder / "folder.py").mkdir(parents=True)
            for name in ("one.py", "two.py", "happy", "folder.py/deeper.py"):
                (folder / name).touch()
        try:
            made = run(task, folders, how="processes", start_method="spawn", n_workers=1,
                       timeout_s=CHECK_LIMIT_S)  # fmt: skip
        except (ParallelError, pickle.PickleError) as error:
            raise MistakeError(
                es=f"El proceso no pudo usar la función. {error}",
                en=f"The process could not use the function. {error}",
            ) from None
    right = [[str(Path(f, name)) for name in ("one.py", "two.py")] for f in folders]
    if list(map(_paths, made.results)) == right:
        return text(
            es="Un proceso creado como en Windows importó tu función y encontró los archivos.",
            en="A process started as on Windows imported your function and found every file.",
        )
    if "one.py" in _paths(made.results[0]):
        raise MistakeError(
            es="Son nombres sin su carpeta: únelos con os.path.join(carpeta, nombre).",
            en="Those are names without their folder: join them with os.path.join(folder, name).",
        )
    found = repr(made.results[0])[:200]
    raise MistakeError(
        es=f"En {folders[0]} hay dos archivos, one.py y two.py, y una carpeta, folder.py. Se "
        f"esperan las dos rutas, y la función devolvió {found}.",
        en=f"In {folders[0]} there are two files, one.py and two.py, and a folder, folder.py. "
        f"Both paths are expected, and the function returned {found}.",
    )


def _paths(found: Any) -> list[str]:
    """Return the paths that a search found, as they are compared; none where it is no search."""
    if not isinstance(found, (list, tuple, set)):
        return []
    return sorted(os.path.normpath(path) for path in found if isinstance(path, str))
