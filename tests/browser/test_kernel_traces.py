"""The look for what a kernel leaves behind sees it: so the tests of the lessons can fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from kernel_traces import GONE_LIMIT_S, left_over, processes_with, still_there


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc to look into")
def test_a_process_that_is_left_would_be_seen(tmp_path):
    """The look for processes of a kernel finds one while it runs, and none once it has ended."""
    program = [sys.executable, "-c", "print(flush=True); input()"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(program, env=environment, **pipes) as process:
        process.stdout.readline()
        assert len(processes_with(str(tmp_path))) == 1
        process.communicate(b"\n", timeout=GONE_LIMIT_S)
    assert still_there(str(tmp_path)) == []


def test_a_file_that_is_left_would_be_seen(tmp_path):
    """The look for temporary files passes over the forkserver's socket, and over nothing else."""
    (tmp_path / "pymp-abc").mkdir()
    (tmp_path / "pymp-abc" / "listener-def").touch()
    assert left_over(tmp_path) == []
    (tmp_path / "pymp-abc" / "more").touch()
    (tmp_path / "tmp123").mkdir()
    assert sorted(left_over(tmp_path)) == ["pymp-abc/more", "tmp123"]
