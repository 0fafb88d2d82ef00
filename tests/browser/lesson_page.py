"""A lesson that is open in JupyterLab in a browser: run it, find its cells, look at it."""

import json
import time
from urllib.parse import quote

from playwright.sync_api import TimeoutError as WaitedTooLong

# JupyterLab's own object for the notebook in front; there only with --expose-app-in-browser.
_PANEL = "window.jupyterapp?.shell?.currentWidget"
_IDLE = f"{_PANEL}?.sessionContext?.session?.kernel?.status === 'idle'"
# Without making JSON of all outputs, as waiting asks again and again.
_NUMBERS = f"[...{_PANEL}.content.model.cells].map(cell => cell.executionCount)"
_ALL_NUMBERED = f"!{_NUMBERS}.some(number => number === null)"
_IMAGES_LOADED = "[...document.querySelectorAll('.jp-Notebook img')].every(img => img.complete)"
_SETTLED_MS = 300
_FAILURES = ", ".join(
    f'.jp-Notebook [data-mime-type="application/vnd.jupyter.{kind}"]'
    for kind in ("error", "stderr")
)


class LessonPage:
    """What a learner does with a lesson. All waits together end at ``limit_s`` seconds."""

    def __init__(self, page, limit_s):
        self.page = page
        self._deadline = time.monotonic() + limit_s
        page.set_default_timeout(limit_s * 1000)

    def open(self, server, lesson):
        """Open a lesson in a workspace without tabs from before, and wait for its kernel."""
        self.page.goto(f"{server}/lab/workspaces/lesson/tree/{quote(lesson)}?reset")
        self._wait_for(_IDLE, "the kernel to be ready")

    def run_all(self):
        """Run all cells, and wait until each has a new number and all pictures are loaded."""
        self._command("notebook:clear-all-cell-outputs")
        self._wait_for(f"!{_NUMBERS}.some(Boolean)", "the numbers to go")
        self._command("notebook:run-all-cells")
        done = f"{_IDLE} && {_ALL_NUMBERED} && {_IMAGES_LOADED}"
        self._wait_for(done, "all cells to have run and all pictures to be loaded")

    def run_cell(self, position):
        """Run one cell, and wait until it has run."""
        self._activate(position)
        self._command("notebook:clear-cell-output")  # its number, too, is of a run before
        self._wait_for(f"!{_NUMBERS}[{position}]", "the number to go")
        self._command("notebook:run-cell")
        self._wait_for(f"{_IDLE} && {_NUMBERS}[{position}]", f"cell {position} to have run")

    def begin_cell(self, position):
        """Run one cell, and wait only until the kernel is busy with it."""
        self._activate(position)
        self._command("notebook:run-cell")
        self._wait_for(f"!({_IDLE})", f"cell {position} to run")

    def interrupt(self):
        """Interrupt the kernel, and wait until it is idle; return how many seconds that took."""
        begin = time.monotonic()
        self._command("notebook:interrupt-kernel")
        self._wait_for(_IDLE, "the interrupt to have an effect")
        return time.monotonic() - begin

    def restart(self):
        """Restart the kernel, and wait until it is ready."""
        self.page.evaluate(f"void {_PANEL}.sessionContext.restartKernel()")
        self._wait_for(f"!({_IDLE})", "the kernel to go")
        self._wait_for(_IDLE, "the kernel to be ready again")

    def type_into(self, position, source):
        """Put the cursor into a cell, replace what stands there, and leave the cell."""
        self.shown(position).locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Escape")
        cell = f"{_PANEL}.content.model.cells.get({position})"
        typed = f"{cell}.sharedModel.getSource() === {json.dumps(source)}"
        self._wait_for(typed, f"cell {position} to have what was typed")

    def move(self, old, new):
        """Move the notebook to a new folder, as the file browser does, and open it there."""
        contents, folder = "window.jupyterapp.serviceManager.contents", new.rpartition("/")[0]
        made = f"{contents}.newUntitled({{path: '', type: 'directory'}})"
        self.page.evaluate(f"{made}.then(made => {contents}.rename(made.path, '{folder}'))")
        self.page.evaluate(f"{contents}.rename('{old}', '{new}')")
        self.page.evaluate(
            "path => void window.jupyterapp.commands.execute('docmanager:open', {path})", new
        )
        in_front = f"{_PANEL}?.context?.path === '{new}'"
        self._wait_for(f"{in_front} && {_IDLE}", f"{new} to be opened")

    def cells(self):
        """Return the cells as JSON, as they would be saved now."""
        return self.page.evaluate(f"{_PANEL}.content.model.toJSON().cells")

    def position_of(self, *parts):
        """Return the position of the first code cell whose source has all of ``parts``."""
        for position, cell in enumerate(self.cells()):
            if cell["cell_type"] == "code" and all(part in cell["source"] for part in parts):
                return position
        raise AssertionError(f"no code cell has {parts}")

    def shown(self, position):
        """Scroll to a cell, since others are not drawn, and return it as an element of the page."""
        cell = self.page.locator(".jp-Notebook .jp-Cell").nth(position)
        cell.scroll_into_view_if_needed()
        return cell

    def images(self, kind):
        """Return the pictures in cells of one kind, ``Code`` (charts) or ``Markdown`` (figures)."""
        return self.page.locator(f".jp-Notebook .jp-{kind}Cell img").all()

    def end(self):
        """End the kernels of all notebooks that are open, so that none works beside the next."""
        self.page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")

    def failures(self):
        """Return every error and all that went to stderr, on the page and in the cells."""
        outputs = [output for cell in self.cells() for output in cell.get("outputs", [])]
        stored = [
            out for out in outputs if out["output_type"] == "error" or out.get("name") == "stderr"
        ]
        return self.page.locator(_FAILURES).all_text_contents() + stored

    def picture(self, folder, name):
        """Keep pictures of the page's top and of each chart."""
        self.page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 0)")
        self.page.screenshot(path=folder / f"{name}_top.png")
        for number, chart in enumerate(self.images("Code"), 1):
            chart.scroll_into_view_if_needed()
            self.page.wait_for_timeout(_SETTLED_MS)  # cells above are drawn now, and push it down
            chart.screenshot(path=folder / f"{name}_chart_{number}.png")

    def _activate(self, position):
        self.page.evaluate(f"void Object.assign({_PANEL}.content, {{activeCellIndex: {position}}})")

    def _command(self, command):
        # Not awaited: some commands end only when the cells have run.
        self.page.evaluate(f"void window.jupyterapp.commands.execute('{command}')")

    def _wait_for(self, condition, what):
        left_s = max(0.001, self._deadline - time.monotonic())
        try:
            self.page.wait_for_function(condition, timeout=left_s * 1000, polling=200)
        except WaitedTooLong as error:
            seen = self.page.locator("body").inner_text()
            raise AssertionError(f"waited too long for {what}; the page says:\n{seen}") from error
