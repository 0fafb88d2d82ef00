"""The extras of ``pyproject.toml`` that commands need, looked for before any work is done."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from helpers.authoring.errors import AuthoringError
from helpers.language import message

# The modules of each extra that its commands import; some come with other programs as well.
MODULES = {
    "author": ("jupytext", "nbclient", "nbformat"),
    "site": ("latex2mathml", "myst_nb", "pydata_sphinx_theme", "sphinx"),
    "teach": ("latex2mathml", "nbconvert", "sphinx_revealjs"),
}


def need(extra: str) -> None:
    """Do nothing where an extra is installed.

    Raises:
        AuthoringError: where one of its modules is not; it says how the extra is installed.
    """
    missing = [name for name in MODULES[extra] if find_spec(name) is None]
    if missing:
        told = message(
            "authoring.no_extra", missing=", ".join(missing), extra=extra, python=sys.executable
        )
        raise AuthoringError([told])
