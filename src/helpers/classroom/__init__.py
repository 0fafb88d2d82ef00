"""What a notebook shows: the machine card, charts, predictions and exercises.

matplotlib, ipywidgets and IPython live in this room and nowhere else.
"""

from helpers.classroom.charts import plot_breakdown, plot_times
from helpers.classroom.exercises import check, hint
from helpers.classroom.growth import crossing_point, plot_growth
from helpers.classroom.predictions import predict
from helpers.classroom.start import report, start
from helpers.classroom.style import duration
from helpers.classroom.timeline import plot_timeline

__all__ = [
    "check",
    "crossing_point",
    "duration",
    "hint",
    "plot_breakdown",
    "plot_growth",
    "plot_timeline",
    "plot_times",
    "predict",
    "report",
    "start",
]
