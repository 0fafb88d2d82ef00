"""For who writes lessons: sources to notebooks, notebooks back to sources, and the figures.

``python -m helpers.authoring --help`` lists the commands. A lesson is one bilingual text file in
``notebooks/source/``; everything in ``notebooks/es/`` and ``notebooks/en/`` is made from it.

- ``sources``: read and write such a file; the model of a lesson
- ``rules``: what a source must keep to, and what is wrong with one that does not
- ``identity``: the ids of cells, which also say what a cell held when it was built
- ``notebooks``: from a lesson to a notebook in one language, executed
- ``build``: all lessons into notebooks, and what is stale
- ``absorb``: edits made in a built notebook, back into its source
- ``figures``: draws ``images/``
- ``executed``: notebooks with all that they show, executed once for several uses
- ``site``: the lessons as a static site
- ``slides``: the lessons as slides; ``slide_pages`` makes one page of them
"""
