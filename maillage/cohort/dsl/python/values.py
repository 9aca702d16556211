"""Values as Python source: in the words of the language where it has some, else as nodes."""

from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from itertools import pairwise

from maillage.cohort.dsl.codes import Code
from maillage.cohort.dsl.python.layout import Call, Sequenced, Source, call
from maillage.cohort.expression import ConceptSet, ConceptSetItem, Endpoint, Window
from maillage.cohort.expression.values import (
    Comparison,
    Concept,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
    TextMatch,
)

_NUMBER_WORDS: Mapping[Comparison, str] = {
    Comparison.LT: "below",
    Comparison.LTE: "maximum",
    Comparison.EQ: "equals",
    Comparison.NOT_EQ: "differs",
    Comparison.GT: "above",
    Comparison.GTE: "minimum",
    Comparison.BETWEEN: "between",
    Comparison.NOT_BETWEEN: "outside",
}
_DATE_WORDS: Mapping[Comparison, str] = {
    Comparison.LT: "before",
    Comparison.LTE: "until",
    Comparison.GT: "after",
    Comparison.GTE: "since",
}
_TEXT_WORDS: Mapping[TextMatch, str] = {
    TextMatch.CONTAINS: "contains",
    TextMatch.STARTS_WITH: "starts_with",
    TextMatch.ENDS_WITH: "ends_with",
}


def write_text(text: str) -> str:
    """A text in double quotes; what cannot be shown is escaped."""
    if not text.isprintable():
        return repr(text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_enum(member: Enum) -> str:
    """`Comparison.GT`."""
    return f"{type(member).__name__}.{member.name}"


def write_date(day: date | None) -> Source:
    """`date(2024, 1, 31)`, or None."""
    return "None" if day is None else call("date", str(day.year), str(day.month), str(day.day))


def write_number(found: NumberRange) -> Source:
    """`between(18, 80)`."""
    if found.extent is None:
        return call(_NUMBER_WORDS[found.op], repr(found.value))
    if found.value <= found.extent:
        return call(_NUMBER_WORDS[found.op], repr(found.value), repr(found.extent))
    return call("NumberRange", write_enum(found.op), repr(found.value), repr(found.extent))


def write_bounds(method: str, found: NumberRange) -> Call:
    """`age(18, 80)`, `age(18)`, `age(at_most=80)`, or the comparison."""
    match found:
        case NumberRange(Comparison.GTE, value):
            return call(method, repr(value))
        case NumberRange(Comparison.LTE, value):
            return call(method, at_most=repr(value))
        case NumberRange(Comparison.BETWEEN, low, high) if high is not None and low <= high:
            return call(method, repr(low), repr(high))
        case _:
            return call(method, write_number(found))


def write_dates(method: str, found: DateRange) -> Call:
    """`starting(since="2024-01-01")`, or the comparison."""
    match found:
        case DateRange(Comparison.BETWEEN, low, high) if high is not None and low <= high:
            return call(method, since=_iso(low), until=_iso(high))
        case DateRange(op, day) if op in _DATE_WORDS:
            return call(method, **{_DATE_WORDS[op]: _iso(day)})
        case _:
            return call(method, write_date_range(found))


def write_date_range(found: DateRange) -> Source:
    """The node."""
    extent = () if found.extent is None else (write_date(found.extent),)
    return call("DateRange", write_enum(found.op), write_date(found.value), *extent)


def write_text_filter(found: TextFilter) -> Source:
    """`"toux"`, `contains("toux")`, or the node."""
    if found.op is TextMatch.EQ:
        return write_text(found.text)
    if found.op in _TEXT_WORDS:
        return call(_TEXT_WORDS[found.op], write_text(found.text))
    return call("TextFilter", write_enum(found.op), write_text(found.text))


def write_period(period: Period) -> Source:
    """The node."""
    return call("Period", write_date(period.start), write_date(period.end))


def write_concept(concept: Concept) -> Source:
    """The node, as far as it is filled in."""
    texts = [
        *(concept.name, concept.code, concept.vocabulary, concept.domain),
        *(concept.concept_class, concept.standard, concept.invalid_reason),
    ]
    while texts and texts[-1] is None:
        texts.pop()
    return call("Concept", str(concept.id), *("None" if text is None else write_text(text) for text in texts))


def write_codes(found: ConceptSet, *, spell: Callable[[Concept], Source], number: bool) -> Source:
    """`codes(…, without=[…], name=…)`, with its id when `number`; `spell` writes a concept."""
    name, identifier = write_text(found.name), str(found.id) if number else None
    if all(item.exclude for item in found.items):
        lines = Sequenced(tuple(_write_code(item, spell(item.concept)) for item in found.items), "()")
        return call("Codes", lines, name=name, number=identifier)
    lines = [(item.exclude, _write_line(item, spell(item.concept))) for item in found.items]
    if any(exclude and not later for (exclude, _), (later, _) in pairwise(lines)):
        mixed = (call("excluded", line) if exclude else line for exclude, line in lines)
        return call("codes", *mixed, name=name, number=identifier)
    taken = (line for exclude, line in lines if not exclude)
    left_out = tuple(line for exclude, line in lines if exclude)
    without = Sequenced(left_out) if left_out else None
    return call("codes", *taken, without=without, name=name, number=identifier)


def _write_line(item: ConceptSetItem, concept: Source) -> Source:
    line = concept if item.descendants else call("exactly", concept)
    return call("mapped", line) if item.mapped else line


def _write_code(item: ConceptSetItem, concept: Source) -> Source:
    flags = {"descendants": item.descendants, "mapped": item.mapped, "exclude": item.exclude}
    usual = Code(item.concept)
    said = {name: str(value) for name, value in flags.items() if value != getattr(usual, name)}
    return call("Code", concept, **said)


def write_window(window: Window) -> Source:
    """The node."""
    return call(
        "Window",
        write_endpoint(window.start),
        write_endpoint(window.end),
        use_index_end=None if window.use_index_end is None else str(window.use_index_end),
        use_event_end=None if window.use_event_end is None else str(window.use_event_end),
    )


def write_endpoint(endpoint: Endpoint) -> Source:
    """`days_before(30)`."""
    return call("days_before" if endpoint.direction < 0 else "days_after", repr(endpoint.days))


def _iso(day: date) -> str:
    return write_text(day.isoformat())
