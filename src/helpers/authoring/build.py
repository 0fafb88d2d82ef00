"""All lessons into notebooks, and what of the built ones is stale."""

from __future__ import annotations

import difflib
import itertools
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from helpers.authoring.errors import AuthoringError
from helpers.authoring.identity import origin_of, parse_id
from helpers.authoring.matching import found_cell
from helpers.authoring.notebooks import (
    execute,
    make_notebook,
    output_problem,
    read_notebook,
    replace_file,
    to_json,
)
from helpers.authoring.rules import IGNORE_OUTPUT
from helpers.authoring.sources import Cell, Lesson, canonical, read_lesson, read_text
from helpers.authoring.texts import first_words
from helpers.language import LANGUAGES, message


def source_folder(root: Path) -> Path:
    """Return the folder of the sources in the project at ``root``."""
    return root / "notebooks" / "source"


def find_sources(root: Path, names: Sequence[str] = ()) -> list[Path]:
    """Return the sources that ``names`` name, by number or file name; all of them for no name.

    Raises:
        AuthoringError: with a line for each name that is no lesson's.
    """
    paths = sorted(source_folder(root).glob("*.md"))
    found = {name: [path for path in paths if _is_named(path, name)] for name in names}
    allowed = ", ".join(path.stem for path in paths) or "-"
    problems = [
        message("authoring.no_lesson", received=repr(name), allowed=allowed)
        for name, matches in found.items()
        if not matches
    ]
    if problems:
        raise AuthoringError(problems)
    return sorted({path for matches in found.values() for path in matches}) if names else paths


def _is_named(path: Path, name: str) -> bool:
    number = path.stem.partition("_")[0]
    same_number = name.isdecimal() and number.isdecimal() and int(name) == int(number)
    return same_number or name in (path.stem, path.name)


def build(
    root: Path,
    names: Sequence[str] = (),
    languages: Sequence[str] = LANGUAGES,
    say: Callable[[str], object] = print,
) -> None:
    """Build and execute the named lessons of the project at ``root``; all of them for no name.

    A notebook that cannot be built stays as it was; the others are built all the same. Where one
    was edited since its build, what it had is kept beside the new one, in a file that is named.

    Raises:
        AuthoringError: with everything that went wrong, once all the rest is built.
    """
    lessons, problems = read_lessons(find_sources(root, names))
    for lesson in lessons:
        for language in languages:
            try:
                path, copy = _build_one(lesson, language)
            except AuthoringError as error:
                problems += error.problems
                continue
            say(message("authoring.built", file=path.relative_to(root).as_posix()))
            if copy:
                say(message("authoring.kept", copy=copy.relative_to(root).as_posix()))
    if problems:
        raise AuthoringError(problems)


def _build_one(lesson: Lesson, language: str) -> tuple[Path, Path | None]:
    """Build a notebook; return it, and the copy of the one before, if that had edits."""
    notebook = make_notebook(lesson, language)
    execute(lesson, language, notebook)
    path = lesson.notebook_path(language)
    copy = None
    if path.exists() and not _loses_nothing(path, notebook):
        names = (path.with_name(f"{path.name}.{n}.bak") for n in itertools.count(1))
        copy = next(name for name in names if not name.exists())
        shutil.copy(path, copy)
    replace_file(path, to_json(notebook))
    return path, copy


def _loses_nothing(path: Path, new: Any) -> bool:
    """Tell whether the notebook at ``path`` has the cells of its build, or those of ``new``."""
    try:
        old = read_notebook(path)
        built, language = old.metadata["course"]["cells"], old.metadata["course"]["language"]
    except (AuthoringError, LookupError, TypeError):
        return False
    cells = _cells(old, new.metadata["course"]["twin"])
    pairs = itertools.zip_longest(built, cells)
    is_built = all(i and cell and _is_built(i, cell, language) for i, cell in pairs)
    return is_built or cells == _cells(new, new.metadata["course"]["twin"])


def _cells(notebook: Any, twin: str) -> list[Cell]:
    found = [found_cell(cell, twin) for cell in notebook.cells]
    return [cell.as_cell() for cell in found if cell.text]


def _is_built(id_: str, cell: Cell, language: str) -> bool:
    """Tell whether the build gives ``id_`` to such a cell."""
    built, now = parse_id(id_), origin_of(cell)
    return built is not None and (built.kind, built.text(language), built.metadata) == (
        now.kind,
        now.text(language),
        now.metadata,
    )


def read_lessons(paths: Sequence[Path]) -> tuple[list[Lesson], list[str]]:
    """Return the lessons that can be built, and what is wrong with the others."""
    lessons: list[Lesson] = []
    problems: list[str] = []
    owners: dict[Path, str] = {}
    for path in paths:
        try:
            lesson = read_lesson(path)
        except AuthoringError as error:
            problems += error.problems
            continue
        wrong = lesson.untranslated() + _taken(lesson, owners)
        problems += wrong
        lessons += [] if wrong else [lesson]
    return lessons, problems


def _taken(lesson: Lesson, owners: dict[Path, str]) -> list[str]:
    """Return a line for each notebook of ``lesson`` that an earlier one builds too."""
    paths = [lesson.notebook_path(language) for language in LANGUAGES]
    file = lesson.path.name
    return [
        message("authoring.same_file", file=file, other=owners[path], notebook=path.name)
        for path in paths
        if owners.setdefault(path, file) != file
    ]


def find_stale(
    root: Path, names: Sequence[str] = (), languages: Sequence[str] = LANGUAGES
) -> list[str]:
    """Return a line for each thing that is not as ``build`` would leave it. Writes nothing.

    Notebooks that no source builds are looked for where all lessons are asked for.

    Raises:
        AuthoringError: for a name that is no lesson's.
    """
    paths = find_sources(root, names)
    lessons, lines = read_lessons(paths)
    lines += [line for path in paths for line in _not_canonical(path)]
    for lesson in lessons:
        for language in languages:
            lines += [f"{_place(lesson, language)}: {line}" for line in _stale_in(lesson, language)]
    whole = not names and len(lessons) == len(paths)
    return lines + (_without_source(root, lessons, languages) if whole else [])


def _place(lesson: Lesson, language: str) -> str:
    return f"{language}/{lesson.files[language]}.ipynb"


def _not_canonical(path: Path) -> list[str]:
    try:
        text = read_text(path)
        fresh = canonical(path, text) == text
    except AuthoringError:
        return []  # said already, by reading it
    return [] if fresh else [message("authoring.not_canonical", file=path.name)]


def _without_source(root: Path, lessons: Sequence[Lesson], languages: Sequence[str]) -> list[str]:
    built = {lesson.notebook_path(language) for lesson in lessons for language in languages}
    found = [p for lang in languages for p in sorted((root / "notebooks" / lang).glob("*.ipynb"))]
    return [
        message("authoring.no_source", file=f"{path.parent.name}/{path.name}")
        for path in found
        if path not in built
    ]


def _stale_in(lesson: Lesson, language: str) -> list[str]:
    """Return what is stale in one built notebook."""
    path = lesson.notebook_path(language)
    if not path.exists():
        return [message("authoring.missing")]
    try:
        found = read_notebook(path)
    except AuthoringError as error:
        return error.problems
    expected = make_notebook(lesson, language)
    lines = [*_changed_cells(expected.cells, found.cells), *_stale_outputs(found.cells)]
    return lines or _changed_file(path, expected, found)


def _changed_cells(expected: list[Any], found: list[Any]) -> Iterator[str]:
    """Yield a line for each cell that is not in both, or not the same in both."""
    ids = [cell.id for cell in expected], [cell.get("id") for cell in found]
    matcher = difflib.SequenceMatcher(None, *ids, autojunk=False)
    for _, start, stop, found_start, found_stop in matcher.get_opcodes():
        pairs = itertools.zip_longest(expected[start:stop], found[found_start:found_stop])
        yield from (line for pair in pairs if (line := _changed_cell(*pair)))


def _changed_cell(expected: Any | None, found: Any | None) -> str:
    if expected is None:
        return message("authoring.extra_cell", cell=first_words(found.source)) if found else ""
    name = first_words(expected.source)
    if found is None:
        return message("authoring.missing_cell", cell=name)
    keys = ("id", "cell_type", "source", "metadata")
    same = all(expected.get(key) == found.get(key) for key in keys)
    return "" if same else message("authoring.differing_cell", cell=name)


def _stale_outputs(cells: list[Any]) -> Iterator[str]:
    """Yield a line for each code cell whose count or outputs are not those of a build."""
    for count, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
        name, received = first_words(cell.source), cell.get("execution_count")
        if received is None:
            yield message("authoring.unexecuted", cell=name)
        elif received != count:
            yield message("authoring.wrong_count", cell=name, received=received, expected=count)
        if cell.get("outputs") and IGNORE_OUTPUT in cell.metadata.get("tags", []):
            yield message("authoring.stored_output", cell=name, tag=IGNORE_OUTPUT)
        elif reason := output_problem(cell):
            yield message("authoring.bad_output", cell=name, reason=reason)


def _changed_file(path: Path, expected: Any, found: Any) -> list[str]:
    """Return a line if a notebook with the right cells is not written as the build writes it."""
    for built, read in zip(expected.cells, found.cells, strict=True):
        built.update({key: read[key] for key in ("execution_count", "outputs") if key in read})
    same = to_json(expected) == read_text(path)
    return [] if same else [message("authoring.rewritten")]
