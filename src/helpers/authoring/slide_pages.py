"""A lesson's notebook as a page of slides, by nbconvert: its own template, formulas as MathML."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

from jinja2 import pass_context

from helpers.authoring.formulas import mathml

with warnings.catch_warnings():  # what nbconvert imports sets filters for the whole process
    from nbconvert.exporters.slides import SlidesExporter
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TEMPLATES = Path(__file__).parent / "templates"
WIDTH, HEIGHT = 1280, 720
_NOTEBOOK = re.compile(r"\.ipynb(?=$|#)")


class _Renderer(IPythonRenderer):
    """What differs from a notebook: formulas, and where links and pictures are."""

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def block_math(self, body: str) -> str:
        return f"<p>{mathml(body, 'block')}</p>"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, _NOTEBOOK.sub(".html", url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return super().image(text, url.replace("../../images/", "../images/"), title)


class _Exporter(SlidesExporter):
    """nbconvert's slides, with the course's template and renderer."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        renderer = _Renderer(escape=False, exclude_anchor_links=True)
        return MarkdownWithMath(renderer=renderer).render(source)


def page_of(notebook: Any, language: str, title: str) -> str:
    """Return the page of slides of an executed notebook, as HTML.

    It expects ``../reveal.js``, ``../images`` and ``../slides.css`` beside its own folder.
    """
    for cell in notebook.cells:
        if cell.metadata.get("slideshow", {}).get("slide_type") == "notes":
            cell.source = cell.source.replace("<details>", "<details open>")
    return str(_exporter(language).from_notebook_node(notebook, {"title": title})[0])


def _exporter(language: str) -> Any:
    made: Any = _Exporter  # its arguments have no types
    return made(
        extra_template_basedirs=[str(TEMPLATES)],
        template_name="slides",
        language_code=language,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        reveal_number="c/t",
        reveal_transition="none",
        reveal_width=str(WIDTH),
        reveal_height=str(HEIGHT),
    )
