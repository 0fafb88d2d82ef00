"""The chart that README shows: a real call, measured and drawn where this is run.

``python -m helpers.authoring.readme_chart`` writes ``images/timeline_es.png`` and
``images/timeline_en.png``. It needs a quiet machine with at least two CPUs.
"""

from __future__ import annotations

from pathlib import Path

from helpers.classroom import plot_timeline, start
from helpers.language import LANGUAGES
from helpers.parallel import run
from helpers.tasks import count_primes


def main(folder: Path = Path("images")) -> None:
    """Run the same work sequentially and with a pool, and draw both in each language."""
    work = [20_000 + 10_000 * (i % 3) for i in range(18)]
    one = run(count_primes, work, how="sequential", chunksize=1)
    many = run(count_primes, work, how="pool", n_workers=2, chunksize=1)
    for language in LANGUAGES:
        start(language)
        figure = plot_timeline(one, many).get_figure(root=True)
        assert figure is not None
        figure.savefig(folder / f"timeline_{language}.png", dpi=120)


if __name__ == "__main__":
    main()
