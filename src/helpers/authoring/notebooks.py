"""From a lesson to its notebook in one language: made, executed, written the same every time."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

import nbclient
import nbclient.exceptions
import nbformat.v4
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from helpers.authoring.sources import (
    IGNORE_OUTPUT,
    KERNELSPEC,
    NO_SLIDE_TYPE,
    ON_SLIDE,
    OTHER,
    AuthoringError,
    Cell,
    Lesson,
    clean,
    first_words,
    ids_of,
    switch_language,
)
from helpers.language import LANGUAGES, text

_nbformat: Any = nbformat  # its functions have no types
CELL_TIMEOUT_S = 120
START_TIMEOUT_S = 300  # of a kernel, which on a busy machine takes a minute
TWIN_LINKS = {"es": "Read this lesson in English", "en": "Leer esta lección en español"}
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
_WIDGET = "application/vnd.jupyter.widget-view+json"


def make_notebook(lesson: Lesson, language: str) -> Any:
    """Return the notebook of ``lesson`` in ``language``, not executed.

    Its first Markdown cell ends with the link to the other language. Its ``course`` metadata says
    where it comes from. ``cells`` there lists the ids it was built with, so that ``absorb`` can
    tell a cell that was removed from one that the source got since.
    """
    ids = ids_of(lesson.cells)
    twin = f"../{OTHER[language]}/{lesson.files[OTHER[language]]}.ipynb"
    link = f"\n\n[{TWIN_LINKS[language]}]({twin})"
    cells = []
    for id_, cell in zip(ids, lesson.cells, strict=True):
        metadata = {"slideshow": {"slide_type": ON_SLIDE}, **cell.metadata()}
        keys = {"id": id_, "metadata": _nbformat.from_dict(metadata)}
        if cell.kind == "code":
            cells.append(_nbformat.v4.new_code_cell(cell.text(language), **keys))
        else:
            cells.append(_nbformat.v4.new_markdown_cell(cell.text(language) + link, **keys))
            link = ""
    course = {"source": lesson.path.name, "language": language, "twin": twin, "cells": ids}
    metadata = {"course": course, "kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    return _nbformat.v4.new_notebook(cells=cells, metadata=_nbformat.from_dict(metadata))


def execute(
    lesson: Lesson,
    language: str,
    notebook: Any,
    timeout_s: int = CELL_TIMEOUT_S,
    *,
    keep_all: bool = False,
) -> None:
    """Execute ``notebook`` in place, in its own folder, and drop the outputs that are not kept.

    With ``keep_all`` none is dropped: what it shows is then of this machine, at this moment.

    Raises:
        AuthoringError: where a cell raises, runs longer than ``timeout_s`` seconds, ends the
            kernel, writes to stderr, or gives an output that differs from one build to the next.
    """
    folder = lesson.notebook_path(language).parent
    folder.mkdir(parents=True, exist_ok=True)
    # with no folders to look in, the one kernel left is that of the running interpreter
    manager = AsyncKernelManager(
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), transport_encryption="auto"
    )
    client = nbclient.NotebookClient(
        notebook,
        km=manager,
        timeout=timeout_s,
        startup_timeout=START_TIMEOUT_S,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    cell: Any = notebook.cells[0]
    problem = ""
    try:
        with client.setup_kernel(cleanup_kc=True):
            for position, cell in enumerate(notebook.cells):
                client.execute_cell(cell, position)
                if problem := output_problem(cell):
                    break
    except nbclient.exceptions.CellExecutionError as error:
        problem = _failed(f"{error.ename}: {error.evalue}".rstrip("."))
    except nbclient.exceptions.CellTimeoutError:
        problem = _failed(f"> {timeout_s} s")
    except RuntimeError:  # the kernel does not answer
        problem = _failed(text(es="el kernel terminó", en="the kernel ended"))
    if problem:
        name = first_words(cell.source)
        raise AuthoringError(f"{lesson.path.name} ({language}), {name}: {problem}")
    if not keep_all:
        _keep_outputs(notebook)


def _failed(reason: str) -> str:
    return text(
        es=f"no se pudo ejecutar ({reason}). Corrige el código, o dale menos trabajo.",
        en=f"it could not be executed ({reason}). Fix the code, or give it less work.",
    )


def output_problem(cell: Any) -> str:
    """Return what must not be among the outputs of ``cell``, or nothing."""
    is_ignored = IGNORE_OUTPUT in cell.metadata.get("tags", [])
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        shown = output.get("text") or data.get("text/plain", "")
        if output.get("output_type") == "error" or output.get("name") == "stderr":
            return _failed(output.get("ename") or first_words(shown))
        if not is_ignored and (_WIDGET in data or _ADDRESS.search(shown)):
            return text(
                es=f"su salida cambia cada vez ({first_words(shown)}). Ponle {IGNORE_OUTPUT}.",
                en=f"its output changes each time ({first_words(shown)}). Tag it {IGNORE_OUTPUT}.",
            )
    return ""


def _keep_outputs(notebook: Any) -> None:
    """Drop what depends on the machine: ignored outputs, and the version of the language."""
    notebook.metadata.language_info = _nbformat.from_dict({"name": "python"})
    for cell in notebook.cells:
        if IGNORE_OUTPUT in cell.metadata.get("tags", []):
            cell.outputs = []


def read_notebook(path: Path) -> Any:
    """Return the notebook at ``path`` as it stands: not validated, so not repaired either.

    Raises:
        AuthoringError: where it is not a notebook of format 4.
        OSError: where it cannot be read.
    """
    try:
        node = _nbformat.v4.reads(path.read_text(encoding="utf-8"))
        needed = {"cell_type", "source", "metadata"}
        if node.nbformat == 4 and all(needed <= set(cell) for cell in node.cells):
            return node
        reason = f"nbformat {node.nbformat}"
    except OSError:
        raise
    except Exception as error:  # not UTF-8, not JSON, or JSON of something else
        reason = str(error)
    message = text(
        es=f"no es un cuaderno de Jupyter ({reason}). Quita las marcas de conflicto de git; "
        "si no hay, ejecuta build, que guarda este archivo aparte.",
        en=f"it is not a Jupyter notebook ({reason}). Remove the conflict marks of git; if "
        "there are none, run build, which keeps this file beside the new one.",
    )
    raise AuthoringError(f"{path}: {message}")


def source_cells(notebook: Any) -> list[tuple[Any, Cell]]:
    """Return the cells of a notebook that have text, each with what a source would have for it.

    That is without the link to the other language; the text stands for both languages.
    """
    twin = str((notebook.metadata.get("course") or {}).get("twin", ""))
    link = re.compile(rf"\n*^\[[^\]\n]*\]\({re.escape(twin)}\)[ \t]*$\n*", re.MULTILINE)
    pairs = []
    for cell in notebook.cells:
        source = clean(cell.source)
        if cell.cell_type == "code":
            source = switch_language(source, "es")
        else:
            source = clean(link.sub("\n\n", source))
        slide_type = (cell.metadata.get("slideshow") or {}).get("slide_type")
        slide_type = None if slide_type in NO_SLIDE_TYPE else slide_type
        tags = tuple(cell.metadata.get("tags") or ())
        if source:
            found = Cell(cell.cell_type, dict.fromkeys(LANGUAGES, source), slide_type, tags)
            pairs.append((cell, found))
    return pairs


def to_json(notebook: Any) -> str:
    """Return the text of a notebook file, the same for the same notebook."""
    return f"{_nbformat.writes(notebook).rstrip()}\n"


def replace_file(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` in one step: whoever reads it finds the old file or the new."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        Path(temporary).chmod(path.stat().st_mode if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
