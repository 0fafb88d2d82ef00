"""Ways to break a good lesson: for each check what it must catch, and what only looks like it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

from .lessons import LANGUAGES, Lesson, Pair, read_pairs

LESSON = read_pairs(Path(__file__).parents[2] / "notebooks")[2]
# What is put into it before its recap, to be broken.
TEXTS = (
    "### Un paso\n\nCada proceso toma un elemento de la lista y calcula su cuadrado.\n\n"
    "![Dos procesos calculan al mismo tiempo](../../images/parallel_es.svg)\n\n"
    "Lee también el [resumen](#Resumen).",
    "### A step\n\nEach process takes one item of the list and computes its square.\n\n"
    "![Two processes compute at the same time](../../images/parallel_en.svg)\n\n"
    "Read the [recap](#Recap) too.",
)
CODE = "squares = list(map(square, [1, 2, 3]))\nprint(squares)"


class Draft:
    """Both notebooks of a lesson, as they would be built, to be changed."""

    def __init__(self) -> None:
        self.notebooks = {x.language: copy.deepcopy(x.raw) for x in LESSON.lessons}
        for notebook, text in zip(self.notebooks.values(), TEXTS, strict=True):
            slide = {"slideshow": {"slide_type": "slide"}}
            for name, kind, source in (("step", "markdown", text), ("work", "code", CODE)):
                cell = {"id": name, "cell_type": kind, "source": source, "metadata": dict(slide)}
                notebook["cells"].insert(-1, cell)

    def cells(self, name: str) -> list[dict]:
        """Return a cell of both languages, Spanish first: the n-th exercise, or what follows it."""
        found = []
        for notebook in self.notebooks.values():
            cells = notebook["cells"]
            places = {"title": 0, "step": -3, "work": -2, "recap": -1}
            places["setup"] = next(i for i, c in enumerate(cells) if c["cell_type"] == "code")
            for i, cell in enumerate(cells):
                if "exercise" in cell["metadata"].get("tags", []):
                    number = 1 + sum(place.startswith("exercise") for place in places)
                    places |= {f"exercise-{number}": i, f"solution-{number}": i + 1}
            found.append(cells[places[name]])
        return found

    def replace(self, name: str, old: str, *new: str) -> None:
        """Replace a piece of a cell's text by another in each language, or by one in Spanish."""
        for cell, text in zip(self.cells(name), new, strict=False):
            source = "".join(cell["source"])
            assert old in source, f"nothing to break: {old!r} is not in {source!r}"
            cell["source"] = source.replace(old, text)

    def change_all(self, old: str, new: str) -> None:
        """Replace a piece of text in every code cell."""
        for cell in (cell for notebook in self.notebooks.values() for cell in notebook["cells"]):
            if cell["cell_type"] == "code":
                cell["source"] = "".join(cell["source"]).replace(old, new)

    def pair(self) -> Pair:
        """Return it as if it stood where the good lesson does."""
        return Pair(*(Lesson(x.path, self.notebooks[x.language]) for x in LESSON.lessons))


Change = Callable[[Draft], object]

ALT = "Dos procesos calculan al mismo tiempo"
ENGLISH = "Each process takes one item of the list and then computes the square of it."
SPANISH = "Repartir el trabajo tiene un costo, y solo conviene cuando el trabajo es largo."


def edit(name: str, old: str, new: str) -> Change:
    """Return a change of the same piece of text in both languages."""
    return lambda d: d.replace(name, old, new, new)


def spanish(name: str, old: str, new: str) -> Change:
    """Return a change of the Spanish text alone."""
    return lambda d: d.replace(name, old, new)


def code(line: str) -> Change:
    """Return a change that puts a line above a cell's code in both languages."""
    return edit("work", CODE, f"{line}\n{CODE}")


def words(es: str, en: str) -> Change:
    """Return a change that puts other code into a cell in each language."""
    return lambda d: d.replace("work", CODE, es, en)


def prose(es: str = "Bien.", en: str = "This is good.") -> Change:
    """Return a change that adds a paragraph in each language."""
    ends = [f"{text}\n\n{new}" for text, new in zip(TEXTS, (es, en), strict=True)]
    return lambda d: [c.update(source=t) for c, t in zip(d.cells("step"), ends, strict=True)]


def shows(**output: object) -> Change:
    """Return a change that stores an output of that kind."""
    return update("work", outputs=[output])


def html(text: str) -> Change:
    """Return a change that stores an HTML output with that text."""
    return shows(data={"text/html": text})


def update(name: str, **values: object) -> Change:
    """Return a change of a cell in both languages."""
    return lambda d: [cell.update(values) for cell in d.cells(name)]


def metadata(name: str, **values: object) -> Change:
    """Return a change of a cell's metadata in both languages."""
    return lambda d: [cell["metadata"].update(values) for cell in d.cells(name)]


def both(*changes: Change) -> Change:
    """Return several changes as one."""
    return lambda d: [change(d) for change in changes]


DEFECTS: dict[str, dict[str, Change]] = {
    "same_structure": {
        "another heading level": spanish("step", "### ", "#### "),
        "an image less": spanish("step", "![Dos", "[Dos"),
        "a link less": spanish("step", "[resumen](#Resumen)", "resumen"),
        "another solution": spanish("solution-1", "check(", "print(check)\ncheck("),
    },
    "opening": {
        "no title": edit("title", "# ", "## "),
        "no question": edit("title", "**", ""),
        "no minutes": edit("title", " min", " h"),
        "no link to the twin": edit("title", ".ipynb)", ".ipynb)\n\n1"),
    },
    "setup": {
        "the other language": spanish("setup", '"es"', '"en"'),
        "no start": edit("setup", "start(", "begin("),
        "a second start": words(f'start("es")\n{CODE}', f'start("en")\n{CODE}'),
        "a stored card": metadata("setup", tags=[]),
    },
    "prediction": {"no prediction": lambda d: d.change_all("predict(", "think(")},
    "recap": {"no recap": edit("recap", "## Re", "### Re")},
    "paragraph_length": {
        "a long one": prose("y otra palabra más " * 21, "and one more word " * 21)
    },
    "code_length": {
        "a long cell": code("one = 1\n" * 14),
        "a long solution": edit("solution-2", "check(", "one = 1\n" * 15 + "check("),
    },
    "code_comments": {
        "a comment": code("one = 1  # the first"),
        "one behind a magic": code("%time one = 1  # the first"),
    },
    "notebook_functions": {
        "a function": code("def f(x): return x\npool.map(f, [1])"),
        "a lambda": code("run(lambda x: x, [1])"),
        "a target": code("def f(): return 1\np = Process(target=f)"),
    },
    "no_network": {
        "a module": code("import urllib.request"),
        "a magic": code("%pip install numpy"),
        "a command": code("!curl example.org"),
    },
    "alternative_text": {
        "an image without it": spanish("step", ALT, ""),
        "too short": spanish("step", ALT, "Dos procesos"),
        "in HTML": prose(*(f"<img src='../../images/parallel_{x}.svg'>" for x in LANGUAGES)),
        "in an output": html("<img src='data:image/png;base64,AAAA' alt=''>"),
        "a bare picture": shows(data={"image/png": "AAAA"}),
    },
    "links": {
        "a broken link": prose("Lee [esto](no.ipynb).", "Read [this](no.ipynb)."),
        "an unknown heading": spanish("step", "#Resumen", "#Resumen-final"),
        "an absolute path": prose("Lee [esto](/a.md).", "Read [this](/a.md)."),
        "out of the project": prose("Lee [esto](../../..).", "Read [this](../../..)."),
        "an image from the network": prose(*["![A B C](https://example.org/a.svg)"] * 2),
        "the other language's image": spanish("step", "parallel_es", "parallel_en"),
    },
    "absolute_paths": {
        "in code": code('folder = "/home/ana/notes"'),
        "in an output": shows(text="/tmp/notes/a.md"),
    },
    "right_language": {
        "English prose in a Spanish cell": prose(ENGLISH),
        "Spanish in English": prose(en=SPANISH),
        "an alternative text": spanish("step", ALT, ENGLISH),
        "an output": shows(text=ENGLISH),
    },
    "spanish_marks": {
        "no opening sign": prose("Cuál termina primero?"),
        "no closing sign": prose("¿Cuál termina primero"),
    },
    "exclamation_marks": {"Spanish": prose("¡Muy bien!"), "English": prose(en="Very good!")},
    "forbidden_words": {
        "a wrong term": prose("Una piscina."),
        "a machine's translation": prose("Son archivos de rebajas."),
        "simply": prose(en="Simply run it."),
    },
    "machine_numbers": {
        "a duration": prose("Tarda 0.52 s en total."),
        "a ratio": prose("Es 2 veces más rápido."),
        "a sign": prose("Gana 1.9× con dos."),
    },
    "decimal_point": {"a comma": prose("Un valor de 0,5 basta.")},
    "spelling": {
        "Spanish": prose("Una palbra."),
        "an accent that is missing with pronouns": prose("Escribela."),
        "an accent in the wrong place": prose("Escribéla."),
        "English": prose(en="A wrod."),
        "what a cell prints": words('print(f"{n} prosesos")', 'print(f"{n} workers")'),
        "a label left in English": words('ax.set_xlabel("waiting")', 'ax.set_xlabel("waiting")'),
    },
}

ALLOWED: dict[str, Change] = {
    "the good lesson": lambda d: None,
    "%time with a statement": code("%time total = sum([1, 2])"),
    "a marked function": both(
        code("def f(x): return x\npool.map(f, [1])"), metadata("work", tags=["notebook-function"])
    ),
    "a function that is imported again": code(
        "def square(x): return x * x\nfrom helpers.tasks.numbers import square\n"
        "pool.map(square, [1])"
    ),
    "the builtin map": code("def f(x): return x\na = list(map(f, [1]))"),
    "words in each language": words('print(f"suma {sum(x)} de {n}")', 'print(f"{n} are {sum(x)}")'),
    "a quoted mistake": prose("Lo llamó «archivos de rebajas» por error."),
    "minutes and repetitions": prose("Toma 15 min y se repite 5 veces.", "It runs 5 times."),
    "seconds that code sets": both(
        code("wait_s = 0.5\nr = run(square, [1], timeout_s=10)"),
        prose("Espera 0.5 s; el límite son 10 s.", "It waits 0.5 s; the limit is 10 s."),
    ),
    "verbs with pronouns": prose("Escríbela, muévelas y quítaselo; luego dilo."),
    "a formula": prose("La ley es $S(n) = 1 / (s + (1 - s) / n)$.", "The law is $S = 1 / s$."),
    "names of code": prose("Usa `for!` y helpers.tasks, .DS_Store o README.md.", "Use `%time`."),
    "links to the web in each language": prose(
        "Lee [esto](https://docs.python.org/es/3/a.html).",
        "Read [this](https://docs.python.org/3/a.html).",
    ),
    "a picture in an output": html("<img src='data:image/png;base64,AAAA' alt='pool 1 2'>"),
}
