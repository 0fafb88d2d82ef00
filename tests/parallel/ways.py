"""Every way of running on this computer, with every start method."""

from __future__ import annotations

import multiprocessing

EVERYWHERE = ("sequential", "threads", "processes", "pool")
PROCESSES = ("processes", "pool")
START_METHODS = multiprocessing.get_all_start_methods()
NEW_PROCESS = [method for method in START_METHODS if method != "fork"]
CHEAPEST = "fork" if "fork" in START_METHODS else START_METHODS[0]
IN_PROCESS = [("sequential", None), ("threads", None)]
WITH_PROCESSES = [(how, method) for how in PROCESSES for method in START_METHODS]
ALL = [*IN_PROCESS, *WITH_PROCESSES]
CHEAP_PROCESSES = [(how, CHEAPEST) for how in PROCESSES]
CHEAP = [*IN_PROCESS, *CHEAP_PROCESSES]
