"""What goes wrong while authoring: all problems at once, each one line with its remedy."""

from __future__ import annotations

from collections.abc import Sequence


class AuthoringError(Exception):
    """Everything that is wrong with what was asked for; ``problems`` has one line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)
