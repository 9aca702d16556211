"""How a number or a text is compared: `above(8)`, `between(18, 80)`, `contains("toux")`."""

from datetime import date

from maillage.base.i18n import _
from maillage.cohort.dsl.checks import check_number, check_order, read_date
from maillage.cohort.errors import StudyError
from maillage.cohort.expression.values import Comparison, DateRange, NumberRange, TextFilter, TextMatch


def above(value: float) -> NumberRange:
    """More than `value`."""
    return _one(Comparison.GT, value)


def below(value: float) -> NumberRange:
    """Less than `value`."""
    return _one(Comparison.LT, value)


def minimum(value: float) -> NumberRange:
    """`value` or more."""
    return _one(Comparison.GTE, value)


def maximum(value: float) -> NumberRange:
    """`value` or less."""
    return _one(Comparison.LTE, value)


def equals(value: float) -> NumberRange:
    """Just `value`."""
    return _one(Comparison.EQ, value)


def differs(value: float) -> NumberRange:
    """Anything but `value`."""
    return _one(Comparison.NOT_EQ, value)


def between(low: float, high: float) -> NumberRange:
    """From `low` to `high`, both included."""
    return _two(Comparison.BETWEEN, low, high)


def outside(low: float, high: float) -> NumberRange:
    """Less than `low` or more than `high`."""
    return _two(Comparison.NOT_BETWEEN, low, high)


def contains(text: str) -> TextFilter:
    """The text somewhere; `%` and `_` are wildcards."""
    return TextFilter(TextMatch.CONTAINS, text)


def starts_with(text: str) -> TextFilter:
    """The text at the beginning."""
    return TextFilter(TextMatch.STARTS_WITH, text)


def ends_with(text: str) -> TextFilter:
    """The text at the end."""
    return TextFilter(TextMatch.ENDS_WITH, text)


def read_text(text: TextFilter | str) -> TextFilter:
    """A plain text means that very text."""
    return TextFilter(TextMatch.EQ, text) if isinstance(text, str) else text


def read_range(low: NumberRange | float | None, high: float | None) -> NumberRange:
    """From `low` to `high`, both included, one of them perhaps open. Raises StudyError."""
    if isinstance(low, NumberRange):
        if high is not None:
            raise _two_ways()
        return low
    if low is not None and high is not None:
        return between(low, high)
    if low is not None:
        return minimum(low)
    if high is not None:
        return maximum(high)
    raise _no_bound()


def read_dates(
    *, since: date | str | None, until: date | str | None, after: date | str | None, before: date | str | None
) -> DateRange:
    """`since` and `until` are included, `after` and `before` are not. Raises StudyError."""
    given = {
        op: read_date(day)
        for op, day in (
            (Comparison.GTE, since),
            (Comparison.LTE, until),
            (Comparison.GT, after),
            (Comparison.LT, before),
        )
        if day is not None
    }
    if len(given) == 1:
        return DateRange(*next(iter(given.items())))
    if given.keys() == {Comparison.GTE, Comparison.LTE}:
        check_order(given[Comparison.GTE], given[Comparison.LTE])
        return DateRange(Comparison.BETWEEN, given[Comparison.GTE], given[Comparison.LTE])
    raise _two_ways() if given else _no_bound()


def _one(op: Comparison, value: float) -> NumberRange:
    return NumberRange(op, check_number(value))


def _two(op: Comparison, low: float, high: float) -> NumberRange:
    check_order(check_number(low), check_number(high))
    return NumberRange(op, low, high)


def _no_bound() -> StudyError:
    return StudyError(
        _("Il manque une borne."),
        why=_("Sans elle, rien ne serait comparé."),
        remedy=_("Donnez un minimum, un maximum ou les deux."),
    )


def _two_ways() -> StudyError:
    return StudyError(
        _("Les bornes sont dites de deux façons."),
        remedy=_("Dates : since et until, ou after, ou before. Nombres : deux bornes, ou une comparaison."),
    )
