"""A task with a stopwatch in it: it logs each of its calls, in whatever process and thread.

Each thread has a log file of its own, mapped into memory, in the folder of its ``watch()``, which
reads them at its end. This module stands outside ``helpers.parallel``, as ``helpers.worker`` does:
a process that is spawned imports it with the first task that it gets.
"""

from __future__ import annotations

import itertools
import mmap
import os
import pickle
import threading
import time
from functools import partial
from multiprocessing import context, reduction
from time import perf_counter

TYPE_CHECKING = False  # as in typing, whose import would cost every worker some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

# A log file holds 8-byte floats: a header, then records. Times are seconds of ``perf_counter``, one
# clock for all processes of a machine.
HEADER, RECORD = 5, 4
N_RECORDS, IS_MAIN, STARTED, ARRIVED, RUNNING = range(HEADER)
START, STOP, N_CALLS, N_RAISED = range(RECORD)
ROOM = 8_000  # records in a file; a thread that needs more has several
FILE_BYTES = 8 * (HEADER + ROOM * RECORD)
UNKNOWN = -1.0
SHORT_S, GAP_S = 0.0005, 0.0001  # shorter calls in quick succession share one record

_numbers = itertools.count()  # of the threads of this process that keep a log
_forked_s = UNKNOWN  # when this process was forked, where that is known


class WatchedTask:
    """A task that logs who calls it, and when each call begins and ends.

    It takes the arguments of the task, and returns and raises what the task does. A call inside
    another one of the same watch is part of that one.
    """

    def __init__(self, task: Callable[..., Any], recorder: Recorder) -> None:
        self.task, self.recorder = task, recorder
        self.__name__ = getattr(task, "__name__", type(task).__name__)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the task, and log the call; raise its error, or that it could not be imported."""
        log = self.recorder.thread.log or self.recorder.new_log()
        if log.busy:
            return self.task(*args, **kwargs)
        log.busy = raised = True
        log.page[RUNNING] = begin_s = perf_counter()
        try:
            result = self.task(*args, **kwargs)
            raised = False
        finally:
            log.busy = False
            log.add(begin_s, perf_counter(), raised)
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        """Let any other pickler than multiprocessing's take the task in its own way."""
        return _arrive, (self.task, *self.recorder.spec)


def _for_multiprocessing(watched: WatchedTask) -> tuple[Any, ...]:
    """Send the task as bytes inside the wrapper, which is then what fails to unpickle it.

    Where multiprocessing itself cannot unpickle a task, its worker dies and the call waits forever.
    """
    starting: Any = context.get_spawning_popen()  # a process, if one is just being started
    pickled = watched.recorder.pickled(watched.task, starting and starting.method)
    return _arrive_as_bytes, (pickled, watched.__name__, *watched.recorder.spec)


reduction.ForkingPickler.register(WatchedTask, _for_multiprocessing)


class Recorder:
    """What a process needs to log the calls of one ``watch``.

    Attributes:
        spec: what another process needs to log them too: the folder of the logs (empty where there
            is none), the language of errors, the process of the watch, and a pickled error class,
            which is imported only where a task cannot be.
        thread: with ``log``, the log of the current thread, if it has one.
        is_open: whether calls are logged.
    """

    def __init__(self, *spec: Any) -> None:
        self.spec = spec
        self.folder, self.language, self.watcher, self.error = spec
        self.thread, self.is_open = _Thread(), bool(self.folder)

    def new_log(self) -> Log:
        """Begin the log of this thread."""
        self.thread.log = Log(self)
        return self.thread.log

    def close(self) -> None:
        """Log nothing more in this process, and let go of the files."""
        self.thread, self.is_open = _Thread(), False
        recorders.pop(self.folder, None)

    def pickled(self, task: Callable[..., Any], start_method: str | None) -> bytes:
        """Return the task for a process that runs already, or is being started by a method."""
        return pickle.dumps(task, pickle.HIGHEST_PROTOCOL)


class _Thread(threading.local):
    log: Log | None = None


class Log:
    """The log of one thread, in a file that is mapped into memory: it survives the process.

    Attributes:
        busy: a call is being timed, or none can be.
        page: the numbers of the file.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.busy = not recorder.is_open
        self.page: Any = None
        self._name = f"{recorder.folder}{os.sep}{os.getpid()}-{next(_numbers)}"
        self._place, self._n_files = 0, 0
        if not self.busy:
            self._new_file()

    def add(self, begin_s: float, end_s: float, raised: bool) -> None:
        """Add a call, or count it with the one before."""
        page, place = self.page, self._place
        last = place - RECORD
        if (
            end_s - begin_s < SHORT_S
            and last >= HEADER
            and begin_s - page[last + STOP] < GAP_S
            and page[last + STOP] - page[last + START] < SHORT_S * page[last + N_CALLS]
        ):
            page[last + STOP] = end_s
            page[last + N_CALLS] += 1
            if raised:
                page[last + N_RAISED] += 1
        else:
            page[place] = begin_s
            page[place + STOP] = end_s
            page[place + N_CALLS] = 1
            page[place + N_RAISED] = raised
            page[N_RECORDS] += 1
            self._place = place + RECORD
        page[RUNNING] = 0.0
        if self._place >= HEADER + ROOM * RECORD:
            self._new_file()

    def _new_file(self) -> None:
        """Write a file of zeros and map it: a disk that is full later cannot end the process."""
        try:
            with open(f"{self._name}-{self._n_files:06}", "x+b") as file:  # noqa: PTH123
                file.write(bytes(FILE_BYTES))
                file.flush()
                page: Any = memoryview(mmap.mmap(file.fileno(), FILE_BYTES)).cast("d")
        except OSError:  # what is there, shorter than a whole file, says that calls are missing
            self.busy = True
            return
        page[IS_MAIN] = threading.current_thread() is threading.main_thread()
        page[STARTED], page[ARRIVED] = _started_s(), perf_counter()
        self.page, self._place, self._n_files = page, HEADER, self._n_files + 1


def _started_s() -> float:
    """Return when this process was started, where that is known, in seconds of ``perf_counter``."""
    if _forked_s != UNKNOWN:
        return _forked_s
    try:
        with open("/proc/self/stat", "rb") as file:  # noqa: PTH123
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        since_boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        return perf_counter() - since_boot_s + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return UNKNOWN


# ---- what comes from another process

recorders: dict[str, Recorder] = {}  # of this process, by their folder


def _arrive(task: Any, *spec: Any) -> WatchedTask:
    return WatchedTask(task, _recorder_for(*spec))


def _arrive_as_bytes(pickled: bytes, name: str, *spec: Any) -> WatchedTask:
    """Take a task from bytes; what goes wrong is raised when it is called."""
    recorder = _recorder_for(*spec)
    # It has arrived, even if it gets no work. (Its parent unpickles what no worker took.)
    if recorder.thread.log is None and os.getpid() != recorder.watcher:
        recorder.new_log()
    try:
        task = pickle.loads(pickled)
    except Exception as error:
        task = partial(_not_loaded, recorder, name, f"{type(error).__name__}: {error}")
    return WatchedTask(task, recorder)


def _not_loaded(recorder: Recorder, name: str, why: str, *_args: Any, **_kwargs: Any) -> NoReturn:
    from helpers.language import speaking, text

    error: type[Exception] = pickle.loads(recorder.error)
    with speaking(recorder.language):
        raise error(
            text(
                es=f"El proceso no pudo importar {name} ({why}). Escríbela en un archivo .py e "
                "impórtala de ahí antes de crear el grupo de procesos.",
                en=f"The process could not import {name} ({why}). Write it in a .py file and "
                "import it from there before you make the pool.",
            )
        )


def _recorder_for(folder: str, *rest: Any) -> Recorder:
    if folder not in recorders:
        for old in [old for old in recorders if not os.path.isdir(old)]:  # noqa: PTH112
            del recorders[old]
        recorders[folder] = Recorder(folder, *rest)
    return recorders[folder]


def _after_fork() -> None:
    """Let a process that was just forked begin logs of its own."""
    global _forked_s
    _forked_s = perf_counter()
    for recorder in recorders.values():
        recorder.thread = _Thread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
