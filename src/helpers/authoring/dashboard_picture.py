"""The picture of Dask's dashboard in lesson 9: taken in a real browser while a real job runs.

``python -m helpers.authoring.dashboard_picture`` writes ``images/dashboard.png``. It needs a
Chromium on the PATH and the project's test extra. The dashboard speaks English only, so that both
languages show the same picture.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from helpers.language import message
from helpers.parallel import MachineError, local_cluster
from helpers.tasks import count_words, make_corpus, sum_of_squares

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Items of some tens of milliseconds, so that each is seen; two kinds, each in a colour.
N_FILES, MEAN_WORDS, N_NUMBERS, NUMBER = 60, 200_000, 60, 700_000
AT_WORK_MS = 3_000  # from the first task until the picture: about half of the job
WIDTH, HEIGHT = 1_100, 900
# The stream of tasks, and the progress.
SHOWN: Any = {"x": 284, "y": 46, "width": 808, "height": 640}
LIMIT_MS = 30_000


def main(folder: Path = Path("images")) -> None:
    """Run the job, open the dashboard beside it, and keep what it shows.

    Raises:
        MachineError: there is no browser.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise MachineError(message("dashboard.no_browser", names=", ".join(BROWSERS)))
    with TemporaryDirectory() as corpus, local_cluster(2, dashboard=True) as client:
        files = make_corpus(Path(corpus) / "corpus", N_FILES, MEAN_WORDS)
        _photograph(client, files, browser, folder / "dashboard.png")


def _photograph(client: Any, files: list[str], browser: str, target: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        try:
            page = opened.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto(client.dashboard_link, timeout=LIMIT_MS)
            page.wait_for_selector(".bk-Figure, .bk-Plot", timeout=LIMIT_MS, state="attached")
            page.wait_for_timeout(1_500)  # its plots are empty yet, but drawn
            futures = client.map(count_words, files)
            futures += client.map(sum_of_squares, range(NUMBER, NUMBER + N_NUMBERS))
            page.wait_for_timeout(AT_WORK_MS)
            page.screenshot(path=target, clip=SHOWN)
            client.gather(futures)
        finally:
            opened.close()


if __name__ == "__main__":
    main()
