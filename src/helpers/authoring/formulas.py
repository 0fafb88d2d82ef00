"""Formulas of site and slides as MathML, which browsers show and read aloud without any script."""

from __future__ import annotations

from typing import Any

from docutils import nodes


def setup(app: Any) -> None:
    """Add the renderer ``mathml`` to Sphinx, as Sphinx asks of an extension."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))


def visit_inline(translator: Any, node: nodes.math) -> None:
    """Write a formula within a line, and nothing that Sphinx would write for it."""
    translator.body.append(mathml(node.astext(), "inline"))
    raise nodes.SkipNode


def visit_block(translator: Any, node: nodes.math_block) -> None:
    """Write a formula that stands alone, and nothing that Sphinx would write for it."""
    translator.body.append(f"<p>{mathml(node.astext(), 'block')}</p>")
    raise nodes.SkipNode


def mathml(formula: str, display: str) -> str:
    """Return a formula, written as for LaTeX, as MathML; ``display`` is "inline" or "block"."""
    from latex2mathml.converter import convert

    return str(convert(formula, display=display))
