"""The exercises of lesson 7: the causes of errors, a broken program, and a race."""

from __future__ import annotations

import ast
import threading
from contextlib import suppress
from time import sleep
from typing import Any

from helpers.classroom.exercises.answers import (
    Choice,
    MistakeError,
    called,
    choose,
    exercise,
    function,
    must_be,
)
from helpers.classroom.scripts import run_script
from helpers.language import text

SQUARES = "[1, 4, 9]"  # what the script of exercise 7.2 prints
SCRIPT_LIMIT_S = 15.0
N_THREADS, N_ADDED = 4, 10  # of exercise 7.3
READING_S = 1e-3  # reading the balance takes this long, and writing it: without a lock it shows


@exercise(
    "7.1",
    es="lee cada error desde el final: ¿qué buscaba el proceso? Si no dejó error, ¿pudo dejarlo?",
    en="read each error from the end: what was it looking for? If it left no error, could it have?",
)
def named_causes(answer: Any) -> str:
    """The numbers of the causes of three tracebacks."""
    choose(
        answer,
        (1, 2, 3, 4),
        case_a=Choice(
            2,
            es="el proceso buscaba clean en __main__, que en un proceso nuevo está vacío.",
            en="the process looked for clean in __main__, which is empty in a new process.",
        ),
        case_b=Choice(
            3,
            es="nadie dejó un error: el proceso desapareció a mitad de la tarea.",
            en="nobody left an error: the process disappeared in the middle of the task.",
        ),
        case_c=Choice(
            4,
            es="un proceso ejecutó el script mientras arrancaba, y quiso crear otro.",
            en="a process ran the script while it was starting up, and tried to start another.",
        ),
    )
    return text(
        es="Una función que nadie puede importar, un trabajador muerto y un script sin guarda.",
        en="A function that nobody can import, a dead worker and a script without its guard.",
    )


@exercise(
    "7.2",
    es="la función va con def después de las importaciones; debajo, la guarda con el Pool.",
    en="the function goes with def after the imports; below it, the guard with the Pool.",
)
def fixed_script(answer: Any) -> str:
    """The text of a script that computes squares with a pool under spawn, and ends."""
    if not isinstance(answer, str):
        raise must_be("fixed", answer, es="el texto de un script", en="the text of a script")
    if "Pool" not in answer or '"spawn"' not in answer.replace("'", '"'):
        raise MistakeError(
            es='El script debe seguir calculando con un Pool de get_context("spawn").',
            en='The script should still compute with a Pool of get_context("spawn").',
        )
    with suppress(SyntaxError, ValueError):  # what cannot be read is run, and shows its error
        _check_structure(ast.parse(answer))
    ran = run_script(answer, limit_s=SCRIPT_LIMIT_S)
    if ran.exit_code == 0 and ran.printed.strip() == SQUARES:
        return text(
            es="El script terminó e imprimió los cuadrados, con procesos creados como en Windows.",
            en="The script ended and printed the squares, with processes started as on Windows.",
        )
    ended, *_, last = repr(ran).splitlines()
    raise MistakeError(
        es=f"Debía terminar e imprimir {SQUARES}. {ended} Al final: {last}",
        en=f"It should end and print {SQUARES}. {ended} At the end: {last}",
    )


def _check_structure(program: ast.Module) -> None:
    """Check that a new process finds the function, and starts no other one when it begins."""
    guarded = [part for part in program.body if _is_guard(part)]
    nodes, inside = list(ast.walk(program)), [n for part in guarded for n in ast.walk(part)]
    hidden = {node.name for node in inside if isinstance(node, ast.FunctionDef)}
    passed = {ast.unparse(arg) for node in nodes if isinstance(node, ast.Call) for arg in node.args}
    if hidden & passed or any(isinstance(node, ast.Lambda) for node in nodes):
        raise MistakeError(
            es="Un proceso nuevo busca la función por su nombre, y no encuentra una lambda ni lo "
            "que está dentro de la guarda: escríbela con def, al principio.",
            en="A new process looks up the function by its name, and finds neither a lambda nor "
            "what is inside the guard: write it with def, at the top.",
        )
    definitions = ast.FunctionDef, ast.ClassDef
    run = [p for p in program.body if p not in guarded and not isinstance(p, definitions)]
    calls = [node for part in run for node in ast.walk(part) if isinstance(node, ast.Call)]
    if not guarded or any("Pool" in ast.unparse(call.func) for call in calls):
        raise MistakeError(
            es="Cada proceso nuevo ejecuta lo que está fuera de la guarda, y crearía otro Pool: "
            'ponlo dentro de if __name__ == "__main__":',
            en="Each new process runs what is outside the guard, and would create another Pool: "
            'put it inside if __name__ == "__main__":',
        )


def _is_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


@exercise(
    "7.3",
    es="todo lo que va de leer el saldo a escribirlo tiene que estar dentro de «with lock:».",
    en="everything from reading the balance to writing it has to be inside “with lock:”.",
)
def counter_without_race(answer: Any) -> str:
    """A function that adds to an account n times, correctly even if other threads do so too."""
    safe_add = function("safe_add", answer)
    alone = _balance_after(safe_add, 1)
    if alone != N_ADDED:
        raise MistakeError(
            es=f"Un hilo, con n={N_ADDED}, dejó el saldo en {alone}. Suma 1, n veces.",
            en=f"One thread, with n={N_ADDED}, left the balance at {alone}. Add 1, n times.",
        )
    found, expected = _balance_after(safe_add, N_THREADS), N_THREADS * N_ADDED
    if found != expected:
        raise MistakeError(
            es=f"Cuatro hilos dejaron el saldo en {found}, no en {expected}: otro escribió entre "
            "leer y escribir. Pon las dos cosas en un mismo «with lock:», con el lock que recibes.",
            en=f"Four threads left the balance at {found}, not at {expected}: another wrote "
            "between reading and writing. Put both in one “with lock:”, with the given lock.",
        )
    return text(
        es="Cuatro hilos a la vez, y no se perdió ni una suma.",
        en="Four threads at a time, and not a single addition was lost.",
    )


class _SlowAccount(dict[str, int]):
    """An account whose balance takes a moment to read and to write: others get their turn."""

    def __getitem__(self, key: str) -> int:
        value = super().__getitem__(key)
        sleep(READING_S)
        return value

    def __setitem__(self, key: str, value: int) -> None:
        sleep(READING_S)
        super().__setitem__(key, value)


def _balance_after(safe_add: Any, n_threads: int) -> int:
    """Have threads add at the same time; return the balance."""
    account, lock = _SlowAccount(balance=0), threading.Lock()
    calls = [lambda: safe_add(account, lock, N_ADDED)] * n_threads
    called(*calls, wake=lock.release)
    return account["balance"]
