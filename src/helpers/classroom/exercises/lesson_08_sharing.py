"""The exercises of lesson 8: their rules, and what is said to each answer."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

from helpers.classroom.exercises.answers import UNANSWERED, Exercise, Verdict, is_number
from helpers.language import Bilingual

N_ROWS, N_COLUMNS = 250, 2_000  # the rows that exercise 8.1 sends
DESCRIPTION = ("matrix.npy", 0, 250)  # and what it sends instead
CLOSE = 0.05  # how far a figure may be off: what a message weighs depends a bit on versions


def times_heavier(answer: Any) -> Verdict:
    """8.1: how many times heavier the data is than its description, both as messages."""
    if not is_number(answer):
        return "not_a_number"
    heavy = len(pickle.dumps(np.zeros((N_ROWS, N_COLUMNS))))
    light = len(pickle.dumps(DESCRIPTION))
    if _close(answer, heavy / light):
        return "right", {"times": f"{answer:,.0f}"}
    if _close(answer, light / heavy):
        return "upside_down"
    if _close(answer, light) or _close(answer, heavy):  # heavy - light is as good as heavy
        return "bytes"
    return "other"


def _close(answer: float, right: float) -> bool:
    return abs(answer - right) <= CLOSE * right


def sent_once(answer: Any) -> Verdict:
    """8.2: the initializer of a pool, its arguments, and the task that goes with it."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "not_three"
    initializer, initargs, task = answer
    if _name(initializer) != "keep_table":
        return "initializer"
    if not isinstance(initargs, (tuple, list)) or len(initargs) != 1:
        return "initargs"
    if not isinstance(initargs[0], np.ndarray):
        return "initargs"
    return "right" if _name(task) == "total_kept" else "task"


def _name(function: Any) -> str:
    """Return the name of a function of the learner's own file."""
    return getattr(function, "__name__", "")


def with_block(answer: Any) -> Verdict:
    """8.3: a function that computes on shared memory and removes it, whatever happens."""
    with _watched() as blocks:
        problem = _calm_call(answer, blocks)
        if problem:
            return problem
        problem = _stormy_call(answer, blocks)
        if problem:
            return problem
        return "not_always" if _unfit_call(answer, blocks) else "right"


def _calm_call(answer: Callable[..., Any], blocks: Blocks) -> Verdict | None:
    """Call ``answer`` where nothing goes wrong, and name the problem, if there is one."""
    values, seen = np.arange(5.0) ** 2, []

    def compute(numbers: Any) -> float:
        is_view = isinstance(numbers, np.ndarray) and not numbers.flags.owndata
        seen.append(list(numbers) if is_view else None)
        return float(sum(numbers))

    try:
        found = answer(values, compute)
    except BufferError:
        return "view"
    if found is ...:
        return UNANSWERED
    if seen != [list(values)] or found != sum(values):
        return "other_result"
    return "left" if blocks.left_behind() else None


def _stormy_call(answer: Callable[..., Any], blocks: Blocks) -> Verdict | None:
    """Call ``answer`` with a function that raises: the memory has to go all the same."""

    def compute(numbers: Any) -> float:
        del numbers  # what the traceback holds cannot be let go of by the answer
        raise _StormError

    try:
        answer(np.arange(5.0), compute)
    except _StormError:
        return "not_always" if blocks.left_behind() else None
    except BufferError:
        return "view"
    return "swallowed"


def _unfit_call(answer: Callable[..., Any], blocks: Blocks) -> bool:
    """Call ``answer`` with a table, which does not fit into a row; say whether memory is left."""
    with suppress(Exception):  # copying the table in may raise
        answer(np.zeros((5, 2)), lambda _numbers: 0.0)
    return blocks.left_behind()


class _StormError(Exception):
    """What the function of exercise 8.3 raises."""


class Blocks:
    """The blocks of shared memory that an answer opened, and what became of them."""

    def __init__(self) -> None:
        self.opened = set[SharedMemory]()
        self.closed = set[SharedMemory]()
        self.removed = set[SharedMemory]()

    def left_behind(self) -> bool:
        """Say whether a block is still in the system, or open in this process."""
        return bool(self.opened - (self.closed & self.removed))

    def clean_up(self) -> None:
        """Remove and close what an answer left."""
        for block in self.opened - self.removed:
            with suppress(OSError):
                block.unlink()
        for block in self.opened:
            with suppress(BufferError):
                block.close()


@contextmanager
def _watched() -> Iterator[Blocks]:
    """Note what is done with shared memory; what an answer leaves behind is removed at the end."""
    blocks, original = Blocks(), (SharedMemory.__init__, SharedMemory.close, SharedMemory.unlink)
    begin, close, unlink = original

    def watched_init(self: SharedMemory, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        blocks.opened.add(self)

    def watched_close(self: SharedMemory) -> None:
        blocks.closed.add(self)
        close(self)

    def watched_unlink(self: SharedMemory) -> None:
        unlink(self)
        blocks.removed.add(self)

    try:
        _replace(watched_init, watched_close, watched_unlink)
        yield blocks
    finally:
        _replace(*original)
        blocks.clean_up()


def _replace(*methods: Callable[..., Any]) -> None:
    for name, method in zip(("__init__", "close", "unlink"), methods, strict=True):
        setattr(SharedMemory, name, method)


EXERCISES = {
    "8.1": Exercise(
        times_heavier,
        Bilingual(
            es="heavy es uno de los dos pesos. Calcula igual el otro: ¿cuántas veces cabe en el "
            "primero?",
            en="heavy is one of the two weights. Work out the other in the same way: how many "
            "times does it fit into the first?",
        ),
        {
            "right": Bilingual(
                es="El mensaje con las filas pesa {times} veces lo que el otro. Ese peso no viaja: "
                "cada trabajador lee sus filas por su cuenta.",
                en="The message with the rows is {times} times as heavy. That weight does not "
                "travel: each worker reads its rows on its own.",
            ),
            "not_a_number": Bilingual(
                es="Se espera un solo número, el resultado de una división. El peso de un mensaje "
                "es su len.",
                en="A single number is expected, the result of a division. The weight of a message "
                "is its len.",
            ),
            "upside_down": Bilingual(
                es="La división está al revés: dividiste lo ligero entre lo pesado.",
                en="The division is upside down: you divided the light one by the heavy one.",
            ),
            "bytes": Bilingual(
                es="Eso son bytes: uno de los pesos, o su resta. Se pregunta cuántas veces: divide "
                "el de las filas entre el de la descripción.",
                en="Those are bytes: one of the weights, or their difference. The question is how "
                "many times: divide that of the rows by that of the description.",
            ),
            "other": Bilingual(
                es="Ese número no sale de estos dos mensajes. Pesa la descripción como se pesaron "
                "las filas: los bytes de su mensaje, no sus elementos ni su tamaño en memoria.",
                en="That number does not come from these two messages. Weigh the description as "
                "the rows were: the bytes of its message, not its elements or its size in memory.",
            ),
        },
    ),
    "8.2": Exercise(
        sent_once,
        Bilingual(
            es="initializer es una función sin llamar; initargs, una tupla con sus argumentos; y "
            "la tarea, la que usa la tabla guardada.",
            en="initializer is a function that is not called; initargs, a tuple of its arguments; "
            "and the task is the one that uses the table that was kept.",
        ),
        {
            "right": Bilingual(
                es="Cada trabajador recibe la tabla una vez, al empezar, y después solo números.",
                en="Each worker gets the table once, when it starts, and only numbers after that.",
            ),
            "not_three": Bilingual(
                es="Se esperan tres cosas: (initializer, initargs, task).",
                en="Three things are expected: (initializer, initargs, task).",
            ),
            "initializer": Bilingual(
                es="initializer debe ser keep_table, sin paréntesis: si la llamas tú, se ejecuta "
                "en el cuaderno, y lo que pasas es su resultado, None.",
                en="initializer should be keep_table, without parentheses: if you call it, it runs "
                "in the notebook, and what you pass is its result, None.",
            ),
            "initargs": Bilingual(
                es="initargs debe ser una tupla con un solo elemento, la tabla. Lleva coma: sin "
                "ella, (table) es la tabla misma.",
                en="initargs should be a tuple with a single element, the table. It has a comma: "
                "without it, (table) is the table itself.",
            ),
            "task": Bilingual(
                es="La tarea debe ser la función que usa la tabla guardada, sin llamarla: total la "
                "pide como argumento, y un partial la lleva en cada bloque.",
                en="The task should be the function that uses the table that was kept, not called: "
                "total asks for it as an argument, and a partial takes it along with each chunk.",
            ),
        },
    ),
    "8.3": Exercise(
        with_block,
        Bilingual(
            es="con el bloque ya creado, ¿qué líneas pueden fallar? Esas van en un try. Lo que "
            "debe ocurrir siempre va en su finally: mira cómo, y en qué orden, limpió la celda que "
            "creó el primer bloque.",
            en="once the block has been made, which lines may fail? Those belong in a try. What "
            "has to happen in any case goes into its finally: look at how, and in which order, the "
            "cell that made the first block cleaned up.",
        ),
        {
            "right": Bilingual(
                es="La memoria desaparece tanto si el cálculo termina como si falla.",
                en="The memory is gone whether the computing ends or fails.",
            ),
            "other_result": Bilingual(
                es="compute debe recibir la vista, numbers, con los valores ya copiados, y la "
                "función, devolver lo que dio compute.",
                en="compute should get the view, numbers, with the values copied into it, and the "
                "function should return what compute gave.",
            ),
            "view": Bilingual(
                es="BufferError: close encontró una vista que todavía está en uso. Suéltala antes, "
                "con del, también en el finally.",
                en="BufferError: close found a view that is still in use. Let go of it first, with "
                "del, in the finally too.",
            ),
            "left": Bilingual(
                es="El resultado está bien, pero el bloque sigue en el sistema o abierto en este "
                "proceso: hacen falta unlink y close.",
                en="The result is right, but the block is still in the system, or open in this "
                "process: it takes both unlink and close.",
            ),
            "not_always": Bilingual(
                es="Limpia si todo sale bien. Pero si falla compute, o copiar los valores (quizás "
                "no caben), el bloque se queda: pon las dos cosas dentro del try.",
                en="It cleans up if all goes well. But if compute fails, or copying the values "
                "does (they may not fit), the block stays: put both inside the try.",
            ),
            "swallowed": Bilingual(
                es="Cuando compute falla, quien llama debe enterarse: no atrapes su error. Con try "
                "y finally basta, sin except.",
                en="When compute fails, whoever called has to know: do not catch its error. try "
                "and finally are enough, without except.",
            ),
        },
    ),
}
