"""Silence for what Dask logs: what a learner has to know comes as a result or an error."""

from __future__ import annotations

import logging
from collections.abc import Callable

# Dask gives handlers of their own to the first five; asyncio tells of what a cut line left undone.
LOGGERS = (
    "distributed",
    "distributed.client",
    "bokeh",
    "tornado",
    "tornado.application",
    "asyncio",
)


class _Nothing(logging.Filter):
    """Lets no record pass."""

    def filter(self, _record: logging.LogRecord) -> bool:
        return False


def quiet() -> Callable[[], None]:
    """Have Dask's loggers write nothing from now on; return what ends this.

    Each call has a filter of its own, so that two that overlap do not disturb each other, as they
    would if they changed levels and set them back.
    """
    nothing = _Nothing()
    loggers = [logging.getLogger(name) for name in LOGGERS]
    silenced = [part for logger in loggers for part in (logger, *logger.handlers)]
    for part in silenced:
        part.addFilter(nothing)

    def end() -> None:
        for part in silenced:
            part.removeFilter(nothing)

    return end
