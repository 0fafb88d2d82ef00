"""For writing lessons: sources to notebooks, notebooks back to sources, and the figures.

``python -m helpers.authoring --help`` lists the commands. A lesson is one bilingual text file in
``notebooks/source/``; everything in ``notebooks/es/`` and ``notebooks/en/`` is made from it.

- ``sources``: read and write such a file; the model of a lesson
- ``rules``: what a source must keep to, and what is wrong with one that does not
- ``code_words``: words in code, which a source gives in both languages on one line
- ``texts``: the text of a cell: made clean, marked for translation, told by its first words
- ``identity``: the ids of cells, which also say what a cell held when it was built
- ``notebooks``: from a lesson to a notebook in one language, executed
- ``build``: all lessons into notebooks, and what is stale
- ``absorb``: edits made in a built notebook, back into its source; ``matching`` finds which cell is
  which, and ``merge`` takes what changed
- ``figures``: the sources of figures, which have both languages, into a picture for each
- ``readme_chart``: draws the chart of README; ``dashboard_picture`` takes that of Dask's dashboard
- ``executed``: notebooks with all that they show, executed once for several uses
- ``site``: the lessons as a static site
- ``slides``: the lessons as slides; ``slide_pages`` makes one page of them
- ``formulas``: what both show as formulas
- ``folders``: the folder that either writes, in the place of an earlier one
- ``colab``: copies of the lessons for Google Colab
- ``extras``: what a command needs that may not be installed
- ``errors``: how all of them say what is wrong
"""
