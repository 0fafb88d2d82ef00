"""The benchmarks run; what they measure is reported, and judged by nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FOLDER = Path(__file__).parent
COMMANDS = [
    ("overhead.py", "--quick"),
    ("simulation.py",),
    ("advice.py", "--quick"),
    ("listing.py", "--quick"),
    ("soak.py", "--quick"),
    ("watching.py", "--quick"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_benchmark_runs(command):
    """It ends well, and reports something."""
    name, *options = command
    done = subprocess.run(
        [sys.executable, str(FOLDER / name), *options],
        capture_output=True,
        encoding="utf-8",
        timeout=850,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stderr
    assert done.stdout
