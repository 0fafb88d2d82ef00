"""A notebook's kernel, driven as JupyterLab drives it, but without a browser."""

from __future__ import annotations

import queue
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_client.manager import KernelManager

START_LIMIT_S = 200


class Kernel:
    """A started kernel that runs code and can be interrupted."""

    def __init__(self, manager: KernelManager) -> None:
        self.manager = manager
        self.client = manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=START_LIMIT_S)

    def begin(self, code: str) -> str:
        """Have ``code`` run, and do not wait for it."""
        return self.client.execute(code)

    def end(self, request: str, limit_s: float) -> tuple[str, str, str]:
        """Wait for the end; return what was printed, what went to stderr, and the error's name."""
        told = {"stdout": "", "stderr": ""}
        error, deadline = "", time.perf_counter() + limit_s
        while True:
            left_s = deadline - time.perf_counter()
            if left_s <= 0:
                raise TimeoutError(f"the kernel did not answer in {limit_s} s: {told}")
            try:
                message = self.client.get_iopub_msg(timeout=left_s)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                told[content["name"]] += content["text"]
            elif kind == "error":
                error = content["ename"]
            elif kind == "status" and content["execution_state"] == "idle":
                return told["stdout"], told["stderr"], error

    def run(self, code: str, limit_s: float = 250) -> tuple[str, str, str]:
        """Have ``code`` run and wait for its end."""
        return self.end(self.begin(code), limit_s)


@contextmanager
def kernel() -> Iterator[Kernel]:
    """Start a kernel in this folder, with this Python, and end it whatever happens."""
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    manager.start_kernel(cwd=str(Path(__file__).parent))
    started = None
    try:
        started = Kernel(manager)
        yield started
    finally:
        if started:
            started.client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
