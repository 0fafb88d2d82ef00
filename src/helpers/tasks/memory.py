"""Memory-bound tasks: they move data and compute nothing, so the memory sets their pace."""

from __future__ import annotations

from helpers.language import message

N_COPIES = 20  # so many that making the two areas hardly counts beside copying them


def copy_memory(n_bytes: int) -> int:
    """Copy an area of memory twenty times, and return how many bytes were copied in all.

    An area larger than the processor's caches has to come from the main memory each time, and all
    workers share the way there.

    Args:
        n_bytes: how large the area is; twice as much memory is used. 0 or more.

    Raises:
        ValueError: where ``n_bytes`` is negative or no whole number.
    """
    if not isinstance(n_bytes, int) or n_bytes < 0:
        raise ValueError(message("memory.bad_size", received=repr(n_bytes)))
    source = bytearray(b"\x01") * n_bytes  # of zeros the system would keep one page for all
    target = bytearray(n_bytes)
    for _ in range(N_COPIES):
        target[:] = source
    return N_COPIES * len(target)
