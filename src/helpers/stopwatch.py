"""A task with a stopwatch in it: what it notes, in whatever process and thread calls it.

It stands outside ``helpers.parallel``, as ``helpers.worker`` does: a process that is spawned
imports it with the first task that it gets.
"""

from __future__ import annotations

import mmap
import os
import pickle
import threading
from multiprocessing import context, reduction, util
from time import perf_counter

TYPE_CHECKING = False  # as in typing, whose import would cost every worker some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

# A file of notes holds 8-byte floats: a head, then records, in seconds of ``perf_counter``, one
# clock for all processes of a machine.
HEAD, RECORD = 8, 5
N_RECORDS, IS_MAIN, STARTED, ARRIVED, ENDED, AT_WORK, ITS_TASK, PART = range(HEAD)
START, STOP, N_CALLS, N_RAISED, TASK = range(RECORD)
ROOM = (256 * 1024 // 8 - HEAD) // RECORD  # records in a file; a thread that needs more has several
FILE_BYTES = 8 * (HEAD + ROOM * RECORD)
UNKNOWN = -1.0
# Calls that take less than this, one at once after the other, are one record.
SHORT_S, GAP_S = 0.0005, 0.0001
MISSED = "missed"  # the file in which those who cannot note leave a mark

_forked_s = UNKNOWN  # when this process was forked, where that is known


class WatchedTask:
    """A task that notes who calls it, and when each call begins and ends.

    It takes the arguments of the task, and returns and raises what the task does. A call inside of
    another one of the same watch is part of that one.
    """

    def __init__(
        self,
        task: Callable[..., Any] | None,
        notes: Notes,
        number: int,
        problem: tuple[str, str] | None = None,
    ) -> None:
        self._task, self._notes, self._number, self._problem = task, notes, number, problem
        self.__name__ = getattr(task, "__name__", type(task).__name__)
        self.__doc__ = getattr(task, "__doc__", None)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call the task, with a note before and after.

        Raises:
            TaskNotImportableError: this process could not import the task.
            BaseException: what the task raises.
        """
        task = self._task
        if task is None:
            self._explain()
        notebook = self._notes.here.notebook
        if notebook is None:
            notebook = self._notes.here.notebook = self._notes.new_notebook()
        if notebook.busy:
            return task(*args, **kwargs)
        notebook.busy = True
        page = notebook.page
        page[ITS_TASK] = self._number
        page[AT_WORK] = begin_s = perf_counter()
        raised = True
        try:
            result = task(*args, **kwargs)
            raised = False
        finally:
            end_s = perf_counter()
            notebook.note(begin_s, end_s, raised, self._number)
            notebook.busy = False
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        """Let any other pickler than multiprocessing's take the task in its own way."""
        return _arrive, (self._task, self._number, *self._notes.spec)

    def _explain(self) -> NoReturn:
        from helpers.language import speaking, text

        name, what = self._problem or ("", "")
        error: type[Exception] = pickle.loads(self._notes.error)
        with speaking(self._notes.language):
            raise error(
                text(
                    es=f"Los procesos no pudieron importar la tarea {name}: {what}. Revisa que su "
                    "módulo sea un archivo .py que se pueda importar desde un Python recién "
                    "abierto.",
                    en=f"The processes could not import the task {name}: {what}. Make sure that "
                    "its module is a .py file that a freshly opened Python can import.",
                )
            )


def _sent_to_a_process(watched: WatchedTask) -> tuple[Any, ...]:
    """Send the task as bytes inside of the wrapper, so that it is that one that fails to read it.

    Where multiprocessing itself cannot read a task, its worker dies and nobody is told.
    """
    popen: Any = context.get_spawning_popen()
    pickled = watched._notes.pickled(watched._task, popen and popen.method)
    name, number = watched.__name__, watched._number
    return _arrive_as_bytes, (pickled, name, number, *watched._notes.spec)


reduction.ForkingPickler.register(WatchedTask, _sent_to_a_process)


class Notes:
    """Where the calls of one ``watch`` are noted: a folder, with a file for each thread.

    Attributes:
        folder: it. Where it is missing or cannot be written, nothing is noted.
        language: that of the errors.
        watcher: the number of the process of the watch.
        error: what is raised where a task cannot be read: a class, pickled, so that it is imported
            only where it is needed.
        pickled: pickles a task for another process; it is told by which method that process is just
            being started, or ``None`` where it runs already.
    """

    def __init__(self, folder: str, language: str, watcher: int, error: bytes) -> None:
        self.folder, self.language, self.watcher, self.error = folder, language, watcher, error
        self.here: Any = _Here()
        self.pickled: Callable[[Any, str | None], bytes] = _pickled

    @property
    def spec(self) -> tuple[str, str, int, bytes]:
        """What another process needs to note in the same folder."""
        return self.folder, self.language, self.watcher, self.error

    def new_notebook(self) -> Notebook:
        """Begin the notebook of this thread."""
        return Notebook(self)

    def close(self) -> None:
        """Note nothing more in this process."""
        closed = Notebook.__new__(Notebook)
        closed.busy = True
        self.here = _Closed(closed)


class _Here(threading.local):
    notebook: Notebook | None = None


class _Closed:
    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook


class Notebook:
    """What one thread notes, in a file that is mapped into memory: it survives the process.

    Attributes:
        busy: a call is being noted, or none can be.
        page: the numbers of the file that is written to.
    """

    def __init__(self, notes: Notes) -> None:
        self.busy, self._notes, self._n_files = False, notes, 0
        self.page: Any = None
        self._place = 0
        self._new_file()
        if self.page is not None and os.getpid() != notes.watcher:
            util.Finalize(None, self._end, exitpriority=0)

    def note(self, begin_s: float, end_s: float, raised: bool, number: int) -> None:
        """Note a call, or count it with the one before."""
        page, place = self.page, self._place
        last = place - RECORD
        if (
            end_s - begin_s < SHORT_S
            and last >= HEAD
            and begin_s - page[last + STOP] < GAP_S
            and page[last + TASK] == number
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
            page[place + TASK] = number
            page[N_RECORDS] += 1
            self._place = place + RECORD
        page[AT_WORK] = 0.0
        if self._place >= HEAD + ROOM * RECORD:
            self._new_file()

    def _end(self) -> None:
        """Note that the process comes to its end by itself."""
        self.page[ENDED] = perf_counter()

    def _new_file(self) -> None:
        name = f"{os.getpid()}-{threading.get_ident()}-{self._n_files}"
        try:
            page = _mapped(f"{self._notes.folder}{os.sep}{name}")
        except OSError:
            self.busy = True  # none of its calls is noted
            _mark_as_missed(self._notes.folder)
            return
        page[PART], page[ENDED] = self._n_files, UNKNOWN
        page[IS_MAIN] = threading.current_thread() is threading.main_thread()
        page[STARTED] = _started_s()
        page[ARRIVED] = perf_counter()
        self.page, self._place = page, HEAD
        self._n_files += 1


def _mapped(path: str) -> Any:
    """Make a file of zeros and map it: as it is all there, a full disk cannot end the process."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0))
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file, 0, FILE_BYTES)
        else:
            os.write(file, bytes(FILE_BYTES))
        return memoryview(mmap.mmap(file, FILE_BYTES)).cast("d")
    finally:
        os.close(file)


def _mark_as_missed(folder: str) -> None:
    try:  # the file is there already, as a full disk would not let us make one
        with open(f"{folder}{os.sep}{MISSED}", "r+b") as file:  # noqa: PTH123 (pathlib is slow)
            file.write(b"1")
    except OSError:
        pass  # another machine, or after the end of the watch


def _started_s() -> float:
    """Return when this process was started, where that is known, in seconds of ``perf_counter``."""
    if _forked_s != UNKNOWN:
        return _forked_s
    try:
        with open("/proc/self/stat", "rb") as file:  # noqa: PTH123
            ticks = int(file.read().rpartition(b")")[2].split()[19])
        import time

        since_boot_s = time.clock_gettime(time.CLOCK_BOOTTIME)
        return perf_counter() - since_boot_s + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError):
        return UNKNOWN


_known: dict[str, Notes] = {}  # what other processes have asked this one to note


def _arrive(task: Any, number: int, *spec: Any) -> WatchedTask:
    """Take a task that comes from the process of the watch."""
    return WatchedTask(task, _notes_of(*spec), number)


def _arrive_as_bytes(pickled: bytes, name: str, number: int, *spec: Any) -> WatchedTask:
    """Take a task from bytes; what goes wrong is kept for its call."""
    notes = _notes_of(*spec)
    # It has arrived, even if it never gets to work. A pool that ends reads what nobody took.
    if notes.here.notebook is None and os.getpid() != notes.watcher:
        notes.here.notebook = notes.new_notebook()
    try:
        return WatchedTask(pickle.loads(pickled), notes, number)
    except Exception as error:
        return WatchedTask(None, notes, number, (name, f"{type(error).__name__}: {error}"))


def _notes_of(folder: str, *further: Any) -> Notes:
    if folder not in _known:
        for old in [old for old in _known if not os.path.isdir(old)]:  # noqa: PTH112
            del _known[old]
        _known[folder] = Notes(folder, *further)
    return _known[folder]


def make_known(notes: Notes) -> None:
    """Let what comes back to the process of the watch be noted as its own."""
    _known[notes.folder] = notes


def forget(notes: Notes) -> None:
    """Let go of the notes of a watch that has ended."""
    _known.pop(notes.folder, None)


def _pickled(task: Any, start_method: str | None) -> bytes:
    return pickle.dumps(task, pickle.HIGHEST_PROTOCOL)


def _after_fork() -> None:
    """Let a process that is forked begin notebooks of its own."""
    global _forked_s
    _forked_s = perf_counter()
    for notes in _known.values():
        if not isinstance(notes.here, _Closed):
            notes.here = _Here()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
