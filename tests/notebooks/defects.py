"""Ways to break the good lesson: for each check what it must catch, and what only looks like it."""

from __future__ import annotations

from collections.abc import Callable

from nbformat import v4

from .good_lesson import Draft

Change = Callable[[Draft], object]

ALT = "Dos procesos calculan al mismo tiempo"
ENGLISH = "Each process takes one item of the list and then computes the square of it."
SPANISH = "Repartir el trabajo tiene un costo, y solo conviene cuando el trabajo es largo."
FOR_SQUARES = "squares = list(map(square, [1, 2, 3]))\nprint(squares)"
IGNORED = "nbval-ignore-output"


def edit(cell_id: str, old: str, new: str) -> Change:
    """Return a change of the same piece of text in both languages."""
    return lambda d: d.replace(cell_id, old, new, new)


def spanish(cell_id: str, old: str, new: str) -> Change:
    """Return a change of the Spanish text alone."""
    return lambda d: d.replace(cell_id, old, new)


def code(line: str) -> Change:
    """Return a change that puts a line above a cell's code in both languages."""
    return edit("work", "squares =", f"{line}\nsquares =")


def words(es: str, en: str) -> Change:
    """Return a change that puts other code into a cell in each language."""
    return lambda d: d.replace("work", FOR_SQUARES, es, en)


def prose(es: str = "Bien.", en: str = "This is good.") -> Change:
    """Return a change that adds a paragraph in each language."""
    return lambda d: [
        cell.update(source=f"{cell.source}\n\n{text}")
        for cell, text in zip(d.cells("step"), (es, en), strict=True)
    ]


def cut(cell_id: str, end: str) -> Change:
    """Return a change that leaves a cell's text out from the last ``end`` on."""
    return lambda d: [c.update(source=c.source.rpartition(end)[0]) for c in d.cells(cell_id)]


def output(kind: str, **values: object) -> Change:
    """Return a change that stores an output of that kind."""
    return lambda d: d.outputs("work", v4.new_output(kind, **values))


def printed(text: str) -> Change:
    """Return a change that stores that printed text."""
    return output("stream", text=text)


def html(text: str) -> Change:
    """Return a change that stores an HTML output with that text."""
    return output("display_data", data={"text/html": text})


def metadata(cell_id: str, **values: object) -> Change:
    """Return a change of a cell's metadata in both languages."""
    return lambda d: [cell.metadata.update(values) for cell in d.cells(cell_id)]


def in_english(cell_id: str, **values: object) -> Change:
    """Return a change of a cell's metadata in English alone."""
    return lambda d: d.cells(cell_id)[1].metadata.update(values)


def remove(cell_id: str, *languages: str) -> Change:
    """Return a change that removes a cell in some languages."""
    return lambda d: [
        d[x].cells.remove(c) for x in languages for c in d[x].cells if c.id == cell_id
    ]


def both(*changes: Change) -> Change:
    """Return several changes as one."""
    return lambda d: [change(d) for change in changes]


DEFECTS: dict[str, dict[str, Change]] = {
    "parity": {
        "a missing translation": remove("notes", "en"),
        "a missing notebook": lambda d: d.pop("en"),
        "another order": lambda d: d["en"].cells.insert(2, d["en"].cells.pop(5)),
        "another slide type": in_english("notes", slideshow={"slide_type": "skip"}),
        "another source": lambda d: d["en"].metadata.course.update(source="x.md"),
    },
    "same_code": {
        "a code cell changed in one language": spanish("work", "3]", "3, 4]"),
        "another expression": words(
            'print(f"suma {sum(squares)}")', 'print(f"sum {max(squares)}")'
        ),
        "another file written": words("%%writefile a.py\nn = 1", "%%writefile a.py\nn = 2"),
        "another magic": words("%matplotlib inline\nprint()", "%matplotlib widget\nprint()"),
    },
    "same_structure": {
        "another heading level": spanish("step", "## ", "### "),
        "an image less": spanish("step", "![Dos", "[Dos"),
        "another link": spanish("step", "#Resumen", "../../images/work_es.svg"),
        "another solution": spanish("solution-1", "[1, 4, 9]", "[1, 4]"),
        "another code block": prose("```text\na\n```"),
    },
    "slide_types": {
        "no slide type": lambda d: [c.metadata.pop("slideshow") for c in d.cells("notes")],
        "an unknown one": metadata("notes", slideshow={"slide_type": "page"}),
    },
    "unique_ids": {
        "a duplicate id": lambda d: [book.cells[3].update(id="work") for book in d.values()],
        "no id": lambda d: [cell.pop("id") for cell in d.cells("work")],
    },
    "opening": {
        "no title": edit("title", "# ", "## "),
        "two titles": prose("# Otro", "# Another"),
        "no question": edit("title", "**", ""),
        "no minutes": edit("title", " 15 min", ""),
        "no link to the twin": cut("title", "\n\n"),
    },
    "setup": {
        "the other language": spanish("setup", '"es"', '"en"'),
        "no start": cut("setup", "\n"),
        "a second start": words(f'start("es")\n{FOR_SQUARES}', f'start("en")\n{FOR_SQUARES}'),
        "a stored card": metadata("setup", tags=[]),
    },
    "prediction": {"no prediction": edit("guess", "predict(", "think(")},
    "recap": {"no recap": lambda d: d.replace("recap", "## Re", "### Re", "### Re")},
    "paragraph_length": {
        "a long one": prose("y otra palabra más " * 21, "and one more word " * 21)
    },
    "code_length": {
        "a long cell": code("one = 1\n" * 14),
        "a long solution": edit("solution-2", "answer =", "one = 1\n" * 14 + "answer ="),
    },
    "code_comments": {
        "a comment": code("one = 1  # the first"),
        "one behind a magic": code("%time one = 1  # the first"),
    },
    "exercises": {
        "no gap": edit("exercise-1", "...", "[1, 4, 9]"),
        "a wrong number": edit("exercise-2", "2.2", "2.3"),
        "no check": edit("exercise-2", "check(", "print("),
        "no solution": edit("solution-2", "```python", "```text"),
        "a solution that is not folded": edit("solution-2", "details>", "div>"),
        "a solution with a gap": edit("solution-1", "[1, 4, 9]", "..."),
        "one exercise": both(*(remove(f"{x}-2", "es", "en") for x in ("exercise", "solution"))),
        "a check without its tag": code('check("2.1", 1)'),
    },
    "no_bare_time": {
        "a bare %time": code("%time"),
        "one at the end": edit("work", "print(squares)", "print(squares)\n%time"),
    },
    "notebook_functions": {
        "a function": code("def f(x): return x\npool.map(f, [1])"),
        "a lambda": code("run(lambda x: x, [1])"),
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
        "an error": output("error", ename="E", evalue="", traceback=[]),
        "stderr": output("stream", name="stderr", text="warning"),
        "an output to ignore": metadata("work", tags=[IGNORED]),
        "nothing stored": lambda d: d.outputs("work"),
        "no value stored": both(words("squares", "squares"), lambda d: d.outputs("work")),
        "an address": printed("<object at 0x7f12345678>"),
        "times of execution": metadata("work", execution={"iopub.execute_input": "x"}),
    },
    "alternative_text": {
        "an image without it": spanish("step", ALT, ""),
        "too short": spanish("step", ALT, "Dos procesos"),
        "in HTML": prose(*(f"<img src='../../images/work_{x}.svg'>" for x in ("es", "en"))),
        "in an output": html("<img src='data:image/png;base64,AAAA' alt=''>"),
        "a bare picture": output("display_data", data={"image/png": "AAAA"}),
    },
    "links": {
        "a broken link": prose("Lee [esto](no.ipynb).", "Read [this](no.ipynb)."),
        "a broken image": edit("step", "work_", "walk_"),
        "an unknown heading": spanish("step", "#Resumen", "#Resumen-final"),
        "an absolute path": prose("Lee [esto](/a.md).", "Read [this](/a.md)."),
        "a drive": prose("Lee [esto](C:/a.md).", "Read [this](C:/a.md)."),
        "out of the project": prose("Lee [esto](../../..).", "Read [this](../../..)."),
        "an image from the network": prose(*["![A B C](https://example.org/a.svg)"] * 2),
        "the other language's image": spanish("step", "work_es", "work_en"),
    },
    "absolute_paths": {
        "in code": code('folder = "/home/ana/notes"'),
        "in an output": printed("/tmp/notes/a.md"),
    },
    "right_language": {
        "English prose in a Spanish cell": prose(ENGLISH),
        "in short lines": spanish("notes", "Pregunta:", "No one is in.\n\nA man is as he is.\n\n"),
        "Spanish in English": prose(en=SPANISH),
        "an alternative text": spanish("step", ALT, ENGLISH),
        "an output": printed(ENGLISH),
        "a table in an output": html(f"<table><tr><td>{ENGLISH}</td></tr></table>"),
    },
    "spanish_marks": {
        "no opening sign": prose("Cuál termina primero?"),
        "no closing sign": prose("¿Cuál termina primero"),
        "the second one": prose("¿Cuál termina? Cuándo?"),
    },
    "exclamation_marks": {"Spanish": prose("¡Muy bien!"), "English": prose(en="Very good!")},
    "forbidden_words": {
        "a wrong term": prose("Una piscina."),
        "a machine's translation": prose("Son archivos de rebajas."),
        "simply": prose(en="Simply run it."),
    },
    "machine_numbers": {
        "a duration": prose("Tarda 0.52 s en total."),
        "words": prose(en="It takes 3 seconds."),
        "a ratio": prose("Es 2 veces más rápido."),
        "a sign": prose("Gana 1.9× con dos."),
    },
    "decimal_point": {"a comma": prose("Un valor de 0,5 basta.")},
    "spelling": {
        "Spanish": prose("Una palbra."),
        "an accent": prose("La funcion."),
        "an accent that is missing with pronouns": prose("Escribela."),
        "an accent in the wrong place": prose("Escribéla."),
        "English": prose(en="A wrod."),
        "an alternative text": spanish("step", "Dos procesos", "Dos prosesos"),
        "what a cell prints": words('print(f"{n} prosesos")', 'print(f"{n} workers")'),
        "a label left in English": words('ax.set_xlabel("waiting")', 'ax.set_xlabel("waiting")'),
    },
}

ALLOWED: dict[str, Change] = {
    "the good lesson": lambda d: None,
    "%time with a statement": code("%time total = sum([1, 2])"),
    "the original mistake": both(code("%time"), metadata("work", tags=["original-mistake"])),
    "a marked function": both(
        code("def f(x): return x\npool.map(f, [1])"), metadata("work", tags=["notebook-function"])
    ),
    "a function that is imported again": code(
        "def square(x): return x * x\nfrom helpers.tasks.numbers import square\n"
        "pool.map(square, [1])"
    ),
    "the builtin map": code("def f(x): return x\na = list(map(f, [1]))"),
    "threads": code("def f(x): return x\nwith ThreadPoolExecutor() as p: a = list(p.map(f, [1]))"),
    "process.start()": code("process.start()"),
    "words in each language": words('print(f"suma {sum(x)} de {n}")', 'print(f"{n} are {sum(x)}")'),
    "names of code among words": words('print("ValueError de map()")', 'print("ValueError")'),
    "a quoted mistake": prose("Lo llamó «archivos de rebajas» por error."),
    "a word within another": prose("Los ordenados y las costas."),
    "minutes and repetitions": prose("Toma 15 min y se repite 5 veces.", "It runs 5 times."),
    "seconds that code sets": both(
        code("wait_s = 0.5\nr = run(square, [1], timeout_s=10)"),
        prose("Espera 0.5 s; el límite son 10 s.", "It waits 0.5 s; the limit is 10 s."),
    ),
    "verbs with pronouns": prose("Escríbela, muévelas y quítaselo; luego dilo."),
    "thousands": prose(en="It counts 1,024 items."),
    "a formula": prose("La ley es $S(n) = 1 / (s + (1 - s) / n)$.", "The law is $S = 1 / s$."),
    "names of code": prose("Usa `for!` y helpers.tasks, .DS_Store o README.md.", "Use `%time`."),
    "links to the web in each language": prose(
        "Lee [esto](https://docs.python.org/es/3/a.html).",
        "Read [this](https://docs.python.org/3/a.html).",
    ),
    "a picture in an output": html("<img src='data:image/png;base64,AAAA' alt='pool 1 2'>"),
    "a list of file names": printed("['README.md', 'one two three.md', 'of the end.md']\n"),
    "a relative path": printed("sample/home/tmp/a.md"),
}
