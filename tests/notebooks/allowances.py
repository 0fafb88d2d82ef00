"""Changes of the good lesson that look like defects and are none."""

from __future__ import annotations

from .defects import PIXEL, Change, code, html, metadata, printed, prose, words

ALLOWED: dict[str, Change] = {
    "the good lesson": lambda d: None,
    "%time with a statement": code("%time total = sum([1, 2])"),
    "the original mistake": lambda d: [
        code("%time")(d),
        metadata("work", tags=["original-mistake"])(d),
    ],
    "a marked function": lambda d: [
        code("def f(x): return x\npool.map(f, [1])")(d),
        metadata("work", tags=["notebook-function"])(d),
    ],
    "a function that is imported again": code(
        "def square(x): return x * x\nfrom helpers.tasks.numbers import square\n"
        "pool.map(square, [1])"
    ),
    "words in each language": words(
        'print(f"suma {sum(squares)} de {n}")', 'print(f"{n} squares: {sum(squares)}")'
    ),
    "names of code among words": words('print("ValueError de map()")', 'print("ValueError")'),
    "the builtin map": code("def f(x): return x\na = list(map(f, [1]))"),
    "threads": code("def f(x): return x\nr = run(f, [1], how='threads')"),
    "a pool of threads": code(
        "def f(x): return x\nwith ThreadPoolExecutor() as pool: a = list(pool.map(f, [1]))"
    ),
    "a quoted mistake": prose("Lo llamó «archivos de rebajas» por error."),
    "a word within another": prose("Los ordenados y las costas."),
    "minutes and repetitions": prose("Toma 15 min y se repite 5 veces.", "It runs 5 times."),
    "seconds that code sets": lambda d: [
        code("wait_s = 0.5\nr = run(square, [1], timeout_s=10)")(d),
        prose("Espera 0.5 s; el límite son 10 s.", "It waits 0.5 s; the limit is 10 s.")(d),
    ],
    "verbs with pronouns": prose("Escríbela, muévelas y quítaselo; luego dilo."),
    "thousands": prose("Bien.", "It counts 1,024 items."),
    "a formula": prose("La ley es $S(n) = 1 / (s + (1 - s) / n)$.", "The law is $S = 1 / s$."),
    "names of code": prose("Usa `for!` y helpers.tasks, .DS_Store o README.md.", "Use `%time`."),
    "links to the web in each language": prose(
        "Lee [esto](https://docs.python.org/es/3/a.html).",
        "Read [this](https://docs.python.org/3/a.html).",
    ),
    "a picture in an output": html(PIXEL.format("pool 1 2")),
    "a list of file names": printed("['README.md', 'one two three.md', 'of the end.md']\n"),
    "a relative path": printed("sample/home/tmp/a.md"),
    "process.start()": code("process.start()"),
}
