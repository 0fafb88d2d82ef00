"""All checks, by name. Each takes a pair of notebooks and returns a list of findings."""

from __future__ import annotations

from . import checks_code, checks_frame, checks_language, checks_links, checks_structure
from .checks_spelling import spelling
from .lessons import Check

_ALL: tuple[Check, ...] = (
    checks_structure.pairs_complete,
    checks_structure.same_code,
    checks_structure.same_structure,
    checks_structure.slide_types,
    checks_structure.unique_ids,
    checks_frame.opening,
    checks_frame.setup,
    checks_frame.prediction,
    checks_frame.recap,
    checks_frame.paragraph_length,
    checks_frame.code_length,
    checks_frame.code_comments,
    checks_frame.exercises,
    checks_code.no_bare_time,
    checks_code.notebook_functions,
    checks_code.no_network,
    checks_code.executed,
    checks_links.alternative_text,
    checks_links.links,
    checks_links.absolute_paths,
    checks_language.right_language,
    checks_language.spanish_marks,
    checks_language.exclamation_marks,
    checks_language.forbidden_words,
    checks_language.machine_numbers,
    checks_language.decimal_point,
    spelling,
)

CHECKS: dict[str, Check] = {check.__name__: check for check in _ALL}
