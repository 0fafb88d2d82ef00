"""What a notebook shows: the machine card, charts, predictions and exercises.

matplotlib, ipywidgets and IPython live in this room and nowhere else.
"""

from helpers.classroom.exercises import check, hint
from helpers.classroom.explorers import explore_amdahl, explore_pool
from helpers.classroom.predictions import predict
from helpers.classroom.programs import cluster_programs
from helpers.classroom.scripts import run_script
from helpers.classroom.start import start
from helpers.classroom.timeline import plot_timeline

__all__ = [
    "check",
    "cluster_programs",
    "explore_amdahl",
    "explore_pool",
    "hint",
    "plot_timeline",
    "predict",
    "run_script",
    "start",
]
