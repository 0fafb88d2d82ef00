"""Sphinx's settings for the site of the lessons in a language, that of the tag: ``-t es``.

``python -m helpers.authoring site`` gathers what Sphinx reads: the executed notebooks, index.md,
and README.md. Nothing on the pages comes from a network.
"""

from pathlib import Path

HERE = Path(__file__).parent
language = "es" if tags.has("es") else "en"  # noqa: F821 (Sphinx gives the tags)
titles = {"es": "Secuencial o en paralelo", "en": "Sequential or parallel"}
lists = {"es": "Lecciones", "en": "Lessons"}

project = html_title = titles[language]
extensions = ["myst_nb"]
exclude_patterns = ["README.md"]  # index.md includes parts of it
suppress_warnings = ["myst.xref_missing"]  # some lessons alone lead to others; tests look at links
nb_execution_mode = "off"  # the notebooks come executed
nb_ipywidgets_js: dict = {}  # widgets need a kernel: a page shows what stands beside them
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

html_theme = "pydata_sphinx_theme"
html_theme_options = {"navbar_center": [], "navbar_end": ["theme-switcher"]}
html_sidebars = {"**": ["all-lessons"]}
html_context = {"default_mode": "auto", "lessons_title": lists[language]}
templates_path = [str(HERE)]
html_static_path = [str(HERE / "course.css")]
html_css_files = ["course.css"]
html_show_sourcelink = html_copy_source = html_show_copyright = html_use_index = False
