"""Tasks of kinds that the cost models were not made from, in a module that workers can import."""

from __future__ import annotations

import re
from pathlib import Path
from time import sleep

from helpers.tasks import sum_of_squares


def total(data: bytes) -> int:
    """Look at every byte, which takes little beside sending them."""
    return sum(data[::64])


def count_words(path: str) -> int:
    """Count the words of a Markdown file, its marks left out."""
    text = Path(path).read_text(encoding="utf-8")
    return len(re.findall(r"\w+", re.sub(r"[#*_`>\[\]()]", " ", text)))


def product(seed: int) -> float:
    """Multiply two random matrices."""
    import numpy as np

    values = np.random.default_rng(seed).random((200, 200))
    return float((values @ values).sum())


def sorting(seed: int) -> float:
    """Sort random numbers."""
    import numpy as np

    return float(np.sort(np.random.default_rng(seed).random(200_000))[1_000])


def wait_and_compute(n: int) -> int:
    """Wait some milliseconds, then compute for about as long."""
    sleep(0.003)
    return sum_of_squares(20 * n)
