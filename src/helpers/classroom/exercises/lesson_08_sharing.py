"""The exercises of lesson 8: what data weighs, how to send it once, and who cleans up."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.shared_memory import SharedMemory
from typing import Any
from unittest.mock import patch

import numpy as np

from helpers.classroom.exercises.answers import (
    MistakeError,
    UnansweredError,
    called,
    exercise,
    function,
    number,
    parts,
)
from helpers.language import text

SHAPE = (250, 2_000)  # of the rows that exercise 8.1 sends
DESCRIPTION = ("matrix.npy", 0, 250)  # and what it sends instead
CLOSE = 0.05  # how far a figure may be off: what a message weighs depends a bit on versions


@exercise(
    "8.1",
    es="heavy es uno de los pesos. Calcula igual el otro: ¿cuántas veces cabe en el primero?",
    en="heavy is one of the weights. Work out the other: how many times does it fit into heavy?",
)
def times_heavier(answer: Any) -> str:
    """How many times heavier the data is than its description, both as messages."""
    times = number("times_heavier", answer)
    right = len(pickle.dumps(np.zeros(SHAPE))) / len(pickle.dumps(DESCRIPTION))
    if abs(times - right) <= CLOSE * right:
        return text(
            es=f"{times:,.0f} veces: ese peso no viaja si cada trabajador lee sus filas.",
            en=f"{times:,.0f} times: that weight does not travel if each worker reads its rows.",
        )
    if 0 < times < 1:
        raise MistakeError(
            es="La división está al revés: dividiste lo ligero entre lo pesado.",
            en="The division is upside down: you divided the light one by the heavy one.",
        )
    raise MistakeError(
        es="Mide la descripción como las filas, con len(pickle.dumps(…)), y divide entre eso.",
        en="Measure the description like the rows, by len(pickle.dumps(…)); divide heavy by that.",
    )


@exercise(
    "8.2",
    es="initializer es una función sin llamar; initargs, una tupla; la tarea usa lo guardado.",
    en="initializer is a function, not called; initargs, a tuple; the task uses what was kept.",
)
def sent_once(answer: Any) -> str:
    """The initializer of a pool, its arguments, and the task that goes with it."""
    initializer, initargs, task = parts(answer, "initializer", "initargs", "task")
    if getattr(initializer, "__name__", "") != "keep_table":
        raise MistakeError(
            es="initializer debe ser keep_table, sin paréntesis: la llama cada trabajador.",
            en="initializer should be keep_table, without parentheses: each worker calls it.",
        )
    one = isinstance(initargs, (tuple, list)) and len(initargs) == 1
    if not one or not isinstance(initargs[0], np.ndarray):
        raise MistakeError(
            es="initargs debe ser una tupla con la tabla. Lleva coma: (table) es la tabla misma.",
            en="initargs should be a tuple of the table. It has a comma: (table) is the table.",
        )
    if getattr(task, "__name__", "") != "total_kept":
        raise MistakeError(
            es="task debe ser la función que usa la tabla guardada; total y partial la envían.",
            en="task should be the function that uses the kept table; total and partial send it.",
        )
    return text(
        es="Cada trabajador recibe la tabla una vez, al empezar, y después solo números.",
        en="Each worker gets the table once, when it starts, and only numbers after that.",
    )


@exercise(
    "8.3",
    es="¿qué líneas pueden fallar? Esas van en un try; lo que debe ocurrir siempre, en su finally.",
    en="which lines may fail? Those belong in a try; what has to happen always, in its finally.",
)
def with_block(answer: Any) -> str:
    """A function that computes on shared memory and removes it, whatever happens."""
    copies = function("with_block", answer)
    with _observed_blocks() as left_behind:
        if not _computes_on_the_view(copies):
            raise MistakeError(
                es="compute debe recibir la vista, con los valores ya copiados, y la función "
                "devolver lo que dio compute.",
                en="compute should get the view, with the values copied into it, and the function "
                "should return what compute gave.",
            )
        if left_behind():
            raise MistakeError(
                es="El bloque sigue en el sistema, o abierto: hacen falta unlink, y close después "
                "de soltar la vista con del.",
                en="The block is still in the system, or open: it takes unlink, and close after "
                "letting go of the view with del.",
            )
        if not _lets_errors_through(copies):
            raise MistakeError(
                es="Si compute falla, el error debe salir de la función: no lo captures.",
                en="If compute fails, the error has to leave the function: do not catch it.",
            )
        if left_behind(refusing=True):
            raise MistakeError(
                es="Si falla compute, o copiar los valores, el bloque se queda: pon las dos cosas "
                "en el try, y en el finally unlink, del y, al último, close, que puede negarse.",
                en="If compute fails, or copying the values, the block stays: put both into the "
                "try, and into the finally unlink, del and, last, close, which may refuse.",
            )
    return text(
        es="La memoria desaparece tanto si el cálculo termina como si falla.",
        en="The memory is gone whether the computing ends or fails.",
    )


def _computes_on_the_view(copies: Callable[..., Any]) -> bool:
    """Call the answer where all goes well."""
    values, seen = np.arange(5.0) ** 2, []

    def compute(numbers: Any) -> float:
        is_view = isinstance(numbers, np.ndarray) and not numbers.flags.owndata
        seen.append(list(numbers) if is_view else None)
        return float(sum(numbers))

    try:
        (found,) = called(lambda: copies(values.copy(), compute))
    except BufferError:  # close found a view: the block is left, and so is the answer
        return True
    if found is ...:
        raise UnansweredError
    return seen == [list(values)] and isinstance(found, float) and found == sum(values)


def _lets_errors_through(copies: Callable[..., Any]) -> bool:
    """Call the answer where compute fails, and where copying a table into a row may."""

    def fail(numbers: Any) -> float:  # the traceback holds the view: close refuses
        raise ArithmeticError(len(numbers))

    with suppress(Exception):
        called(lambda: copies(np.zeros((5, 2)), lambda _numbers: 0.0))
    try:
        called(lambda: copies(np.zeros(5), fail))
    except (ArithmeticError, BufferError):
        return True
    return False


@contextmanager
def _observed_blocks() -> Iterator[Callable[..., bool]]:
    """Give a function that says whether a block made meanwhile is in the system, or open here.

    With ``refusing``, it is enough that close was called: it refuses while an error's traceback
    holds the view. What is left at the end is removed.
    """
    opened, removed, let_go = set[SharedMemory](), set[SharedMemory](), set[SharedMemory]()
    make, unlink, close = SharedMemory.__init__, SharedMemory.unlink, SharedMemory.close

    def observed_init(self: SharedMemory, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        opened.add(self)

    def observed_unlink(self: SharedMemory) -> None:
        unlink(self)
        removed.add(self)

    def observed_close(self: SharedMemory) -> None:
        let_go.add(self)
        close(self)

    def left_behind(*, refusing: bool = False) -> bool:
        still_open = {block for block in opened if block.buf is not None}
        return bool(opened - removed or (still_open - let_go if refusing else still_open))

    with patch.multiple(
        SharedMemory, __init__=observed_init, unlink=observed_unlink, close=observed_close
    ):
        try:
            yield left_behind
        finally:
            for block in opened - removed:
                with suppress(OSError):
                    unlink(block)
            for block in opened:
                with suppress(BufferError):
                    block.close()
