"""From a lesson to its notebook in one language: made, executed, written the same every time."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbclient
import nbclient.exceptions
import nbformat.v4
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from helpers.authoring.errors import AuthoringError
from helpers.authoring.identity import ids_of
from helpers.authoring.rules import IGNORE_OUTPUT
from helpers.authoring.sources import KERNELSPEC, Lesson
from helpers.authoring.texts import first_words
from helpers.language import message

_nbformat: Any = nbformat  # its functions have no types
CELL_TIMEOUT_S = 120
START_TIMEOUT_S = 300  # of a kernel, which on a busy machine takes a minute
TWIN_LINKS = {"es": "Read this lesson in English", "en": "Leer esta lección en español"}
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
_WIDGET = "application/vnd.jupyter.widget-view+json"


def make_notebook(lesson: Lesson, language: str, *, twin_link: bool = True) -> Any:
    """Return the notebook of ``lesson`` in ``language``, not executed.

    Its first Markdown cell ends with the link to the other language, unless ``twin_link`` is False.

    Its ``course`` metadata says where it comes from. ``cells`` there lists the ids it was built
    with, so that ``absorb`` can tell a cell that was removed from one that the source got since.
    """
    ids = ids_of(lesson.cells)
    node = _nbformat.v4.new_notebook(cells=list(_built_cells(lesson, language, ids, twin_link)))
    node.metadata = _nbformat.from_dict(
        {
            "course": {
                "source": lesson.path.name,
                "language": language,
                "twin": twin_of(lesson, language),
                "cells": ids,
            },
            "kernelspec": KERNELSPEC,
            "language_info": {"name": "python"},
        }
    )
    return node


def twin_of(lesson: Lesson, language: str) -> str:
    """Return the relative path from the notebook of ``language`` to the other one."""
    other = "en" if language == "es" else "es"
    return f"../{other}/{lesson.files[other]}.ipynb"


def _built_cells(lesson: Lesson, language: str, ids: list[str], twin_link: bool) -> Iterator[Any]:
    """Yield the cells of the notebook, the link to the twin at the end of the first text."""
    link = f"\n\n[{TWIN_LINKS[language]}]({twin_of(lesson, language)})" if twin_link else ""
    for id_, cell in zip(ids, lesson.cells, strict=True):
        keys = {"id": id_, "metadata": _nbformat.from_dict(cell.built_metadata())}
        if cell.kind == "code":
            yield _nbformat.v4.new_code_cell(cell.text(language), **keys)
        else:
            yield _nbformat.v4.new_markdown_cell(cell.text(language) + link, **keys)
            link = ""


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
    try:
        with client.setup_kernel(cleanup_kc=True):
            for position, cell in enumerate(notebook.cells):
                reason = _execute_cell(client, cell, position, timeout_s)
                if reason:
                    raise AuthoringError([_problem(lesson, language, cell, reason)])
    except RuntimeError as error:  # the kernel does not answer
        problem = _problem(lesson, language, cell, message("authoring.dead_kernel"))
        raise AuthoringError([problem]) from error
    if not keep_all:
        _keep_outputs(notebook)


def _execute_cell(client: Any, cell: Any, position: int, timeout_s: int) -> str:
    """Execute one cell; return what went wrong, or nothing."""
    try:
        client.execute_cell(cell, position)
    except nbclient.exceptions.CellExecutionError as error:
        told = f"{error.ename}: {error.evalue}".rstrip(".")  # the message goes on with a full stop
        return message("authoring.raised", error=told)
    except nbclient.exceptions.CellTimeoutError:
        return message("authoring.timeout", seconds=timeout_s)
    except nbclient.exceptions.DeadKernelError:
        return message("authoring.dead_kernel")
    return output_problem(cell)


def output_problem(cell: Any) -> str:
    """Return what must not be among the outputs of ``cell``, or nothing."""
    outputs = cell.get("outputs", [])
    for output in outputs:
        if output.get("output_type") == "error":
            return message("authoring.raised", error=output.get("ename", ""))
        if output.get("name") == "stderr":
            return message("authoring.stderr", text=first_words(output.text))
    kept = [] if IGNORE_OUTPUT in cell.metadata.get("tags", []) else outputs
    for output in kept:
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        if _WIDGET in output.get("data", {}) or _ADDRESS.search(text):
            return message("authoring.changing_output", text=first_words(text), tag=IGNORE_OUTPUT)
    return ""


def _problem(lesson: Lesson, language: str, cell: Any, reason: str) -> str:
    name = first_words(cell.source)
    return message(
        "authoring.failed", file=lesson.path.name, language=language, cell=name, reason=reason
    )


def _keep_outputs(notebook: Any) -> None:
    """Drop what depends on the machine: ignored outputs, and the version of the language."""
    notebook.metadata.language_info = _nbformat.from_dict({"name": "python"})
    for cell in notebook.cells:
        if IGNORE_OUTPUT in cell.metadata.get("tags", []):
            cell.outputs = []


def read_notebook(path: Path) -> Any:
    """Return the notebook at ``path`` as it stands: not validated, so not repaired either.

    Raises:
        AuthoringError: where there is none, or it is not a notebook of format 4.
    """
    try:
        node = _nbformat.v4.reads(path.read_text(encoding="utf-8"))
        whole = node.nbformat == 4 and all(
            {"cell_type", "source", "metadata"} <= set(c) for c in node.cells
        )
    except OSError as error:
        problem = message("authoring.unreadable", file=path, reason=error.strerror)
        raise AuthoringError([problem]) from None
    except Exception as error:  # not UTF-8, not JSON, or JSON of something else
        problem = message("authoring.not_a_notebook", file=path, reason=error)
        raise AuthoringError([problem]) from error
    if not whole:
        reason = f"nbformat {node.nbformat}"
        raise AuthoringError([message("authoring.not_a_notebook", file=path, reason=reason)])
    return node


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
