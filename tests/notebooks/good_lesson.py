"""A small good lesson in both languages, which the tests break in one place at a time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode, v4

from .lessons import Pair, read_pairs

FILES = {"es": "02_trabajo_en_paralelo.ipynb", "en": "02_work_in_parallel.ipynb"}

TEXTS = {
    "title": (
        "# Trabajo en paralelo\n\n**¿Cuándo conviene repartir el trabajo?**\n\n"
        "Lectura: 10 min; práctica: 15 min.\n\n"
        "[Read this lesson in English](../en/02_work_in_parallel.ipynb)",
        "# Work in parallel\n\n**When does it pay to share the work?**\n\n"
        "Reading: 10 min; practice: 15 min.\n\n"
        "[Leer esta lección en español](../es/02_trabajo_en_paralelo.ipynb)",
    ),
    "step": (
        "## Un paso\n\nCada proceso toma un elemento de la lista y calcula su cuadrado con "
        "`square`.\n\n![Dos procesos calculan al mismo tiempo](../../images/work_es.svg)\n\n"
        "Lee también el [resumen](#Resumen).",
        "## A step\n\nEach process takes one item of the list and computes its square with "
        "`square`.\n\n![Two processes compute at the same time](../../images/work_en.svg)\n\n"
        "Read the [recap](#Recap) too.",
    ),
    "notes": ("Pregunta: ¿qué proceso termina primero?", "Ask: which process ends first?"),
    "recap": (
        "## Resumen\n\nRepartir el trabajo tiene un costo, y solo conviene cuando el trabajo es "
        "largo.",
        "## Recap\n\nSharing the work has a cost, and it only pays when there is a lot of work.",
    ),
}
SOLUTION = "<details><summary>{}</summary>\n\n```python\n{}\n```\n\n</details>"


@dataclass
class Draft:
    """Both notebooks of a lesson before they are written, and what lies beside them."""

    notebooks: dict[str, NotebookNode]
    missing: set[str] = field(default_factory=set)  # languages that are not written

    def cells(self, cell_id: str) -> list[NotebookNode]:
        """Return the cell of that id in both languages, Spanish first."""
        every = [cell for notebook in self.notebooks.values() for cell in notebook.cells]
        return [cell for cell in every if cell.get("id") == cell_id]

    def replace(self, cell_id: str, es: tuple[str, str], en: tuple[str, str] | None = None) -> None:
        """Replace a piece of a cell's text; ``en`` alone differs if it is given."""
        pieces = (es, en or es) if len(self.cells(cell_id)) == 2 else (es,)
        for cell, (old, new) in zip(self.cells(cell_id), pieces, strict=True):
            assert old in cell.source, f"nothing to break: {old!r} is not in {cell.source!r}"
            cell.source = cell.source.replace(old, new)

    def add(self, cell_id: str, es: str, en: str) -> None:
        """Add a paragraph to a Markdown cell in each language."""
        for cell, text in zip(self.cells(cell_id), (es, en), strict=True):
            cell.source += "\n\n" + text

    def outputs(self, cell_id: str, *outputs: NotebookNode) -> None:
        """Give a code cell these outputs in both languages."""
        for cell in self.cells(cell_id):
            cell.outputs = copy.deepcopy(list(outputs))


def good_notebook(language: str) -> NotebookNode:
    """Return the good lesson in one language."""
    here, other = ("es", "en") if language == "es" else ("en", "es")
    notebook = v4.new_notebook(
        cells=_cells(language), metadata={"language_info": {"name": "python"}}
    )
    notebook.metadata.course = {
        "source": "02_work.md",
        "language": here,
        "twin": f"../{other}/{FILES[other]}",
    }
    return notebook


def write_lesson(folder: Path, change: Callable[[Draft], object]) -> Pair:
    """Write the good lesson after a change, as it would be built, and read it again."""
    draft = Draft({language: good_notebook(language) for language in FILES})
    change(draft)
    (folder / "images").mkdir()
    for language, name in FILES.items():
        (folder / "images" / f"work_{language}.svg").write_text("<svg/>", encoding="utf-8")
        path = folder / "notebooks" / language / name
        path.parent.mkdir(parents=True)
        if language not in draft.missing:
            # v4.writes keeps what is broken; nbformat.write would mend it
            path.write_text(v4.writes(draft.notebooks[language]), encoding="utf-8")
    (pair,) = read_pairs(folder / "notebooks")
    return pair


def _cells(language: str) -> list[NotebookNode]:
    def text(cell_id: str, slide_type: str = "slide") -> NotebookNode:
        source = TEXTS[cell_id][0 if language == "es" else 1]
        return _cell(v4.new_markdown_cell(source), cell_id, slide_type)

    def code(cell_id: str, source: str, count: int, output: str = "", *tags: str) -> NotebookNode:
        outputs = [v4.new_output("stream", name="stdout", text=output)] if output else []
        cell = v4.new_code_cell(source, execution_count=count, outputs=outputs)
        return _cell(cell, cell_id, "fragment", *tags)

    def exercise(number: int, count: int) -> list[NotebookNode]:
        source = f'answer = ...\ncheck("2.{number}", answer)'
        summary = {"es": "Solución", "en": "Solution"}[language]
        solution = SOLUTION.format(summary, source.replace("...", "[1, 4, 9]"))
        return [
            code(f"exercise-{number}", source, count, "…\n", "exercise"),
            _cell(v4.new_markdown_cell(solution), f"solution-{number}", "skip"),
        ]

    imports = "from helpers.classroom.exercises import check, predict\n"
    return [
        text("title"),
        code("setup", f'{imports}start("{language}")', 1, "", "nbval-ignore-output"),
        text("step"),
        code("guess", 'guess = predict("2.faster")', 2),
        code("work", "squares = list(map(square, [1, 2, 3]))\nprint(squares)", 3, "[1, 4, 9]\n"),
        text("notes", "notes"),
        *exercise(1, 4),
        *exercise(2, 5),
        text("recap"),
    ]


def _cell(cell: NotebookNode, cell_id: str, slide_type: str, *tags: str) -> NotebookNode:
    cell.id = cell_id
    cell.metadata.slideshow = {"slide_type": slide_type}
    if tags:
        cell.metadata.tags = list(tags)
    return cell
