"""A small project with one lesson, and what a person in JupyterLab does to its notebooks."""

import json
import uuid
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from helpers.authoring import build as build_module
from helpers.authoring.absorb import absorb

SOURCE = """\
---
course:
  file:
    es: 02_grupo
    en: 02_pool
jupytext:
  notebook_metadata_filter: course,-jupytext.text_representation.jupytext_version
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

+++ {"lang": "es", "slideshow": {"slide_type": "slide"}}

# Un título

Palabras.

+++ {"lang": "en", "slideshow": {"slide_type": "slide"}}

# A title

Words.

```{code-cell} ipython3
from helpers.language import current_language
from helpers.language import set_language as start

start("es")
```

+++ {"lang": "es"}

## Un cuadrado

+++ {"lang": "en"}

## A square

```{code-cell} ipython3
print(current_language())
6 * 7
```

+++ {"lang": "es"}

El reloj.

+++ {"lang": "en"}

The clock.

```{code-cell} ipython3
---
slideshow:
  slide_type: fragment
tags: [nbval-ignore-output]
---
import time

time.time()
```
"""


class Project:
    """A project in a folder of its own, with the lesson ``SOURCE``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "notebooks" / "source" / "02_pool_map.md"
        self.paths = {
            "es": root / "notebooks" / "es" / "02_grupo.ipynb",
            "en": root / "notebooks" / "en" / "02_pool.ipynb",
        }

    @property
    def source(self) -> str:
        """The text of the source."""
        return self.path.read_text(encoding="utf-8")

    def write_source(self, text: str = SOURCE) -> None:
        """Write the source as an editor does."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text, encoding="utf-8")

    def replace_in_source(self, old: str, new: str) -> None:
        """Replace ``old``, which stands once in the source."""
        assert self.source.count(old) == 1, f"{old!r} stands {self.source.count(old)} times"
        self.write_source(self.source.replace(old, new))

    def build(self) -> str:
        """Build both notebooks; return what was printed."""
        with redirect_stdout(StringIO()) as printed:
            build_module.build(self.root)
        return printed.getvalue()

    def stale(self) -> list[str]:
        """Return what the check says of the whole project."""
        return build_module.find_stale(self.root)

    def read(self, language: str) -> dict:
        """Return the JSON of the notebook."""
        return json.loads(self.paths[language].read_text(encoding="utf-8"))

    def write(self, language: str, notebook: dict) -> None:
        """Write the notebook as JupyterLab does, which names its own kernel and Python version."""
        notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13.1"}
        text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
        self.paths[language].write_text(f"{text}\n", encoding="utf-8")

    def texts(self, language: str) -> list[str]:
        """Return the text of each cell of the notebook."""
        return ["".join(cell["source"]) for cell in self.read(language)["cells"]]

    def change(self, language: str, old: str, new: str) -> None:
        """Replace ``old`` with ``new`` in the one cell of the notebook that has it."""
        notebook = self.read(language)
        (cell,) = (c for c in notebook["cells"] if old in "".join(c["source"]))
        cell["source"] = "".join(cell["source"]).replace(old, new).splitlines(keepends=True)
        self.write(language, notebook)

    def set(self, language: str, position: int, **values: object) -> None:
        """Give a cell of the notebook other values, and write it as the build does."""
        notebook = self.read(language)
        notebook["cells"][position] |= values
        text = json.dumps(notebook, indent=1, ensure_ascii=False)
        self.paths[language].write_text(f"{text}\n", encoding="utf-8")

    def insert(self, language: str, position: int, kind: str, text: str) -> None:
        """Insert a new cell as JupyterLab does: an id of its own, empty slide type and tags."""
        cell = {
            "cell_type": kind,
            "id": str(uuid.uuid4()),
            "metadata": {"editable": True, "slideshow": {"slide_type": ""}, "tags": []},
            "source": text.splitlines(keepends=True),
        }
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        notebook = self.read(language)
        notebook["cells"].insert(position, cell)
        self.write(language, notebook)

    def remove(self, language: str, position: int) -> None:
        """Delete the cell at ``position``."""
        notebook = self.read(language)
        del notebook["cells"][position]
        self.write(language, notebook)

    def move(self, language: str, old: int, new: int, new_id: bool = False) -> None:
        """Move a cell, as dragging does, or as cut and paste does (``new_id``)."""
        notebook = self.read(language)
        cell = notebook["cells"].pop(old)
        if new_id:
            cell["id"] = str(uuid.uuid4())
        notebook["cells"].insert(new, cell)
        self.write(language, notebook)

    def absorb(self, language: str) -> list[str]:
        """Absorb the notebook; return the lines that it printed, without the first."""
        with redirect_stdout(StringIO()) as printed:
            absorb(self.root, self.paths[language])
        return [line.strip() for line in printed.getvalue().splitlines()[1:]]


def count_cells(lesson, language, notebook) -> None:
    """Stand in for the kernel: leave a notebook as an execution without outputs does."""
    lesson.notebook_path(language).parent.mkdir(parents=True, exist_ok=True)
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count = count
