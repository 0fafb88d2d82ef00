"""The page that leads to the slides of each lesson has every language of the course."""

from __future__ import annotations

from helpers import language as language_module
from helpers.authoring import slides
from helpers.authoring.sources import read_lesson
from helpers.language import LANGUAGES, messages


def test_each_language_has_its_lessons(project):
    """The lesson is there by its title in each language, and no mark is left."""
    page = slides._index([read_lesson(project.source)])
    assert '<li><a href="es/02_grupo.html">2 · Un título</a></li>' in page
    assert '<li><a href="en/02_pool.html">2 · A title</a></li>' in page
    assert page.index('<section lang="es">') < page.index('<section lang="en">')
    assert "<!--" not in page


def test_a_third_language_is_there(monkeypatch):
    """A language that somebody adds is on the page without any change of its template."""
    title = {**messages()["slides"]["title"], "pt": "Apresentação"}
    told = {"slides": {"title": title, "keys": {"es": "a", "en": "b", "pt": "c"}}}
    monkeypatch.setattr(language_module, "messages", lambda: told)
    for module in (language_module, slides):
        monkeypatch.setattr(module, "LANGUAGES", (*LANGUAGES, "pt"))
    page = slides._index([])
    assert '<section lang="pt">\n<h2>Apresentação</h2>' in page
