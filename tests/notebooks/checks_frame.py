"""Checks on the frame of a lesson and what its code does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from . import programs
from .lessons import Cell, Findings, Lesson, lesson_check

MAX_PARAGRAPH_WORDS = 80
MAX_CODE_LINES = 15
MAX_SCRIPT_LINES = 30  # of a program that a cell writes into a file
RECAP = {"es": "Resumen", "en": "Recap"}
_TO_WORKERS = {
    *("map", "imap", "imap_unordered", "starmap", "apply", "submit"),
    *("map_async", "starmap_async", "apply_async"),
}
_NETWORK_MODULES = re.compile(r"(?:requests|httpx|aiohttp|urllib3|urllib\.request|http\.client)\b")
_NETWORK_COMMAND = re.compile(r"^[ \t]*[%!]+[ \t]*(?:pip|conda|curl|wget|git)\b", re.MULTILINE)


@lesson_check
def opening(lesson: Lesson) -> Findings:
    """The first cell has the title, one question, the minutes and a link to the twin."""
    first = lesson.cells[0]
    levels = [level for cell in lesson.markdown for level, _ in cell.page.headings]
    if levels[:1] != [1] or levels.count(1) != 1:
        yield first, "begin with '# Title', the only heading of level 1"
    questions = [text for text in first.page.bold if text.strip().endswith("?")]
    if len(questions) != 1:
        yield first, f"{len(questions)} questions in bold; the lesson answers one"
    if not re.search(r"\d+ min.*\d+ min", first.source):
        yield first, "say the minutes to read and to practise ('10 min ... 15 min')"
    if f"]({lesson.course.get('twin')})" not in first.source.strip().splitlines()[-1]:
        yield first, f"its last line must link to the other language: {lesson.course.get('twin')}"


@lesson_check
def setup(lesson: Lesson) -> Findings:
    """The first code cell alone calls ``start``, in the notebook's language; no card is stored."""
    languages = [
        (cell.number, programs.first_argument(call))
        for cell in lesson.code
        for call in programs.calls(cell.trees, "start")
        if isinstance(call.func, ast.Name)  # process.start() is something else
    ]
    if languages != [(lesson.code[0].number, lesson.language)]:
        yield None, f'call start("{lesson.language}") once, in the first code cell'
    if "nbval-ignore-output" not in lesson.code[0].tags:
        yield lesson.code[0], "tag it nbval-ignore-output: its card is that of one machine"


@lesson_check
def prediction(lesson: Lesson) -> Findings:
    """From lesson 1 on the learner commits to at least one guess."""
    asked = any(programs.calls(cell.trees, "predict") for cell in lesson.code)
    if lesson.number != 0 and not asked:
        yield None, "let the learner predict a result: call predict(...) before it"


@lesson_check
def recap(lesson: Lesson) -> Findings:
    """The lesson ends with its recap."""
    chapters = [text for cell in lesson.markdown for level, text in cell.page.headings if level < 3]
    if not chapters or not chapters[-1].startswith(RECAP[lesson.language]):
        yield None, f"end with a heading '## {RECAP[lesson.language]}'"


@lesson_check
def paragraph_length(lesson: Lesson) -> Findings:
    """No paragraph has more than 80 words."""
    for cell in lesson.markdown:
        for text in (block.full for block in cell.page.blocks):
            if len(text.split()) > MAX_PARAGRAPH_WORDS:
                yield cell, f"'{text[:40]}...' has over {MAX_PARAGRAPH_WORDS} words: split it"


@lesson_check
def code_length(lesson: Lesson) -> Findings:
    """No code cell, and no solution, has more than 15 lines; a program in a file, 30."""
    for cell, source in code_to_run(lesson):
        count = len(source.strip().splitlines())
        most = MAX_SCRIPT_LINES if programs.written_file(source) else MAX_CODE_LINES
        if count > most:
            yield cell, f"{count} lines of code; at most {most}"


@lesson_check
def code_comments(lesson: Lesson) -> Findings:
    """Code has no comments: what needs saying is said in both languages in the text above."""
    for cell, source in code_to_run(lesson):
        for comment in programs.comments(source):
            yield cell, f"say '{comment}' in the Markdown cell above instead"


@lesson_check
def notebook_functions(lesson: Lesson) -> Findings:
    """No function of the notebook's own goes to a process: workers cannot import it."""
    own: set[str] = set()
    for cell, source in code_to_run(lesson):
        trees = programs.trees(source)
        sent = [] if "Thread" in source else [n for c in programs.calls(trees) for n in _sent(c)]
        own |= {n.name for n in programs.nodes(trees) if isinstance(n, ast.FunctionDef)}
        own -= {name.rpartition(".")[2] for name in _imported(trees)}
        unknown = any(isinstance(n, ast.Lambda) or getattr(n, "id", "") in own for n in sent)
        if unknown and "notebook-function" not in cell.tags:
            yield cell, "no worker can import the function: move it, or tag it 'notebook-function'"


@lesson_check
def no_network(lesson: Lesson) -> Findings:
    """No cell needs a network."""
    for cell in lesson.code:
        modules = [name for name in _imported(cell.trees) if _NETWORK_MODULES.match(name)]
        for used in [*modules, *_NETWORK_COMMAND.findall(cell.source)]:
            yield cell, f"'{used}' needs a network; the lesson must run without"


def code_to_run(lesson: Lesson) -> Iterator[tuple[Cell, str]]:
    """Yield every code cell, and every solution that the learner may paste into one."""
    for cell in lesson.cells:
        for source in [cell.source] if cell.type == "code" else cell.page.solution:
            yield cell, source


def _sent(call: ast.Call) -> list[ast.AST]:
    """Return the arguments of a call that may be functions for workers to import."""
    given = [*call.args[:1], *(word.value for word in call.keywords)]
    method = isinstance(call.func, ast.Attribute) and programs.called_name(call) in _TO_WORKERS
    return given if method or programs.called_name(call) in ("run", "Process") else []


def _imported(modules: list[ast.Module]) -> Iterator[str]:
    for node in programs.nodes(modules):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            yield from (f"{module}{alias.name}" for alias in node.names)
