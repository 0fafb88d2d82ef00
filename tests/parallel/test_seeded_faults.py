"""Faults that are put into a copy of the package on purpose: a named test sees each of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = ["-c", str(ROOT / "pyproject.toml"), "-o", "addopts=", "-p", "no:cacheprovider"]
OPTIONS += ["-p", "no:logging", "-n0", "-x", "-q", "--timeout=60"]
LIMIT_S = 250
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(LIMIT_S + 50),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the faults are the same"),
]


class Fault(NamedTuple):
    """What is replaced in a file of the package, and what the test says that must fail then."""

    file: str
    old: str
    new: str
    test: str
    says: str = "assert"

    @property
    def path(self) -> str:
        """Where the test is, below ``tests``: in the room of the file."""
        return f"{'tasks' if self.file.startswith('tasks') else 'parallel'}/{self.test}"


# fmt: off
FAULTS = {
    # ---- results
    "a chunk is lost": Fault("parallel/plans.py",
        "self.items[self.first(index) :", "self.items[max(1, self.first(index)) :",
        "test_run.py::test_every_way_gives_the_oracle", "reached with"),
    "results stand in the order of arrival": Fault("parallel/running.py",
        "[outcomes[index] for index in range(plan.n_chunks)]", "list(outcomes.values())",
        "test_run.py::test_slow_first_item_keeps_its_place", "== [0.3, 0.01"),
    "the last chunk is never sent": Fault("parallel/plans.py",
        "math.ceil(len(self.items) / self.chunksize)", "max(1, len(self.items) // self.chunksize)",
        "test_run.py::test_every_way_gives_the_oracle", "more items"),
    # ---- arguments
    "the start method is ignored": Fault("parallel/processes.py",
        "multiprocessing.get_context(start_method)", 'multiprocessing.get_context("spawn")',
        "test_run.py::test_workers_start_as_asked"),
    "n_workers is ignored": Fault("parallel/plans.py",
        'whole_number("n_workers", n_workers, most)', "usable_cpus() + 1",
        "test_run.py::test_default_chunksize_is_that_of_pool_map"),
    "an executor starts a worker too many": Fault("parallel/pools.py",
        "job.n_workers,\n            mp_context", "job.n_workers + 1,\n            mp_context",
        "test_faults.py::test_workers_are_forked_before_any_thread_starts"),
    "affinity is ignored": Fault("parallel/machine.py",
        "bound = _bound_cpus()", "bound = os.cpu_count() or 1",
        "test_machine.py::test_bound_to_one_cpu", "== ['1', "),
    "workers speak another language": Fault("worker.py",
        "    set_language(language)", "", "test_run.py::test_workers_start_as_asked"),
    # ---- limits and interrupts
    "a time limit is ignored": Fault("parallel/plans.py",
        "called_s + limit_s", "called_s + 1e9",
        "test_run_errors.py::test_time_limit_within_a_chunk", "NOT RAISE"),
    "a time limit is ignored in a plain loop": Fault("parallel/ways.py",
        "perf_counter() > (self._deadline_s or 0)", "False",
        "test_run_errors.py::test_time_limit_within_a_chunk", "NOT RAISE"),
    "threads go on after the limit": Fault("parallel/ways.py",
        "self._stop.set()", "pass",
        "test_run_errors.py::test_time_limit_within_a_chunk", "600 < 600"),
    "an interrupt is swallowed": Fault("parallel/processes.py",
        "before(came.pop(), None)", "pass", "test_run_errors.py::test_interrupting",
        "NOT RAISE"),
    "workers hear interrupts": Fault("worker.py",
        "signal.signal(signal.SIGINT, signal.SIG_IGN)", "pass",
        "test_faults.py::test_an_interrupted_program_ends_its_workers"),
    # ---- errors
    "what a task raises is swallowed": Fault("worker.py",
        'return [], Failure("task", error, len(results))', "return [None] * len(items), None",
        "test_run_errors.py::test_the_tasks_own_exception",
        "NOT RAISE"),
    "an item that cannot be pickled is not named": Fault("parallel/running.py",
        "if in_chunk is None:", "if True:", "test_run_errors.py::test_an_unpicklable_item_is_named",
        "cannot pickle"),
    "a lost worker of a pool is not noticed": Fault("parallel/pools.py",
        "if process.exitcode is not None", "if False",
        "test_faults.py::test_from_a_script[pool-fork]", "Timeout"),
    # ---- leftovers
    "workers are not killed": Fault("parallel/processes.py",
        "for process in watched.processes if process.pid is not None]", "for process in ()]",
        "test_run_errors.py::test_time_limit_of_processes", "left behind"),
    "an interrupt leaves the workers": Fault("parallel/running.py",
        "except BaseException:  # an interrupt too", "except Exception:  #",
        "test_run_errors.py::test_interrupting", "left behind"),
    "a killed parent leaves its workers": Fault("worker.py",
        "os._exit(1)", "pass", "test_faults.py::test_a_killed_parent_takes_its_workers_along"),
    "a cluster is left open": Fault("parallel/clusters.py",
        "stack.callback(within_limit, cluster.close, CLOSE_S)", "pass",
        "test_dask.py::test_a_cluster_for_one_call", "left behind"),
    "a cluster's folder is left": Fault("parallel/clusters.py",
        "stack.enter_context(folder)", "folder.name if not folder._finalizer.detach() else ''",
        "test_dask.py::test_a_time_limit", "temporary folders"),
    "a chunk's outcome never arrives": Fault("parallel/dask_way.py",
        "        on_done(outcome)", "        pass",
        "test_dask.py::test_a_cluster_for_one_call", "Timeout"),
    "another clock is taken for this one": Fault("remote.py",
        "shift_s = wall_s + get_worker", "shift_s = 0 * get_worker",
        "test_dask.py::test_a_machine_with_another_clock"),
    "a cluster listens to everybody": Fault("parallel/clusters.py",
        "host=LOOPBACK,", 'host="0.0.0.0",',
        "test_dask_clusters.py::test_a_local_cluster_listens_on_loopback_alone"),
    # ---- tasks
    "README.MD is no Markdown file": Fault("tasks/markdown.py",
        'entry.name.lower()', "entry.name", "test_markdown.py::test_any_name", "README.MD"),
    "hidden Markdown files are left out": Fault("tasks/markdown.py",
        "if _is_file(entry)]", 'if _is_file(entry) and entry.name[0] != "."]',
        "test_markdown.py::test_any_name", ".md"),
    "a folder that cannot be read is not told": Fault("tasks/markdown.py",
        "unreadable.append(error)", "pass",
        "test_markdown.py::test_recursive_with_a_list_for_the_unreadable"),
    "the limit of the primes is looked at": Fault("tasks/numbers.py",
        "for number in range(2, limit) if", "for number in range(2, limit + 1) if",
        "test_numbers.py::test_count_primes_known"),
    "a next line parts words": Fault("tasks/words.py",
        '.replace(_NEXT_LINE, "x")', "", "test_words.py::test_what_is_a_word", "assert 2 == 1"),
    "a corpus has other words than are told": Fault("tasks/corpus.py",
        "divmod(n_words - _TITLE_WORDS,", "divmod(n_words - 2,",
        "test_corpus.py::test_the_known_words"),
}
# fmt: on

# It ends at once: what a fault has left, a thread or a process, would be waited for.
PROGRAM = """
import os, sys

if __name__ == "__main__":
    import helpers, pytest

    assert [*helpers.__path__] == [os.path.join(os.path.dirname(__file__), "helpers")]
    code = 1
    try:
        code = pytest.main(sys.argv[1:])
    finally:  # whatever pytest raises at its end, do not wait for workers left behind
        sys.stdout.flush()
        os._exit(code)
"""


def outcome_of(fault: Fault | None, *tests: str) -> tuple[int, str]:
    """Return the exit code of the tests with a copy that has the fault, and what they printed."""
    named = [f"{ROOT}/tests/{test}" for test in tests]
    # The folder's name is short, as the addresses of sockets in it have to be.
    with TemporaryDirectory(prefix="s", ignore_cleanup_errors=True) as folder:
        shutil.copytree(ROOT / "src/helpers", f"{folder}/helpers")
        if fault:
            file = Path(folder, "helpers", fault.file)
            text = file.read_text(encoding="utf-8")
            assert text.count(fault.old) == 1, f"{fault.file} has changed: fix the table"
            file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
        program, printed = Path(folder, "program.py"), Path(folder, "printed")
        program.write_text(PROGRAM, encoding="utf-8")
        with printed.open("w") as output, subprocess.Popen(
            [sys.executable, str(program), *OPTIONS, *named], stdout=output, stderr=output,
            cwd=ROOT, env={**os.environ, "PYTHONPATH": folder, "TMPDIR": folder},
            start_new_session=True,
        ) as process:  # fmt: skip
            try:
                process.wait(LIMIT_S)
            finally:
                with suppress(ProcessLookupError):  # all of them have ended
                    os.killpg(process.pid, signal.SIGKILL)
        return process.returncode, printed.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "file", sorted({fault.path.partition("::")[0] for fault in FAULTS.values()})
)
def test_without_a_fault(file):
    """The named tests of a file pass with a copy that nobody has changed."""
    tests = {fault.path for fault in FAULTS.values() if fault.path.startswith(file)}
    written = (ROOT / "tests" / file).read_text(encoding="utf-8")
    # As they stand in the file: a cluster that a fixture keeps opens connections of its own.
    names = {test: test.partition("::")[2].partition("[")[0] for test in tests}
    in_order = sorted(tests, key=lambda test: written.index(f"def {names[test]}("))
    code, printed = outcome_of(None, *in_order)
    assert code == 0, printed


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_seen(name):
    """The named test fails where the fault is, and for that reason."""
    code, printed = outcome_of(FAULTS[name], FAULTS[name].path)
    errors = [line for line in printed.splitlines() if line.startswith(("E ", "+++"))]
    assert code == 1, printed
    assert FAULTS[name].says in "\n".join(errors), printed
