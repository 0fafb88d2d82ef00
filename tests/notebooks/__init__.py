"""Checks on the built notebooks: a check takes a lesson's two notebooks and lists what is wrong.

- ``lessons``: the notebooks as they stand on disk, and what makes a check
- ``prose``: Markdown and HTML, read into headings, blocks of text, images, links and code blocks
- ``programs``: code cells as syntax trees
- ``checks_*``: the checks, by subject; ``checks`` has them all by name
- ``test_lessons``: applies every check to every lesson; ``test_checks``: tests the checks
"""
