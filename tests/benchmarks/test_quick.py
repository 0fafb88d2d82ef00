"""The benchmarks run; what they measure is reported, and judged by nobody."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", ["overhead.py", "advice.py", "soak.py"])
def test_a_benchmark_runs(name):
    """It ends well, and reports something."""
    command = [sys.executable, str(Path(__file__).parent / name), "--quick"]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=850, check=False)
    print(ran.stdout)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout
