"""The exercises of lesson 7: their rules, and what is said to each answer.

What a learner mends may still hang, so each answer that runs has a time limit.
"""

from __future__ import annotations

import ast
import ctypes
import threading
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter, sleep
from typing import Any

from helpers.classroom.exercises.answers import Exercise, Verdict
from helpers.classroom.scripts import run_script
from helpers.language import Bilingual

CAUSES = (2, 3, 4)  # of the three tracebacks of exercise 7.1, by their number in its list
N_CAUSES = 4
SQUARES = "[1, 4, 9]"  # what the script of exercise 7.2 prints
SCRIPT_LIMIT_S = 15.0
THREAD_LIMIT_S = 3.0
N_THREADS, N_ADDED = 4, 10  # of exercise 7.3
READING_S = 1e-3  # so long does reading the balance take, and writing it: without a lock it shows


def named_causes(answer: Any) -> Verdict:
    """7.1: the numbers of the causes of three tracebacks."""
    if not isinstance(answer, tuple) or len(answer) != len(CAUSES):
        return "not_numbers"
    if not all(isinstance(cause, int) and 1 <= cause <= N_CAUSES for cause in answer):
        return "not_numbers"
    if answer[0] != CAUSES[0]:
        return "case_a"
    if answer[1] != CAUSES[1]:
        return "case_b"
    return "right" if answer[2] == CAUSES[2] else "case_c"


def mended_script(answer: Any) -> Verdict:
    """7.2: the text of a script that computes squares with a pool under spawn, and ends."""
    if not isinstance(answer, str):
        return "not_text"
    if "Pool" not in answer or '"spawn"' not in answer.replace("'", '"'):
        return "no_spawn"
    with suppress(SyntaxError, ValueError):  # what cannot be read is run, too: its error is said
        program = ast.parse(answer)
        if _hides_function(program):
            return "function"
        if _starts_workers_unguarded(program):
            return "guard"
    ran = run_script(answer, limit_s=SCRIPT_LIMIT_S)
    if ran.exit_code == 0 and ran.printed.strip() == SQUARES:
        return "right"
    ended, *_, last = repr(ran).splitlines()
    return "other", {"ended": ended, "last": last}


def _hides_function(program: ast.Module) -> bool:
    """Say whether a new process would not find a function: it has no name, or is in the guard."""
    if any(isinstance(node, ast.Lambda) for node in ast.walk(program)):
        return True
    guarded = [node for part in program.body if _is_guard(part) for node in ast.walk(part)]
    return any(isinstance(node, ast.FunctionDef) for node in guarded)


def _starts_workers_unguarded(program: ast.Module) -> bool:
    """Say whether a new process, which runs the script without its guard, would start another."""
    if not any(_is_guard(part) for part in program.body):
        return True
    definitions = ast.FunctionDef, ast.ClassDef
    run = [p for p in program.body if not _is_guard(p) and not isinstance(p, definitions)]
    return any(_starts_workers(node) for part in run for node in ast.walk(part))


def _is_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _starts_workers(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and "Pool" in ast.unparse(node.func)


class _StuckError(Exception):
    """An answer waits for a lock that never comes free, or does not come to its end."""


class _SlowAccount(dict[str, int]):
    """An account whose balance takes a moment to read and to write: others get their turn."""

    def __getitem__(self, key: str) -> int:
        value = super().__getitem__(key)
        sleep(READING_S)
        return value

    def __setitem__(self, key: str, value: int) -> None:
        sleep(READING_S)
        super().__setitem__(key, value)


def counter_without_race(answer: Any) -> Verdict:
    """7.3: a function that adds to an account as often as it is told, whoever else does so too."""
    try:
        alone = _balance_after(answer, 1)
        if alone != N_ADDED:
            return "alone", {"found": alone, "expected": N_ADDED}
        found, expected = _balance_after(answer, N_THREADS), N_THREADS * N_ADDED
    except _StuckError:
        return "stuck"
    return "right" if found == expected else ("race", {"found": found, "expected": expected})


def _balance_after(answer: Callable[..., Any], n_threads: int) -> int:
    """Have threads add at the same time; return the balance.

    Raises:
        _StuckError: where they do not come to their end in time.
        BaseException: what the answer raised.
    """
    account, lock = _SlowAccount(balance=0), threading.Lock()
    raised = list[BaseException]()
    together = threading.Barrier(n_threads)

    def work() -> None:
        try:
            together.wait(THREAD_LIMIT_S)
            answer(account, lock, N_ADDED)
        except BaseException as error:  # whatever it is, it is told in the notebook's thread
            raised.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    deadline_s = perf_counter() + THREAD_LIMIT_S
    for thread in threads:
        thread.join(max(0.0, deadline_s - perf_counter()))
    if any(thread.is_alive() for thread in threads):
        _stop(threads, lock)
        raise _StuckError
    if raised:
        raise raised[0]
    return account["balance"]


def _stop(threads: list[threading.Thread], lock: threading.Lock) -> None:
    """Have threads end that are in a loop, or wait for the lock."""
    for thread in threads:
        name = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(name, ctypes.py_object(SystemExit))
    deadline_s = perf_counter() + 1
    while any(thread.is_alive() for thread in threads) and perf_counter() < deadline_s:
        with suppress(RuntimeError):
            lock.release()  # whoever waits for it wakes up, and ends
        sleep(READING_S)


EXERCISES = {
    "7.1": Exercise(
        named_causes,
        Bilingual(
            es="lee cada error desde el final. ¿Qué buscaba el proceso, y dónde? Y si el "
            "trabajador no dejó ningún error, ¿alcanzó a escribirlo?",
            en="read each error from the end. What was the process looking for, and where? And if "
            "the worker left no error, did it have time to write one?",
        ),
        {
            "right": Bilingual(
                es="Eso es: una función que nadie puede importar, un trabajador que murió sin "
                "poder decir nada, y un script sin guarda.",
                en="That is it: a function that nobody can import, a worker that died without a "
                "word, and a script without its guard.",
            ),
            "not_numbers": Bilingual(
                es="Se esperan tres números, de 1 a 4: (case_a, case_b, case_c).",
                en="Three numbers from 1 to 4 are expected: (case_a, case_b, case_c).",
            ),
            "case_a": Bilingual(
                es="La causa del caso A es otra. El trabajador murió con un error propio: buscaba "
                "clean en __main__, que en un proceso nuevo está vacío.",
                en="Case A has another cause. The worker died with an error of its own: it looked "
                "for clean in __main__, which is empty in a new process.",
            ),
            "case_b": Bilingual(
                es="La causa del caso B es otra. Ningún trabajador dejó un error: el proceso "
                "desapareció a mitad de la tarea, sin tiempo de escribir nada.",
                en="Case B has another cause. No worker left an error: the process disappeared in "
                "the middle of the task, with no time to write anything.",
            ),
            "case_c": Bilingual(
                es="La causa del caso C es otra. Un proceso quiso crear otro cuando él mismo "
                "todavía arrancaba: estaba ejecutando el script de su padre.",
                en="Case C has another cause. A process tried to start another one while it was "
                "still starting up itself: it was running its parent's script.",
            ),
        },
    ),
    "7.2": Exercise(
        mended_script,
        Bilingual(
            es="la función va con def arriba, después de las importaciones; la guarda va debajo, y "
            "dentro de ella el Pool.",
            en="the function goes at the top with def, after the imports; the guard goes below it, "
            "and the Pool inside the guard.",
        ),
        {
            "right": Bilingual(
                es="El script terminó e imprimió los cuadrados, con procesos creados como en "
                "Windows.",
                en="The script ended and printed the squares, with processes started as on "
                "Windows.",
            ),
            "not_text": Bilingual(
                es="mended debe ser el texto del script corregido, entre comillas. check lo "
                "ejecuta.",
                en="mended should be the text of the mended script, in quotation marks. check runs "
                "it.",
            ),
            "no_spawn": Bilingual(
                es='El script debe seguir calculando con un Pool de get_context("spawn"): así '
                "funciona también en Windows y en macOS.",
                en='The script should still compute with a Pool of get_context("spawn"): that way '
                "it works on Windows and macOS too.",
            ),
            "function": Bilingual(
                es="Un proceso nuevo busca la función por su nombre. Una lambda no tiene nombre, y "
                "lo que está dentro de la guarda no existe ahí: escríbela con def, al principio "
                "del script.",
                en="A new process looks up the function by its name. A lambda has no name, and "
                "what is inside the guard does not exist there: write it with def, at the top of "
                "the script.",
            ),
            "guard": Bilingual(
                es="El Pool se crea fuera de la guarda. Cada proceso nuevo ejecuta el script desde "
                'el principio, y crearía otro: ponlo dentro de if __name__ == "__main__":',
                en="The Pool is created outside the guard. Each new process runs the script from "
                'the beginning, and would create another: put it inside if __name__ == "__main__":',
            ),
            "other": Bilingual(
                es="Debía terminar e imprimir [1, 4, 9]. {ended} Al final: {last}",
                en="It should end and print [1, 4, 9]. {ended} At the end: {last}",
            ),
        },
    ),
    "7.3": Exercise(
        counter_without_race,
        Bilingual(
            es="todo lo que va de leer el saldo a escribirlo tiene que estar dentro de «with "
            "lock:».",
            en="everything from reading the balance to writing it has to be inside “with lock:”.",
        ),
        {
            "right": Bilingual(
                es="Cuatro hilos a la vez, y no se perdió ni una suma.",
                en="Four threads at a time, and not a single addition was lost.",
            ),
            "alone": Bilingual(
                es="Un solo hilo, con n=10 y saldo 0, debía dejar el saldo en {expected} y lo dejó "
                'en {found}. Suma 1, n veces, a account["balance"].',
                en="A single thread, with n=10 and a balance of 0, should leave it at {expected} "
                'and left it at {found}. Add 1, n times, to account["balance"].',
            ),
            "race": Bilingual(
                es="Cuatro hilos dejaron el saldo en {found}, no en {expected}: otro escribió "
                "entre la lectura y la escritura. Pon las dos dentro de un mismo «with lock:», con "
                "el lock que recibes.",
                en="Four threads left the balance at {found}, not at {expected}: another one wrote "
                "between reading and writing. Put both inside one “with lock:”, with the lock that "
                "you are given.",
            ),
            "stuck": Bilingual(
                es="La función no terminó: espera un lock que nadie suelta, o su ciclo no tiene "
                "fin. «with lock:» lo suelta siempre; no lo tomes dos veces.",
                en="The function did not end: it waits for a lock that nobody releases, or its "
                "loop has no end. “with lock:” always releases it; do not take it twice.",
            ),
        },
    ),
}
