"""All lessons into notebooks, and what of the built ones is stale."""

from __future__ import annotations

import difflib
import itertools
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from helpers.authoring.figures import pictures
from helpers.authoring.notebooks import (
    execute,
    make_notebook,
    output_problem,
    read_notebook,
    replace_file,
    source_cells,
    to_json,
)
from helpers.authoring.sources import (
    IGNORE_OUTPUT,
    AuthoringError,
    Lesson,
    Origin,
    first_words,
    is_marked,
    origin_of,
    parse_id,
    read_lesson,
)
from helpers.language import LANGUAGES, text


def source_folder(root: Path) -> Path:
    """Return the folder of the sources in the project at ``root``."""
    return root / "notebooks" / "source"


def find_sources(root: Path, numbers: Sequence[int] = ()) -> list[Path]:
    """Return the sources of the lessons of these numbers; all of them for none.

    Raises:
        AuthoringError: for numbers that are no lesson's.
    """
    found = source_folder(root).glob("[0-9]*_*.md")
    paths = {int(path.stem.partition("_")[0]): path for path in sorted(found)}
    if unknown := [number for number in numbers if number not in paths]:
        raise AuthoringError(
            text(
                es=f"No hay lección {unknown}. Usa el número de una de estas: {[*paths]}.",
                en=f"There is no lesson {unknown}. Use the number of one of these: {[*paths]}.",
            )
        )
    return [paths[number] for number in paths if number in (numbers or paths)]


def read_lessons(root: Path, numbers: Sequence[int]) -> tuple[list[Lesson], list[str]]:
    """Return those lessons that can be built (of all for no number), and what is wrong with others.

    Raises:
        AuthoringError: for numbers that are no lesson's.
    """
    lessons: list[Lesson] = []
    problems: list[str] = []
    for path in find_sources(root, numbers):
        try:
            lesson = read_lesson(path)
        except AuthoringError as error:
            problems += error.problems
            continue
        sources = [source for cell in lesson.cells for source in cell.texts.values()]
        marked = [first_words(source) for source in sources if is_marked(source)]
        for name in marked:
            message = text(
                es=f"falta traducir «{name}». Escribe la traducción en lugar de esa celda.",
                en=f"“{name}” has not been translated. Write the translation in its place.",
            )
            problems.append(f"{path.name}: {message}")
        lessons += [] if marked else [lesson]
    return lessons, problems


def build(root: Path, numbers: Sequence[int] = ()) -> None:
    """Build and execute these lessons of the project at ``root``, and write all figures.

    For no number, all lessons. A notebook that cannot be built stays as it was, and the others are
    built. Where one was edited since its build, what it had is kept beside the new one.

    Raises:
        AuthoringError: with everything that went wrong, once all the rest is built.
    """
    for path, picture in pictures(root / "images").items():
        replace_file(path, picture)
    lessons, problems = read_lessons(root, numbers)
    for lesson, language in itertools.product(lessons, LANGUAGES):
        try:
            path, copy = _build_one(lesson, language)
        except AuthoringError as error:
            problems += error.problems
            continue
        print(path.relative_to(root).as_posix())
        if copy:
            file = copy.relative_to(root).as_posix()
            message = text(
                es=f"  sus cambios, que la fuente no tenía, están en {file}: úsalo con absorb.",
                en=f"  its changes, which the source did not have, are in {file}: absorb that.",
            )
            print(message)
    if problems:
        raise AuthoringError(*problems)


def _build_one(lesson: Lesson, language: str) -> tuple[Path, Path | None]:
    """Build a notebook; return it, and the copy of the one before, if that had edits."""
    notebook = make_notebook(lesson, language)
    execute(lesson, language, notebook)
    path = lesson.notebook_path(language)
    copy = None
    if path.exists() and _has_edits(path, notebook):
        names = (path.with_name(f"{path.name}.{n}.bak") for n in itertools.count(1))
        copy = next(name for name in names if not name.exists())
        shutil.copy(path, copy)
    replace_file(path, to_json(notebook))
    return path, copy


def _has_edits(path: Path, new: Any) -> bool:
    """Return whether the notebook's cells are neither those of its build nor those of ``new``."""
    try:
        old = read_notebook(path)
        ids, language = old.metadata["course"]["cells"], old.metadata["course"]["language"]
    except (AuthoringError, LookupError, TypeError):
        return True
    cells = [cell for _, cell in source_cells(old)]

    def seen(origin: Origin | None) -> object:
        return origin and (origin.kind, origin.text(language), origin.metadata)

    as_built = [seen(parse_id(id_)) for id_ in ids] == [seen(origin_of(cell)) for cell in cells]
    return not as_built and cells != [cell for _, cell in source_cells(new)]


def find_stale(root: Path, numbers: Sequence[int] = ()) -> list[str]:
    """Return a line for each thing that is not as ``build`` would leave it. Writes nothing.

    Files that no source gives are looked for where all lessons are asked for.

    Raises:
        AuthoringError: for a number that is no lesson's, or a figure that cannot be read.
    """
    lessons, lines = read_lessons(root, numbers)
    is_whole = not numbers and not lines
    expected = pictures(root / "images")
    stale = {path for path, text_ in expected.items() if _held(path) != text_}
    for lesson, language in itertools.product(lessons, LANGUAGES):
        path = lesson.notebook_path(language)
        expected[path] = ""
        lines += [f"{language}/{path.name}: {problem}" for problem in _stale_in(lesson, language)]
    if is_whole:
        folders = [root / "notebooks" / language for language in LANGUAGES]
        found = {path for folder in folders for path in folder.glob("*.ipynb")}
        stale |= {*found, *(root / "images").glob("*.svg")} - set(expected)
    message = text(
        es="no coincide con su fuente, o no tiene. Ejecuta build, o bórralo.",
        en="it differs from what its source builds, or has no source. Run build, or delete it.",
    )
    return [*lines, *(f"{path.parent.name}/{path.name}: {message}" for path in sorted(stale))]


def _held(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _stale_in(lesson: Lesson, language: str) -> Iterator[str]:
    """Yield what is stale in one built notebook."""
    path = lesson.notebook_path(language)
    if not path.exists():
        yield text(es="falta. Ejecuta build.", en="it is missing. Run build.")
        return
    try:
        found = read_notebook(path)
    except AuthoringError as error:
        yield from error.problems
        return
    expected = make_notebook(lesson, language)
    outputs = {cell.get("id"): cell.get("outputs", []) for cell in found.cells}
    for count, cell in enumerate((c for c in expected.cells if c.cell_type == "code"), start=1):
        cell.execution_count, cell.outputs = count, outputs.get(cell.id, [])
        if output_problem(cell) or IGNORE_OUTPUT in cell.metadata.get("tags", []):
            cell.outputs = []
    names = [*_differing(expected.cells, found.cells)]
    if not names and to_json(expected) != _held(path):
        names = [text(es="el archivo", en="the file")]
    for name in names:
        yield text(
            es=f"{name}: no coincide. Si cambiaste el cuaderno, ejecuta absorb; si no, build.",
            en=f"{name}: not as built. If you changed the notebook, run absorb; if not, build.",
        )


def _differing(expected: list[Any], found: list[Any]) -> Iterator[str]:
    """Yield the first words of each cell that is not in both at its place, or not the same."""
    built, read = ([json.dumps(c, sort_keys=True) for c in cells] for cells in (expected, found))
    matcher = difflib.SequenceMatcher(None, built, read, autojunk=False)
    for kind, start, end, found_start, found_end in matcher.get_opcodes():
        if kind != "equal":
            pairs = itertools.zip_longest(expected[start:end], found[found_start:found_end])
            yield from (f"“{first_words((cell or other).source)}”" for cell, other in pairs)
