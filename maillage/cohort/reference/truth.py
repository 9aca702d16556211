"""Conditions as SQL answers them: true, false, or unknown where they meet a null.

Unknown is written None. A row is kept where its condition is true: neither where it is false nor unknown.
"""

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import TypeVar

from maillage.cohort.expression.values import Comparison, TextFilter, TextMatch

Truth = bool | None
Ordered = TypeVar("Ordered", float, date)


def negated(truth: Truth) -> Truth:
    """The contrary; the contrary of unknown is unknown."""
    return None if truth is None else not truth


def any_true(truths: Iterable[Truth]) -> Truth:
    """Whether one is true; unknown when none is and one might be."""
    found = list(truths)
    return True if True in found else None if None in found else False


def compare(value: Ordered | None, op: Comparison, bound: Ordered, extent: Ordered | None) -> Truth:
    """A number or a date against one bound, or two for the operators of between, ends included."""
    if value is None:
        return None
    match op:
        case Comparison.LT:
            return value < bound
        case Comparison.LTE:
            return value <= bound
        case Comparison.EQ:
            return value == bound
        case Comparison.NOT_EQ:
            return value != bound
        case Comparison.GT:
            return value > bound
        case Comparison.GTE:
            return value >= bound
        case Comparison.BETWEEN:
            return extent is not None and bound <= value <= extent
        case Comparison.NOT_BETWEEN:
            return extent is not None and not bound <= value <= extent


def not_before(value: date | None, bound: date | None) -> Truth:
    """`value` is on the day `bound` or later."""
    return None if value is None or bound is None else value >= bound


def is_among(value: int | None, members: Collection[int]) -> Truth:
    """`value` is one of the members. Nothing is in an empty set, not even what is unknown."""
    if not members:
        return False
    return None if value is None else value in members


def matches(value: str | None, wanted: TextFilter) -> Truth:
    """A text against a text in which % stands for any characters and _ for one; case counts."""
    if value is None:
        return None
    found = re.fullmatch(_pattern(wanted), value, flags=re.DOTALL) is not None
    return not found if wanted.op.value.startswith("!") else found


_BEFORE = (TextMatch.ENDS_WITH, TextMatch.NOT_ENDS_WITH, TextMatch.CONTAINS, TextMatch.NOT_CONTAINS)
_AFTER = (TextMatch.STARTS_WITH, TextMatch.NOT_STARTS_WITH, TextMatch.CONTAINS, TextMatch.NOT_CONTAINS)


def _pattern(wanted: TextFilter) -> str:
    wildcards = {"%": ".*", "_": "."}
    body = "".join(wildcards.get(character, re.escape(character)) for character in wanted.text)
    return f"{'.*' if wanted.op in _BEFORE else ''}{body}{'.*' if wanted.op in _AFTER else ''}"
