"""The chart that README shows: a real call, measured and drawn where this is run, and its table.

``python -m helpers.authoring.readme_chart`` writes ``images/timeline_es.png`` and
``images/timeline_en.png``, and the data that is drawn into the pages of what was measured. It goes
into the pictures too, so that nobody has to believe the table. It needs a quiet machine with at
least two CPUs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from helpers.authoring.errors import AuthoringError
from helpers.authoring.notebooks import replace_file
from helpers.classroom import plot_timeline, start
from helpers.classroom.style import tables_of
from helpers.language import LANGUAGES, message, speaking
from helpers.parallel import Run, run
from helpers.tasks import count_primes

MEASURED = "Measured"  # the name under which a picture holds what was measured
PAGES = {"es": "docs/mediciones.md", "en": "docs/measurements.md"}  # what was measured, in words


def main(root: Path = Path()) -> int:
    """Run the same work sequentially and with a pool, and draw and tell both in each language.

    Returns:
        The exit code: 0 where all went well; 1, with nothing written, where a page has no place for
        its table.
    """
    work = [20_000 + 10_000 * (i % 3) for i in range(18)]
    one = run(count_primes, work, how="sequential", chunksize=1)
    many = run(count_primes, work, how="pool", n_workers=2, chunksize=1)
    try:
        write((one, many), root)
    except AuthoringError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1
    return 0


def write(runs: Sequence[Run], root: Path) -> None:
    """Write the pictures of the runs, and their tables into the pages.

    Raises:
        AuthoringError: a page has no place for its table; nothing is written then.
    """
    pages = {
        language: with_section(root / PAGES[language], "timeline", table(runs, language))
        for language in LANGUAGES
    }
    for language, text in pages.items():
        draw(runs, language, root / "images" / f"timeline_{language}.png")
        replace_file(root / PAGES[language], text)


def draw(runs: Sequence[Run], language: str, picture: Path) -> None:
    """Draw the runs in a language, with their figures inside of the picture."""
    start(language)
    figure = plot_timeline(*runs).get_figure(root=True)
    assert figure is not None
    told = json.dumps([asdict(run) | {"results": []} for run in runs])
    figure.savefig(picture, dpi=120, metadata={MEASURED: told})


def table(runs: Sequence[Run], language: str) -> str:
    """Return the data of the chart in a language, as Markdown."""
    with speaking(language):
        figure = plot_timeline(*runs).get_figure(root=True)
        assert figure is not None
        (data,) = tables_of(figure)
        lines = [data.heads, tuple("---" for _ in data.heads), *data.rows]
        markdown = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        return f"{data.caption}.\n\n{markdown}"


def with_section(page: Path, name: str, text: str) -> str:
    """Return a page's text with ``text`` between the marks of that name.

    Raises:
        AuthoringError: the page has no such marks.
    """
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        marks = {"page": page.name, "begin": begin.strip(), "end": end.strip()}
        raise AuthoringError([message("readme_chart.no_marks", **marks)])
    return f"{before}{begin}{text}{end}{after}"


if __name__ == "__main__":
    sys.exit(main())
