"""Explorers: sliders over a chart of speedups that follows them, by Amdahl's law or simulated.

Where no widget runs (the site, the slides), the chart at the beginning stands in their place.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.classroom.cards import with_widget
from helpers.classroom.own_figure import folded, table_summary, unfolded
from helpers.classroom.style import (
    BLUE,
    GREY,
    STYLE,
    VERMILLION,
    alternative_text,
    describe,
    picture_html,
    tables_of,
)
from helpers.language import text
from helpers.parallel import InputError, simulate
from helpers.parallel.model.simulation import amdahl
from helpers.parallel.units import duration, significant

_DPI = 130  # sharp enough, and drawn soon enough to follow a slider
_WORKERS = tuple(2**k for k in range(11))

# JupyterLab handles the sliders in a thread of the kernel's own, and at times in the main one.
_one_at_a_time = threading.RLock()


def explore_amdahl() -> None:
    """Show an explorer: a serial fraction, a number of workers, and the speedup they give."""
    fractions = (0.0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
    controls = {
        "fraction": _slider(
            text(es="fracción secuencial", en="serial fraction"), fractions, 0.2, "{:g}".format
        ),
        "n_workers": _slider(text(es="procesos", en="workers"), _WORKERS, 64, "{:,}".format),
    }
    _explore(controls, draw_amdahl)


def explore_pool(start_s: float, message_s: float) -> None:
    """Show an explorer: the speedup of a pool, for items of any cost, by its number of workers.

    Args:
        start_s: until the workers are ready, in seconds.
        message_s: for how long a chunk keeps the parent busy, in seconds.

    Raises:
        InputError: one of them is no number of 0 or more, or both are 0.
    """
    simulate([], 1, start_s=start_s, message_s=message_s)  # which refuses what is no time
    if start_s == message_s == 0:
        raise InputError(
            text(
                es="Con start_s=0 y message_s=0 repartir no costaría nada. Pasa los costos que "
                "mediste, por ejemplo explore_pool(0.05, 0.0001).",
                en="With start_s=0 and message_s=0 a pool would cost nothing. Pass the costs "
                "that you measured, such as explore_pool(0.05, 0.0001).",
            )
        )
    costs_s = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)
    item = text(es="un elemento tarda", en="an item takes")
    items = text(es="elementos", en="items")
    controls = {
        "item_s": _slider(item, costs_s, 1e-2, duration),
        "n_items": _slider(items, (100, 1_000, 10_000), 10_000, "{:,}".format),
        "chunksize": _slider("chunksize", (1, 10, 100, 1_000), 1, "{:,}".format),
    }
    _explore(controls, partial(draw_pool, start_s=start_s, message_s=message_s))


def draw_amdahl(ax: Axes, fraction: float, n_workers: int) -> str:
    """Draw Amdahl's curve with the chosen workers marked, and say what is to be seen."""
    ax.set_title(text(es="La ley de Amdahl", en="Amdahl's law"))
    curve = [amdahl(fraction, n) for n in _WORKERS]
    ax.plot(_WORKERS, curve, color=BLUE, linewidth=2.4, label="Amdahl")
    speedup = amdahl(fraction, n_workers)
    name = text(es="tu elección", en="your choice")
    ax.plot(n_workers, speedup, "o", ms=11, mfc="white", mec=BLUE, mew=2.5, label=name)
    reached, share = significant(speedup), significant(100 * speedup / n_workers, 2)
    if fraction == 0:
        return text(
            es=f"Si todo se reparte, {n_workers:,} procesos dan una aceleración de {reached}.",
            en=f"If everything can be shared, {n_workers:,} workers give a speedup of {reached}.",
        )
    name = text(es="límite, 1 / s", en="limit, 1 / s")
    ax.plot((1, _WORKERS[-1]), (1 / fraction,) * 2, ":", color=VERMILLION, label=name)
    limit = significant(1 / fraction)
    return text(
        es=f"Con una fracción secuencial de {fraction:g} y {n_workers:,} procesos, la aceleración "
        f"es de {reached}: se aprovecha el {share} % de cada uno. Por más procesos que haya, el "
        f"límite es {limit}.",
        en=f"With a serial fraction of {fraction:g} and {n_workers:,} workers the speedup is "
        f"{reached}: {share}% of each is put to use. However many workers there are, the limit "
        f"is {limit}.",
    )


def draw_pool(
    ax: Axes, item_s: float, n_items: int, chunksize: int, start_s: float, message_s: float
) -> str:
    """Draw the simulated speedups of pools beside the loop's, and say what is to be seen."""
    ax.set_title(text(es="Un grupo simulado", en="A simulated pool"))
    loop_s = n_items * item_s
    runs = [
        simulate([item_s] * n_items, n, chunksize, start_s=start_s, message_s=message_s)
        for n in _WORKERS
    ]
    curve = [loop_s / run.elapsed_s for run in runs]
    ax.plot(_WORKERS, curve, "o-", color=BLUE, linewidth=2.4, label=text(es="grupo", en="pool"))
    name = text(es="el ciclo", en="the loop")
    ax.plot((1, _WORKERS[-1]), (1, 1), ":", color=VERMILLION, label=name)
    loop, most, n_chunks = duration(loop_s), significant(max(curve)), -(-n_items // chunksize)
    if max(curve) < 1:
        return text(
            es=f"El ciclo tarda {loop} y gana siempre: el mejor grupo llega a {most}.",
            en=f"The loop takes {loop} and always wins: the best pool reaches a speedup of {most}.",
        )
    # The fewest workers that come within 2% of it: more of them bring nothing.
    n_best = next(n for n, it in zip(_WORKERS, curve, strict=True) if it > 0.98 * max(curve))
    return text(
        es=f"El ciclo tarda {loop}; los bloques son {n_chunks:,}. La mejor aceleración es de "
        f"{most}, con {n_best:,} procesos.",
        en=f"The loop takes {loop}; there are {n_chunks:,} chunks. The best speedup is {most}, "
        f"with {n_best:,} workers.",
    )


def drawn(draw: Callable[..., str], **values: Any) -> Figure:
    """Return a chart of speedups by workers for these values; ``draw`` adds its curves.

    pyplot does not know it: a slider may be moved while a cell runs, and what pyplot knows is shown
    below that cell.
    """
    with plt.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 4.4), layout="constrained")
        ax = figure.subplots()
    ax.plot(_WORKERS, _WORKERS, "--", color=GREY, label="ideal")
    description = draw(ax, **values)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xticks(_WORKERS)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.4g}")
    ax.set_xlabel(text(es="procesos", en="workers"))
    ax.set_ylabel(text(es="aceleración", en="speedup"))
    ax.legend(loc="upper left")
    describe(figure, description)
    return figure


def _explore(controls: dict[str, Any], draw: Callable[..., str]) -> None:
    """Show the sliders over a chart that is drawn anew whenever one of them changes.

    A slider sends no value while its last one is being drawn, and then the newest alone: that is
    how ipywidgets works in the browser.
    """
    import ipywidgets

    described, picture, data = (ipywidgets.HTML() for _ in range(3))
    # The table stays open while the chart changes, which what is folded in a page would not.
    with_data = ipywidgets.Checkbox(description=table_summary(), value=False, indent=False)

    def redraw(_change: object = None) -> Figure:
        with _one_at_a_time:
            values = {name: control.value for name, control in controls.items()}
            figure = drawn(draw, **values)
            described.value = f'<p role="status">{html.escape(alternative_text(figure))}</p>'
            picture.value = picture_html(figure, _DPI)
            shown = unfolded(tables_of(figure)) if with_data.value else ""
            data.value = f'<div class="jp-RenderedHTMLCommon">{shown}</div>'
            return figure

    figure = redraw()
    for control in (*controls.values(), with_data):
        control.observe(redraw, names="value")
    box = ipywidgets.VBox([*controls.values(), described, picture, with_data, data])
    static = described.value + picture.value + folded(tables_of(figure))
    display(with_widget(box, page=static, plain=alternative_text(figure)), raw=True)


def _slider(name: str, choices: Iterable[Any], value: Any, written: Callable[[Any], str]) -> Any:
    """Return a slider that moves between ``choices``, by mouse and by the arrow keys."""
    import ipywidgets

    return ipywidgets.SelectionSlider(
        options=[(written(choice), choice) for choice in choices],
        value=value,
        description=name,
        tooltip=text(
            es=f"{name}: con el mouse o con las flechas del teclado",
            en=f"{name}: with the mouse or the arrow keys",
        ),
        layout=ipywidgets.Layout(width="47em", max_width="100%"),
        style={"description_width": "17em"},
    )
