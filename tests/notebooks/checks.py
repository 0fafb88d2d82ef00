"""All checks, by name. Each takes a pair of notebooks and returns a list of findings."""

from importlib import import_module

from .lessons import CHECKS as CHECKS

for _subject in ("frame", "links", "language", "spelling"):
    import_module(f"{__package__}.checks_{_subject}")  # its checks put themselves into CHECKS
