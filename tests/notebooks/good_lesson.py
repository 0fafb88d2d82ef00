"""A small good lesson in both languages, which the tests break in one place at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode, v4

from .lessons import Pair, read_pairs

FILES = {"es": "02_trabajo_en_paralelo.ipynb", "en": "02_work_in_parallel.ipynb"}
SOLUTION = (
    "<details><summary>{}</summary>\n\n"
    '```python\nanswer = [1, 4, 9]\ncheck("2.{}", answer)\n```\n\n</details>'
)
# A cell: its slide type, its Spanish and English text, its tags and what it has printed. Code has
# one text, in which {} is the language.
CELLS = {
    "title": (
        "slide",
        "# Trabajo en paralelo\n\n**¿Cuándo conviene repartir el trabajo?**\n\n"
        "Lectura: 10 min; práctica: 15 min.\n\n"
        f"[Read this lesson in English](../en/{FILES['en']})",
        "# Work in parallel\n\n**When does it pay to share the work?**\n\n"
        "Reading: 10 min; practice: 15 min.\n\n"
        f"[Leer esta lección en español](../es/{FILES['es']})",
    ),
    "setup": (
        "fragment",
        'from helpers.classroom.exercises import check, predict\nstart("{}")',
        ["nbval-ignore-output"],
        "",
    ),
    "step": (
        "slide",
        "## Un paso\n\nCada proceso toma un elemento de la lista y calcula su cuadrado con "
        "`square`.\n\n![Dos procesos calculan al mismo tiempo](../../images/work_es.svg)\n\n"
        "Lee también el [resumen](#Resumen).",
        "## A step\n\nEach process takes one item of the list and computes its square with "
        "`square`.\n\n![Two processes compute at the same time](../../images/work_en.svg)\n\n"
        "Read the [recap](#Recap) too.",
    ),
    "guess": ("fragment", 'guess = predict("2.faster")', [], ""),
    "work": (
        "fragment",
        "squares = list(map(square, [1, 2, 3]))\nprint(squares)",
        [],
        "[1, 4, 9]\n",
    ),
    "notes": ("notes", "Pregunta: ¿qué proceso termina primero?", "Ask: which process ends first?"),
    "exercise-1": ("fragment", 'answer = ...\ncheck("2.1", answer)', ["exercise"], "…\n"),
    "solution-1": ("skip", SOLUTION.format("Solución", 1), SOLUTION.format("Solution", 1)),
    "exercise-2": ("fragment", 'answer = ...\ncheck("2.2", answer)', ["exercise"], "…\n"),
    "solution-2": ("skip", SOLUTION.format("Solución", 2), SOLUTION.format("Solution", 2)),
    "recap": (
        "slide",
        "## Resumen\n\nRepartir el trabajo tiene un costo, y solo conviene cuando el trabajo es "
        "largo.",
        "## Recap\n\nSharing the work has a cost, and it only pays when there is a lot of work.",
    ),
}


class Draft(dict[str, NotebookNode]):
    """Both notebooks of a lesson before they are written, by language."""

    def cells(self, cell_id: str) -> list[NotebookNode]:
        """Return the cell of that id in both languages, Spanish first."""
        every = [cell for notebook in self.values() for cell in notebook.cells]
        return [cell for cell in every if cell.get("id") == cell_id]

    def replace(self, cell_id: str, old: str, *new: str) -> None:
        """Replace a piece of a cell's text by another in each language, or by one in Spanish."""
        for cell, text in zip(self.cells(cell_id), new, strict=False):
            assert old in cell.source, f"nothing to break: {old!r} is not in {cell.source!r}"
            cell.source = cell.source.replace(old, text)

    def outputs(self, cell_id: str, *outputs: NotebookNode) -> None:
        """Give a code cell these outputs in both languages."""
        for cell in self.cells(cell_id):
            cell.outputs = copy.deepcopy(list(outputs))


def write_lesson(folder: Path, change: Callable[[Draft], object]) -> Pair:
    """Write the good lesson after a change, as it would be built, and read it again."""
    draft = Draft(es=_good_notebook("es", "en"), en=_good_notebook("en", "es"))
    change(draft)
    (folder / "images").mkdir()
    for language in FILES:
        (folder / "images" / f"work_{language}.svg").write_text("<svg/>", encoding="utf-8")
    for language, notebook in draft.items():
        path = folder / "notebooks" / language / FILES[language]
        path.parent.mkdir(parents=True)
        # v4.writes keeps what is broken; nbformat.write would repair it
        path.write_text(v4.writes(notebook), encoding="utf-8")
    (pair,) = read_pairs(folder / "notebooks")
    return pair


def _good_notebook(language: str, other: str) -> NotebookNode:
    notebook, count = v4.new_notebook(), 0
    twin = f"../{other}/{FILES[other]}"
    notebook.metadata.course = {"source": "02_work.md", "language": language, "twin": twin}
    for cell_id, (slide_type, *parts) in CELLS.items():
        metadata = {"slideshow": {"slide_type": slide_type}}
        if len(parts) == 2:
            text = parts[language == "en"]
            cell = v4.new_markdown_cell(text, id=cell_id, metadata=metadata)
        else:
            count, (source, tags, printed) = count + 1, parts
            cell = v4.new_code_cell(
                source.replace("{}", language),
                id=cell_id,
                metadata=metadata | {"tags": list(tags)},
                execution_count=count,
                outputs=[v4.new_output("stream", text=printed)] if printed else [],
            )
        notebook.cells.append(cell)
    return notebook
