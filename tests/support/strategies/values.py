"""What attributes are compared with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from hypothesis import strategies as st

from maillage.cohort.expression.domains import Attribute, Derived, Shape
from maillage.cohort.expression.values import (
    CodesetRef,
    Comparison,
    Concept,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
    TextMatch,
    Value,
)
from tests.support.strategies.pools import (
    AGES,
    CONCEPTS,
    DAYS,
    FLAGS,
    LAPSES,
    NUMBERS,
    PATTERNS,
    SELDOM,
    WHOLE,
    mostly,
)


@dataclass(frozen=True)
class Scope:
    """What the parts of one expression have in common.

    Its concept sets and its domains: few, so that rows aimed at one part are often in the way of another.
    With `refusable`, parts may ask for what no warehouse answers.
    """

    codesets: tuple[int, ...] = (0, 1)
    domains: tuple[str, ...] = ()
    refusable: bool = False


UNKNOWN_CODESET = 99

_OPERATORS = st.sampled_from(Comparison)
Range = TypeVar("Range", NumberRange, DateRange)

_AGES = (Derived.AGE_AT_START, Derived.AGE_AT_END)


@cache
def codeset_ids(scope: Scope) -> st.SearchStrategy[int]:
    """A set of the expression; now and then one that it lacks, where that is allowed."""
    unknown = [UNKNOWN_CODESET] if scope.refusable else []
    return mostly(scope.codesets, unknown, times=30)


@cache
def concepts() -> st.SearchStrategy[Concept]:
    """A concept as an author writes it."""
    return st.builds(Concept, st.sampled_from(CONCEPTS))


@cache
def concept_lists(*, may_exclude: bool = True) -> st.SearchStrategy[ConceptList]:
    """A few concepts, to have or not to have."""
    exclude = SELDOM if may_exclude else st.just(False)
    listed = st.lists(concepts(), min_size=1, max_size=4).map(tuple)
    return st.builds(ConceptList, listed, exclude=exclude)


@cache
def concept_set_choices(scope: Scope) -> st.SearchStrategy[ConceptSetChoice]:
    """A concept set to be in or out of, or no set."""
    return st.builds(ConceptSetChoice, mostly(scope.codesets, [None]), exclude=FLAGS)


@cache
def number_ranges(attribute: Attribute | None = None) -> st.SearchStrategy[NumberRange]:
    """Any operator, on numbers that rows have."""
    pool = (*WHOLE, *NUMBERS)
    if attribute is not None and attribute.column in _AGES:
        pool = AGES
    if attribute is not None and attribute.column == Derived.LENGTH:
        pool = LAPSES
    return _ranges(st.sampled_from(pool), NumberRange)


@cache
def date_ranges() -> st.SearchStrategy[DateRange]:
    """Any operator, on days that rows have."""
    return _ranges(st.sampled_from(DAYS), DateRange)


def _ranges(bounds: st.SearchStrategy[Any], make: Callable[..., Range]) -> st.SearchStrategy[Range]:
    def build(op: Comparison, value: Any, extent: Any) -> Range:
        return make(op, value, extent if op.takes_two else None)

    return st.builds(build, _OPERATORS, bounds, bounds)


@cache
def text_filters() -> st.SearchStrategy[TextFilter]:
    """Any operator, on texts that rows have and on wildcards."""
    return st.builds(TextFilter, st.sampled_from(TextMatch), st.sampled_from(PATTERNS))


@cache
def periods() -> st.SearchStrategy[Period]:
    """A stretch of time with one bound or two."""
    day = st.sampled_from(DAYS)
    both = st.tuples(day, day).map(sorted).map(lambda pair: Period(*pair))
    return both | day.map(lambda one: Period(start=one)) | day.map(lambda one: Period(end=one))


VALUES: Mapping[Shape, Callable[[Scope, Attribute], st.SearchStrategy[Value]]] = {
    Shape.FLAG: lambda _scope, _attribute: st.just(True),
    Shape.CODESET: lambda scope, _attribute: st.builds(CodesetRef, codeset_ids(scope)),
    Shape.CONCEPTS: lambda _scope, attribute: concept_lists(may_exclude=bool(attribute.exclude_flag)),
    Shape.CONCEPT_SET: lambda scope, _attribute: concept_set_choices(scope),
    Shape.NUMBER: lambda _scope, attribute: number_ranges(attribute),
    Shape.DATE: lambda _scope, _attribute: date_ranges(),
    Shape.TEXT: lambda _scope, _attribute: text_filters(),
    Shape.PERIOD: lambda _scope, _attribute: periods(),
}
