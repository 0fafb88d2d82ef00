"""Charts of what data costs, in time and in memory: what they hold, and whether they are true."""

from __future__ import annotations

import pytest
from made import badly_placed, title
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from helpers.classroom import duration, plot_memory, plot_transfer
from helpers.classroom.data_chart import data_name, data_size, plot_ways
from helpers.classroom.style import alternative_text, times_as_fast
from helpers.language import message
from helpers.parallel import CostModel, InputError

SIZES = [10**k for k in range(3, 9)]
SENT = dict(zip(SIZES, [6e-5, 7e-5, 1.4e-4, 2.6e-3, 0.066, 0.75], strict=True))
IN_MEMORY = dict(zip(SIZES, [2.5e-7, 3.2e-7, 2.1e-6, 2.3e-5, 6.5e-4, 0.05], strict=True))
MODEL = CostModel(message_s=7e-5, worker_message_s=6e-5, byte_s=6e-10)
FOUR = [32_000, 320_000, 3_200_000, 32_000_000]
SHARED = dict(zip(FOUR, [6e-4, 9e-4, 6e-3, 0.054], strict=True))
COPIED = dict(zip(FOUR, [3e-4, 1e-3, 9e-3, 0.1], strict=True))
LOOP = dict(zip(FOUR, [6e-5, 6e-4, 6e-3, 0.06], strict=True))
TRANSFERS = {
    "there and back": ({"sent": SENT, "in_memory": IN_MEMORY}, MODEL),
    "shared": ({"shared": SHARED, "copied": COPIED, "sequential": LOOP}, None),
    "shared always wins": ({"shared": LOOP, "copied": COPIED}, None),
    "all the same": ({"shared": LOOP, "copied": LOOP, "sequential": LOOP}, None),
    "one": ({"sent": SENT}, None),
    "one point": ({"sent": {1: 1e-4}}, MODEL),
    "a free model": ({"sent": SENT}, CostModel()),
    "nothing in common": ({"sent": {10: 1e-4}, "mine": {10_000: 2e-4}}, None),
    "close together": ({"a": {20_000: 0.0021, 30_000: 0.0024}, "b": {30_000: 0.003}}, None),
    "huge": ({"sent": {10**3: 1e-4, 10**12: 3600.0}}, MODEL),
}
MEMORIES = {
    "as in the lesson": {"empty": 5_900_000, "copied": 78_000_000, "shared": 6_300_000},
    "shared is less": {"empty": 31_000_000, "copied": 63_000_000, "shared": 30_000_000},
    "large": {"empty": 31_000_000, "mine": 12_345_678_901},
    "many": {"empty": 10**7, **{f"worker number {k}": 10**7 * k for k in range(2, 8)}},
}


@pytest.mark.parametrize("name", TRANSFERS)
def test_transfer_is_readable(wordy, name):
    """No text leaves the figure or covers another, in either language."""
    series, model = TRANSFERS[name]
    assert badly_placed(plot_transfer(series, model=model)) == []


def test_points_are_the_timings():
    """Each line goes through what was measured, by size, whatever the order it was given in."""
    backwards = dict(reversed(SENT.items()))
    ax = plot_transfer({"sent": backwards, "in_memory": IN_MEMORY})
    assert [list(line.get_xdata()) for line in ax.lines[:2]] == [SIZES, SIZES]
    assert list(ax.lines[0].get_ydata()) == list(SENT.values())
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_lines_differ_in_colour_and_marker():
    """Lines are told apart by colour, and by marker and dashes."""
    lines = plot_transfer({"shared": SHARED, "copied": COPIED, "sequential": LOOP}).lines
    assert len({to_hex(line.get_color()) for line in lines}) == 3
    assert len({(line.get_marker(), line.get_linestyle()) for line in lines}) == 3


def test_model_is_its_message_and_its_bytes_twice():
    """The model's line is what a message costs that carries so many bytes there and back."""
    line = plot_transfer({"sent": SENT}, model=MODEL).lines[-1]
    for n_bytes, seconds in zip(line.get_xdata(), line.get_ydata(), strict=True):
        assert seconds == pytest.approx(1.3e-4 + 2 * 6e-10 * n_bytes)
    assert (min(line.get_xdata()), max(line.get_xdata())) == (SIZES[0], SIZES[-1])


def test_title_compares_both_ends(language):
    """The title says how the first does against the second at the largest and smallest size."""
    ax = plot_transfer({"shared": SHARED, "copied": COPIED, "sequential": LOOP})
    told = [
        message("data.end", size="32 MB", speed=times_as_fast(0.1 / 0.054)),
        message("data.end", size="32 KB", speed=times_as_fast(0.5)),
    ]
    first, second = data_name("shared"), data_name("copied")
    name = first[:1].upper() + first[1:]
    assert _line(ax) == message("data.compared", name=name, base=second, told="; ".join(told))


def _line(ax):
    """Return the title in one line."""
    return title(ax).replace("\n", " ")


def test_title_of_one_line(language):
    """Alone, a line's title says what the largest size took."""
    assert duration(0.75) in title(plot_transfer({"sent": SENT}))


def test_alternative_text_tells_the_points(language):
    """The alternative text has the title, each line's name, and its timings."""
    ax = plot_transfer({"sent": SENT, "in_memory": IN_MEMORY}, model=MODEL)
    text = alternative_text(ax.figure)
    assert text.startswith(_line(ax))
    assert all(duration(seconds) in text for seconds in [*SENT.values(), *IN_MEMORY.values()])
    assert message("data.model").casefold() in text.casefold()


def test_given_axes_are_used():
    """Both charts draw where they are told to."""
    for chart in (lambda ax: plot_transfer({"sent": SENT}, ax=ax), _memory_on):
        _, ax = plt.subplots(figsize=(9, 4))
        assert chart(ax) is ax


def _memory_on(ax):
    return plot_memory(MEMORIES["large"], ax=ax)


@pytest.mark.parametrize(
    "bad",
    [None, {}, {"a": {}}, {"a": 3}, {"a": {0: 1.0}}, {"a": {1.5: 1.0}}, {"a": {1: 0}},
     {"a": {True: 1.0}}, {"a": {1: float("nan")}}, {"a": {1: 1.0}, "b": [1]}],
    ids=repr,
)  # fmt: skip
def test_what_cannot_be_drawn(language, bad):
    """What is no seconds by number of bytes is refused in the learner's language."""
    with pytest.raises(InputError, match="plot_transfer"):
        plot_transfer(bad)


def test_what_is_no_model(language):
    """A model that is none is refused."""
    with pytest.raises(InputError) as caught:
        plot_transfer({"sent": SENT}, model=5e-10)
    assert str(caught.value) == message("costs.not_a_model", received="5e-10")


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [(990, "990 bytes"), (1000, "1 KB"), (1234, "1.2 KB"), (32_000_000, "32 MB"),
     (999_999, "1 MB"), (123_456_789, "120 MB"), (2.5e9, "2.5 GB"), (0, "0 bytes")],
)  # fmt: skip
def test_sizes_are_written_with_their_unit(n_bytes, text):
    """A size has two digits that mean something, and a decimal unit."""
    assert data_size(n_bytes) == text


@pytest.mark.parametrize("name", MEMORIES)
def test_memory_is_readable(wordy, name):
    """No text leaves the figure or covers another, in either language."""
    assert badly_placed(plot_memory(MEMORIES[name])) == []


def test_bars_are_as_long_as_the_memory():
    """Each bar ends at its bytes: what the first has, and beside it what comes on top."""
    bars = plot_memory(MEMORIES["as in the lesson"]).patches
    ends = {}
    for bar in bars:
        row = round(bar.get_y() + bar.get_height() / 2)
        ends[row] = max(ends.get(row, 0), bar.get_x() + bar.get_width())
    assert list(ends.values()) == pytest.approx([5.9, 78, 6.3])
    assert len({(to_hex(bar.get_facecolor()), bar.get_hatch()) for bar in bars}) == 3


def test_memory_title_says_how_much_more(language):
    """The title names what each takes more than the first; less is nothing more."""
    told = _line(plot_memory(MEMORIES["shared is less"]))
    assert "32.0 MB" in told
    assert message("data.less_than", size="0.1 MB") in told
    assert "-" not in told


def test_memory_alternative_text(language):
    """The alternative text tells each bar."""
    ax = plot_memory(MEMORIES["as in the lesson"])
    text = alternative_text(ax.figure)
    assert all(size in text for size in ("5.9 MB", "78.0 MB", "6.3 MB"))
    assert text.startswith(_line(ax))


@pytest.mark.parametrize("shared", [5_656_000, 5_704_000, 5_749_000])
def test_memory_adds_up(language, shared):
    """What a label says a process has more is the difference of the two totals as written."""
    ax = plot_memory({"empty": 5_640_000, "copied": 78_060_000, "shared": shared})
    texts = [text.get_text() for text in ax.texts]
    more = message("data.less_than", size="0.1 MB") if shared < 5_650_000 else "0.1 MB"
    assert texts[0] == "5.6 MB"
    assert texts[1] == message("data.more_bar", all="78.1 MB", more="72.5 MB")
    assert texts[2] == message("data.more_bar", all="5.7 MB", more=more)


@pytest.mark.parametrize(
    "bad", [None, {}, {"a": 1}, {"a": 1, "b": 0}, {"a": 1, "b": 1.5}], ids=repr
)
def test_what_is_no_memory(language, bad):
    """What is not two numbers of bytes or more is refused in the learner's language."""
    with pytest.raises(InputError, match="plot_memory"):
        plot_memory(bad)


WAYS = {
    "all ways": ({"sequential": 0.05, "copied": 0.1, "file": 0.07, "shared": 0.06}, "copied"),
    "threads": ({"one_process": 0.1, "free_threads": 0.9, "one_thread": 0.09}, "free_threads"),
    "own names": ({"partial": 0.7, "initializer": 0.05}, "partial"),
}


@pytest.mark.parametrize("name", WAYS)
def test_ways_are_readable(wordy, name):
    """No text leaves the figure or covers another, in either language."""
    times, base = WAYS[name]
    assert badly_placed(plot_ways(times, base=base)) == []


@pytest.mark.parametrize("name", WAYS)
def test_ways_title_compares_the_last_with_the_base(language, name):
    """The title is about the two bars that the lesson compares, whichever bar is the shortest."""
    times, base = WAYS[name]
    ax = plot_ways(times, base=base)
    *_, last = times
    assert _line(ax).casefold().startswith(data_name(last).casefold())
    assert data_name(base) in _line(ax)
    assert times_as_fast(times[base] / times[last]) in _line(ax)
    assert all(duration(seconds) in alternative_text(ax.figure) for seconds in times.values())


@pytest.mark.parametrize("name", WAYS)
def test_ways_differ_in_colour_and_hatch(name):
    """Each bar is as long as its time, and no two look the same."""
    times, base = WAYS[name]
    bars = plot_ways(times, base=base).patches
    assert [bar.get_width() for bar in bars] == pytest.approx([1000 * s for s in times.values()])
    looks = {(to_hex(bar.get_facecolor()), bar.get_hatch()) for bar in bars}
    assert len(looks) == len(times)


def test_the_same_way_has_the_same_colour_in_each_chart():
    """Sending a copy and sharing keep their colours from bars to lines to memory."""
    bars = plot_ways({"copied": 0.2, "shared": 0.1}, base="copied").patches
    lines = plot_transfer({"shared": SHARED, "copied": COPIED}).lines
    memory = plot_memory(MEMORIES["as in the lesson"]).patches
    copied, shared = (to_hex(bar.get_facecolor()) for bar in bars)
    assert [to_hex(line.get_color()) for line in lines] == [shared, copied]
    assert {copied, shared} <= {to_hex(bar.get_facecolor()) for bar in memory}


def test_title_of_one_size(language):
    """Asked for one size, the title speaks of that one alone; the first two must have it."""
    ax = plot_transfer({"sent": SENT, "in_memory": IN_MEMORY}, at=10**7)
    assert "10 MB" in _line(ax)
    assert "100 MB" not in _line(ax)
    with pytest.raises(InputError):
        plot_transfer({"sent": SENT, "in_memory": IN_MEMORY}, at=12)


def test_ticks_are_at_the_measured_sizes():
    """The axis has a mark at each size, where they are not too close together to be written."""
    ax = plot_transfer({"shared": SHARED, "copied": COPIED})
    assert list(ax.get_xticks()) == FOUR


@pytest.mark.parametrize(
    ("times", "base"), [(None, "a"), ({}, "a"), ({"a": 1.0}, "b"), ({"a": 0.0}, "a")], ids=repr
)
def test_what_is_no_way(language, times, base):
    """What is no seconds by name, or has no such base, is refused in the learner's language."""
    with pytest.raises(InputError, match="plot_ways"):
        plot_ways(times, base=base)
