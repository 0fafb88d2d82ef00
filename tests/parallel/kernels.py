"""A Jupyter kernel of its own, as a notebook has it, but without a browser."""

from __future__ import annotations

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
        self.manager, self.client = manager, manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=START_LIMIT_S)

    def wait_for_print(self, request: str) -> None:
        """Wait until the request has printed something."""
        while True:
            message = self.client.get_iopub_msg(timeout=START_LIMIT_S)
            if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] == request:
                return

    def end(self, request: str, limit_s: float) -> tuple[str, str, str]:
        """Wait for the end; return what was printed, what went to stderr, and the error's name."""
        printed = {"stdout": "", "stderr": ""}
        error, deadline = "", time.perf_counter() + limit_s
        while True:
            message = self.client.get_iopub_msg(timeout=max(0.0, deadline - time.perf_counter()))
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                printed[content["name"]] += content["text"]
            elif kind == "error":
                error = content["ename"]
            elif kind == "status" and content["execution_state"] == "idle":
                return printed["stdout"], printed["stderr"], error

    def run(self, code: str, limit_s: float = 250) -> tuple[str, str, str]:
        """Have ``code`` run and wait for its end."""
        return self.end(self.client.execute(code), limit_s)


@contextmanager
def kernel() -> Iterator[Kernel]:
    """Start a kernel in this folder, with this Python, and end it whatever happens."""
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = sys.executable
    manager.start_kernel(cwd=str(Path(__file__).parent))
    try:
        started = Kernel(manager)
        try:
            yield started
        finally:
            started.client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()
