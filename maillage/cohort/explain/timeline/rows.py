"""What the drawing shows: one row for each thing that has a place in time, in the order of the text."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from maillage.base.i18n import _
from maillage.cohort.explain.anchors import entry_anchor
from maillage.cohort.explain.conditions import demographic_items
from maillage.cohort.explain.criteria import counted_events, event_phrase, how_many, sense_of
from maillage.cohort.explain.entry import rule_name
from maillage.cohort.explain.exits import exit_section
from maillage.cohort.explain.grammar import capital, days, sentence, typeset
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.structure import Sense
from maillage.cohort.explain.windows import signed_days, window_phrases
from maillage.cohort.expression import (
    CohortExpression,
    Correlated,
    Criterion,
    DateField,
    DateOffsetExit,
    Group,
    PrimaryCriteria,
    Window,
)


class Mark(Enum):
    """How a row is drawn."""

    HEADING = auto()
    ENTRY = auto()
    OBSERVED = auto()
    REQUIRED = auto()
    FORBIDDEN = auto()
    LIMITED = auto()
    PERSON = auto()
    STAY = auto()


_NAMED = frozenset({"CodesetId"})
_NAMED_FIRST = _NAMED | {"First"}
_MARKS = {Sense.REQUIRES: Mark.REQUIRED, Sense.FORBIDS: Mark.FORBIDDEN, Sense.LIMITS: Mark.LIMITED}


@dataclass(frozen=True)
class Span:
    """A stretch of days from a date of the entry event; None is as far as one can see."""

    start: int | None
    end: int | None
    start_from_end: bool = False
    end_from_end: bool = False


@dataclass(frozen=True)
class Row:
    """Words at the left, a bar and its delay at the right; `depth` is that of the group it is in."""

    mark: Mark
    text: str
    delay: str = ""
    span: Span = Span(0, 0)
    depth: int = 0


def rows_of(expression: CohortExpression, names: Names) -> list[Row]:
    """Every row, in the language in force."""
    return [
        *_entry_rows(expression.primary, names),
        *_additional_rows(expression, names),
        *_rule_rows(expression, names),
        *_exit_rows(expression, names),
    ]


def _entry_rows(primary: PrimaryCriteria, names: Names) -> Iterator[Row]:
    yield Row(Mark.HEADING, _("Qui entre"))
    several = len(primary.criteria) > 1
    if several:
        yield Row(Mark.HEADING, typeset(_("L’un de ces événements :")), depth=1)
    for criterion in primary.criteria:
        text = sentence(event_phrase(criterion, names)) + _more(criterion, shown=_NAMED_FIRST)
        yield Row(Mark.ENTRY, typeset(text), span=Span(0, 0, end_from_end=True), depth=1 + several)
    if primary.prior_days or primary.post_days:
        text = _("Personne observée sans interruption.")
        yield Row(Mark.OBSERVED, text, _observed(primary), Span(-primary.prior_days, primary.post_days), 1)


def _more(criterion: Criterion, *, shown: frozenset[str]) -> str:
    """That the text says more of the criterion, when it has attributes that the drawing does not show."""
    more = any(name not in shown for name, _value in criterion.attributes)
    if more or criterion.correlated is not None or criterion.date_adjustment is not None:
        return " " + _("D’autres conditions sont dans le texte.")
    return ""


def _observed(primary: PrimaryCriteria) -> str:
    before, after = days(primary.prior_days), days(primary.post_days)
    match primary.prior_days != 0, primary.post_days != 0:
        case True, False:
            return _("Au moins {before} avant").format(before=before)
        case False, True:
            return _("Au moins {after} après").format(after=after)
        case _:
            return _("Au moins {before} avant et {after} après").format(before=before, after=after)


def _additional_rows(expression: CohortExpression, names: Names) -> Iterator[Row]:
    if expression.additional:
        yield Row(Mark.HEADING, _("Conditions attachées à l’événement d’entrée"))
        yield from _group_rows(expression.additional, names, 1)


def _rule_rows(expression: CohortExpression, names: Names) -> Iterator[Row]:
    for rank, rule in enumerate(expression.rules, start=1):
        yield Row(Mark.HEADING, f"{rank}. {rule_name(rule)}")
        yield from _group_rows(rule.group, names, 1)


def _group_rows(group: Group, names: Names, depth: int) -> Iterator[Row]:
    total = len(group.criteria) + len(group.demographics) + len(group.groups)
    if total > 1 or group.type.counts:
        yield Row(Mark.HEADING, typeset(how_many(group, total)), depth=depth)
        depth += 1
    for correlated in group.criteria:
        yield _correlated_row(correlated, names, depth)
    for demographic in group.demographics:
        texts = [item.text for item in demographic_items(demographic, names, entry_anchor())]
        yield Row(Mark.PERSON, typeset(" ".join(texts)), depth=depth)
    for member in group.groups:
        yield from _group_rows(member, names, depth)


def _correlated_row(correlated: Correlated, names: Names, depth: int) -> Row:
    text = sentence(counted_events(correlated, names)) + _more(correlated.criterion, shown=_NAMED)
    window = correlated.start_window
    if correlated.end_window is not None and _is_open(window):
        window = correlated.end_window
    phrases = window_phrases(correlated, entry_anchor())
    return Row(
        _MARKS[sense_of(correlated.occurrence)],
        typeset(text),
        typeset(capital(", ".join(phrases))),
        _span(window),
        depth,
    )


def _is_open(window: Window) -> bool:
    return window.start.days is None and window.end.days is None


def _span(window: Window) -> Span:
    from_end = bool(window.use_index_end)
    return Span(signed_days(window.start), signed_days(window.end), from_end, from_end)


def _exit_rows(expression: CohortExpression, names: Names) -> Iterator[Row]:
    section = exit_section(expression, names)
    yield Row(Mark.HEADING, section.title)
    sooner = tuple(item.text for item in section.items)
    texts = section.paragraphs[:1] if not sooner else (section.paragraphs[0], section.paragraphs[-1], *sooner)
    yield Row(Mark.STAY, typeset(" ".join(texts)), _("Dans la cohorte"), _stay(expression), 1)


def _stay(expression: CohortExpression) -> Span:
    match expression.exit:
        case DateOffsetExit() as offset:
            return Span(0, offset.offset, end_from_end=offset.field is DateField.END)
        case _:
            return Span(0, None)
