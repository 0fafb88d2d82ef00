"""Three hosts with addresses of their own, joined by a bridge: network namespaces of Linux.

Nothing of this machine's own network is touched: the bridge has a namespace of its own, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LIMIT_S = 100
N_HOSTS = 3


def why_not() -> str | None:
    """Return why no hosts can be made here, ``None`` where they can."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "network namespaces are made by root on Linux"
    if shutil.which("ip") is None:
        return "there is no program ip here (Debian's package iproute2)"
    probe = f"probe{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, timeout=LIMIT_S)
    _ip("netns", "del", probe, check=False)
    return None if made.returncode == 0 else "this system makes no network namespaces"


def _ip(*arguments: str, check: bool = True) -> None:
    subprocess.run(["ip", *arguments], check=check, capture_output=True, timeout=LIMIT_S)


class Network:
    """The hosts, numbered from 1."""

    def __init__(self) -> None:
        self._own = f"{os.getpid()}"
        self.hub = f"hub{self._own}"

    def host(self, number: int) -> str:
        """Return the name of a host's namespace."""
        return f"host{number}x{self._own}"

    def address(self, number: int) -> str:
        """Return the address of a host: of a range that is nobody's."""
        return f"10.203.77.{number}"

    def command(self, number: int, *arguments: str) -> list[str]:
        """Return the command that runs Python with ``arguments`` on a host."""
        return ["ip", "netns", "exec", self.host(number), sys.executable, *arguments]

    def cut_off(self, number: int) -> None:
        """Take a host's cable out: it goes on, and nobody hears of it."""
        _ip("-n", self.hub, "link", "set", f"cable{number}", "down")

    def make(self) -> None:
        """Make the hosts and join them."""
        _ip("netns", "add", self.hub)
        _ip("-n", self.hub, "link", "add", "bridge", "type", "bridge")
        _ip("-n", self.hub, "link", "set", "bridge", "up")
        for number in range(1, N_HOSTS + 1):
            self._make_host(number, self.host(number), f"cable{number}")

    def _make_host(self, number: int, host: str, cable: str) -> None:
        _ip("netns", "add", host)
        _ip("-n", self.hub, "link", "add", cable, "type", "veth", "peer", "name", "eth0",
            "netns", host)  # fmt: skip
        _ip("-n", self.hub, "link", "set", cable, "master", "bridge", "up")
        _ip("-n", host, "addr", "add", f"{self.address(number)}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", host, "link", "set", device, "up")

    def remove(self) -> None:
        """Remove what was made; what never was is no error."""
        for number in range(1, N_HOSTS + 1):
            _ip("netns", "del", self.host(number), check=False)
        _ip("netns", "del", self.hub, check=False)


@contextmanager
def three_hosts() -> Iterator[Network]:
    """Have three hosts while inside."""
    network = Network()
    try:
        network.make()
        yield network
    finally:
        network.remove()
