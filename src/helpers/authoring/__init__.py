"""For writing lessons: sources to notebooks, notebooks back to sources, figures, site and slides.

``python -m helpers.authoring --help`` lists the commands. A lesson is one bilingual text file in
``notebooks/source/``; everything in ``notebooks/es/`` and ``notebooks/en/`` is made from it.

- ``sources``: read, check and write such a file; the model of a lesson, the ids of cells
- ``code_words``: words in code, which a source gives in both languages on one line
- ``notebooks``: from a lesson to a notebook in one language, executed
- ``build``: all lessons into notebooks, and what is stale
- ``absorb``: edits made in a built notebook, back into its source
- ``figures``: the sources of figures, which have both languages, into a picture for each
- ``publish``: the lessons as a site, as slides, and as copies for Google Colab
"""
