"""Ways to break the good lesson: for each check, the defects that it must catch."""

from __future__ import annotations

from collections.abc import Callable

from nbformat import v4

from .good_lesson import Draft
from .lessons import LANGUAGES

Change = Callable[[Draft], object]

PIXEL = "<img src='data:image/png;base64,AAAA' alt='{}'>"
IMG = "<img src='../../images/work_{}.svg'>"
ENGLISH = "Each process takes one item of the list and then computes the square of it."
CARD = v4.new_output("stream", name="stdout", text="CPU: 2\n")
LONG = {"es": "y otra palabra más " * 21, "en": "and one more word " * 21}


def html(text: str) -> Change:
    """Return a change that stores an HTML output with that text."""
    shown = v4.new_output("display_data", {"text/html": text})
    return lambda d: d.outputs("work", shown)


def printed(text: str, name: str = "stdout") -> Change:
    """Return a change that stores that printed text."""
    return lambda d: d.outputs("work", v4.new_output("stream", name=name, text=text))


def code(source: str) -> Change:
    """Return a change that puts a line above a cell's code in both languages."""
    return lambda d: d.replace("work", ("squares =", f"{source}\nsquares ="))


def prose(es: str, en: str = "This is good.") -> Change:
    """Return a change that adds a paragraph in each language."""
    return lambda d: d.add("step", es, en)


def edit(cell_id: str, old: str, new: str) -> Change:
    """Return a change of the same piece of text in both languages."""
    return lambda d: d.replace(cell_id, (old, new))


def edit_spanish(cell_id: str, old: str, new: str) -> Change:
    """Return a change of the Spanish text alone."""
    return lambda d: d.replace(cell_id, (old, new), ("", ""))


def words(es: str, en: str) -> Change:
    """Return a change that puts other code into a cell in each language."""
    cell = "squares = list(map(square, [1, 2, 3]))\nprint(squares)"
    return lambda d: d.replace("work", (cell, es), (cell, en))


def metadata(cell_id: str, **values: object) -> Change:
    """Return a change of a cell's metadata in both languages."""
    return lambda d: [cell.metadata.update(values) for cell in d.cells(cell_id)]


def remove(cell_id: str, *languages: str) -> Change:
    """Return a change that removes a cell in some languages."""

    def change(d: Draft) -> None:
        for language in languages:
            cells = d.notebooks[language].cells
            cells[:] = [cell for cell in cells if cell.id != cell_id]

    return change


def twice(cell_id: str, index: int = 0) -> Change:
    """Return a change that gives another cell the same id, in both languages."""

    def change(d: Draft) -> None:
        for notebook in d.notebooks.values():
            notebook.cells[index].id = cell_id

    return change


def reverse_notes(d: Draft) -> None:
    """Move the English notes up."""
    cells = d.notebooks["en"].cells
    cells.insert(2, cells.pop(5))


DEFECTS: dict[str, dict[str, Change]] = {
    "pairs_complete": {
        "a missing translation": remove("notes", "en"),
        "a cell that Spanish lacks": remove("notes", "es"),
        "a missing notebook": lambda d: d.missing.add("en"),
        "another order": reverse_notes,
        "another tag": lambda d: d.cells("work")[1].metadata.update(tags=["x"]),
        "another slide type": lambda d: d.cells("notes")[1].metadata.slideshow.update(
            slide_type="skip"
        ),
        "another source": lambda d: d.notebooks["en"].metadata.course.update(source="x.md"),
    },
    "same_code": {
        "a code cell changed in one language": edit_spanish("work", "3]", "3, 4]"),
        "another expression among the words": words(
            'print(f"suma {sum(squares)}")', 'print(f"sum {max(squares)}")'
        ),
        "another file written": words("%%writefile a.py\nn = 1", "%%writefile a.py\nn = 2"),
    },
    "same_structure": {
        "another heading level": edit_spanish("step", "## ", "### "),
        "an image less": edit_spanish("step", "![Dos", "[Dos"),
        "another link": edit_spanish("step", "#Resumen", "../../images/work_es.svg"),
        "another solution": edit_spanish("solution-1", "[1, 4, 9]", "[1, 4]"),
        "another code block": prose("```text\na\n```", "Good."),
    },
    "slide_types": {
        "no slide type": lambda d: [c.metadata.pop("slideshow") for c in d.cells("notes")],
        "an unknown one": metadata("notes", slideshow={"slide_type": "page"}),
    },
    "unique_ids": {
        "a duplicate id": twice("work", 3),
        "no id": lambda d: [cell.pop("id") for cell in d.cells("work")],
    },
    "opening": {
        "no title": edit("title", "# ", "## "),
        "two titles": prose("# Otro", "# Another"),
        "no question": edit("title", "**", ""),
        "no minutes": edit("title", " 15 min", ""),
        "no link to the twin": lambda d: [
            cell.update(source=cell.source.rpartition("\n\n")[0]) for cell in d.cells("title")
        ],
    },
    "setup": {
        "the other language": edit_spanish("setup", '"es"', '"en"'),
        "no start": lambda d: [
            cell.update(source=cell.source.rpartition("\n")[0]) for cell in d.cells("setup")
        ],
        "a second start": lambda d: [
            cell.update(source=f'start("{language}")\n{cell.source}')
            for cell, language in zip(d.cells("work"), LANGUAGES, strict=True)
        ],
        "a stored card": lambda d: [metadata("setup", tags=[])(d), d.outputs("setup", CARD)],
    },
    "prediction": {"no prediction": edit("guess", "predict(", "think(")},
    "recap": {"no recap": lambda d: d.add("recap", "## Otra cosa", "## Another thing")},
    "paragraph_length": {"a long paragraph": prose(LONG["es"], LONG["en"])},
    "code_length": {
        "a long cell": code("one = 1\n" * 14),
        "a long solution": edit("solution-2", "answer =", "one = 1\n" * 14 + "answer ="),
    },
    "code_comments": {
        "a comment": code("one = 1  # the first"),
        "one behind a magic": code("%time one = 1  # the first"),
        "one in a solution": edit("solution-1", "answer =", "# think\nanswer ="),
    },
    "exercises": {
        "no gap": edit("exercise-1", "...", "[1, 4, 9]"),
        "a wrong number": edit("exercise-2", "2.2", "2.3"),
        "no check": edit("exercise-2", "check(", "print("),
        "no solution": edit("solution-2", "```python", "```text"),
        "a solution that is not folded": edit("solution-2", "details>", "div>"),
        "a solution with a gap": edit("solution-1", "[1, 4, 9]", "..."),
        "one exercise": lambda d: [
            remove(cell_id, *LANGUAGES)(d) for cell_id in ("exercise-2", "solution-2")
        ],
        "a check without its tag": code('check("2.1", 1)'),
    },
    "no_bare_time": {
        "a bare %time": code("%time"),
        "a bare %%time": lambda d: [cell.update(source="%%time") for cell in d.cells("work")],
        "one at the end": edit("work", "print(squares)", "print(squares)\n%time"),
    },
    "notebook_functions": {
        "a function": code("def f(x): return x\npool.map(f, [1])"),
        "a lambda": code("run(lambda x: x, [1])"),
        "a named lambda": code("f = lambda x: x\nexecutor.submit(f, 1)"),
        "a partial": code("def f(x, y): return x\npool.imap(partial(f, 1), [1])"),
        "a target": code("def f(): return 1\np = Process(target=f)"),
        "run": code("def f(x): return x\nc = run(f, [1], how='pool')"),
        "timed": code("def f(x): return x\n%time pool.starmap(f, [(1,)])"),
    },
    "no_network": {
        "a module": code("import urllib.request"),
        "from a module": code("from urllib import request"),
        "a magic": code("%pip install numpy"),
        "a command": code("!curl example.org"),
    },
    "executed": {
        "never executed": lambda d: [c.update(execution_count=None) for c in d.cells("work")],
        "an error": lambda d: d.outputs(
            "work", v4.new_output("error", ename="E", evalue="", traceback=[])
        ),
        "stderr": printed("warning", "stderr"),
        "an output to ignore": metadata("work", tags=["nbval-ignore-output"]),
        "nothing stored": lambda d: d.outputs("work"),
        "an address": printed("<object at 0x7f12345678>"),
        "times of execution": metadata("work", execution={"iopub.execute_input": "x"}),
    },
    "alternative_text": {
        "an image without it": edit_spanish("step", "Dos procesos calculan al mismo tiempo", ""),
        "too short": edit_spanish("step", "Dos procesos calculan al mismo tiempo", "Dos procesos"),
        "in HTML": prose(IMG.format("es"), IMG.format("en")),
        "in an output": html(PIXEL.format("")),
        "a bare picture": lambda d: d.outputs(
            "work", v4.new_output("display_data", {"image/png": "AAAA"})
        ),
    },
    "links": {
        "a broken link": lambda d: d.add("step", "Lee [esto](no.ipynb).", "Read [this](no.ipynb)."),
        "a broken image": lambda d: [edit("step", "work_", "walk_")(d)],
        "an unknown heading": edit_spanish("step", "#Resumen", "#Resumen-final"),
        "an absolute path": prose("Lee [esto](/a.md).", "Read [this](/a.md)."),
        "a drive": prose("Lee [esto](C:/a.md).", "Read [this](C:/a.md)."),
        "out of the project": prose("Lee [esto](../../..).", "Read [this](../../..)."),
        "an image from the network": prose(*["![A B C](https://example.org/a.svg)"] * 2),
        "the other language's image": edit_spanish("step", "work_es", "work_en"),
    },
    "absolute_paths": {
        "in code": code('folder = "/home/ana/notes"'),
        "in an output": printed("/tmp/notes/a.md"),
        "on Windows": code(r'folder = "C:\\Users\\ana"'),
    },
    "right_language": {
        "English prose in a Spanish cell": prose(ENGLISH),
        "in short lines": lambda d: d.replace(
            "notes",
            ("Pregunta: ¿qué proceso termina primero?", "No one is in.\n\nA man is as he is.\n\n"),
            ("", ""),
        ),
        "Spanish in English": lambda d: d.add("step", "Bien.", d.cells("recap")[0].source[12:]),
        "an alternative text": edit_spanish(
            "step", "Dos procesos calculan al mismo tiempo", ENGLISH
        ),
        "an output": printed(ENGLISH),
        "a table in an output": html(f"<table><tr><td>{ENGLISH}</td></tr></table>"),
    },
    "spanish_marks": {
        "no opening sign": prose("Cuál termina primero?"),
        "no closing sign": prose("¿Cuál termina primero"),
        "the second one": prose("¿Cuál termina? Cuándo?"),
    },
    "exclamation_marks": {
        "Spanish": prose("¡Muy bien!"),
        "English": prose("Muy bien.", "Very good!"),
    },
    "forbidden_words": {
        "a wrong term": prose("Una piscina."),
        "another": prose("Abre el Fichero."),
        "a machine's translation": prose("Son archivos de rebajas."),
        "simply": prose("Bien.", "Simply run it."),
        "simplemente": prose("Es simplemente una lista."),
    },
    "machine_numbers": {
        "a duration": prose("Tarda 0.52 s en total."),
        "milliseconds": prose("Bien.", "It takes 40 ms."),
        "words": prose("Bien.", "It takes 3 seconds."),
        "a ratio": prose("Es 2 veces más rápido."),
        "a decimal ratio": prose("Bien.", "The pool gains 1.9 times."),
        "a sign": prose("Gana 1.9× con dos."),
    },
    "decimal_point": {"a comma": prose("Un valor de 0,5 basta.")},
    "spelling": {
        "Spanish": prose("Una palbra."),
        "an accent": prose("La funcion."),
        "an accent that is missing with pronouns": prose("Escribela."),
        "an accent in the wrong place": prose("Escribéla."),
        "an accent too many": prose("La fórma."),
        "English": prose("Bien.", "A wrod."),
        "an alternative text": edit_spanish("step", "Dos procesos", "Dos prosesos"),
        "what a cell prints": words('print(f"{n} prosesos")', 'print(f"{n} workers")'),
        "a label left in English": words('ax.set_xlabel("waiting")', 'ax.set_xlabel("waiting")'),
    },
}
