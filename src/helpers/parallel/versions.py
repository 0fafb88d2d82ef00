"""Versions of Python and Dask: here, and in a cluster."""

from __future__ import annotations

from typing import Any

# What has to be the same on both sides: they exchange pickled functions and Dask's own messages.
PACKAGES = ("dask", "distributed", "msgpack", "cloudpickle")


def differing(versions: dict[str, Any]) -> list[str]:
    """Return what differs between this process and a worker or the scheduler, in words."""
    here = _versions(versions["client"])
    others = {"scheduler": versions["scheduler"], **versions["workers"]}
    found: dict[str, str] = {}
    for where, told in others.items():
        for name, version in _versions(told).items():
            if version != here[name]:
                found.setdefault(f"{name} {here[name]} / {version}", where)
    return [f"{what} ({where})" for what, where in found.items()]


def _versions(told: dict[str, Any]) -> dict[str, str]:
    """Return the versions that matter; of Python the first two numbers."""
    packages = told["packages"]
    python = ".".join(str(packages["python"]).split(".")[:2])
    return {"Python": python, **{name: str(packages[name]) for name in PACKAGES}}
