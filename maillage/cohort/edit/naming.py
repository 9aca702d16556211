"""The name of a rule that its author did not name: a step of the attrition funnel in a few words."""

from collections.abc import Callable

from maillage.base.i18n import _, mark, ngettext
from maillage.cohort.edit.model import Age, Block, Card, Edge, Mode, Place, Sense, Times, Value, When
from maillage.cohort.explain.grammar import capital, number
from maillage.cohort.expression.values import Comparison

LONGEST_NAME = 200
_SIGNS = {
    Comparison.LT: "<",
    Comparison.LTE: "≤",
    Comparison.EQ: "=",
    Comparison.NOT_EQ: "≠",
    Comparison.GT: ">",
    Comparison.GTE: "≥",
}
_A_YEAR = 365


Say = Callable[[Card], str]
"""How a card is named, its window aside."""


def automatic_name(body: Block) -> str:
    """What the members say together, within `LONGEST_NAME` letters."""
    name = block_words(body)
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def block_words(body: Block, say: Say | None = None) -> str:
    """The same, as long as it takes; `say` names a card in place of `card_name`."""
    return capital(_block_name(body, say or card_name))


def _block_name(body: Block, say: Say) -> str:
    if not body.members:
        return _("Sans condition")
    if len(body.members) == 1 and body.mode in (Mode.ALL, Mode.ANY):
        return _with_when(body.members[0], _bare_name(body.members[0], say))
    shared = {_when_of(member) for member in body.members}
    if len(shared) == 1:
        return _and_when(_joined(body, [_bare_name(member, say) for member in body.members]), shared.pop())
    return _joined(body, [_with_own_when(member, say) for member in body.members])


def _with_own_when(member: Card | Block, say: Say) -> str:
    words = when_words(member.when) if isinstance(member, Card) and member.when else ""
    return f"{_bare_name(member, say)} ({words})" if words else _bare_name(member, say)


def _joined(body: Block, names: list[str]) -> str:
    first, *others = names
    small = [first, *map(lower_first, others)]
    match body.mode:
        case Mode.ALL:
            return _(" et ").join(small)
        case Mode.ANY:
            return _(" ou ").join(small)
        case Mode.AT_MOST if body.count == 0:
            return _("Ni {names}").format(names=_(" ni ").join(map(lower_first, names)))
        case Mode.AT_LEAST:
            return _("Au moins {count} parmi : {names}").format(count=body.count, names=", ".join(small))
        case Mode.AT_MOST:
            return _("Au plus {count} parmi : {names}").format(count=body.count, names=", ".join(small))


def _bare_name(member: Card | Block, say: Say) -> str:
    if isinstance(member, Block):
        return _("({group})").format(group=_block_name(member, say))
    return say(member)


def card_name(member: Card) -> str:
    """Its label, its value, how many times: what else it asks is left out."""
    if member.occurs is None:
        return _person_name(member)
    head = f"{member.label} {value_words(member.value)}".strip() if member.value else member.label
    if member.sense is Sense.EXCLUDE:
        return _("Sans {event}").format(event=lower_first(head))
    times, count = member.occurs.times, member.occurs.count
    if times is Times.AT_LEAST and count == 0:
        return _("Avec ou sans {event}").format(event=lower_first(head))
    if times is Times.AT_LEAST and count < 2:
        return head
    words = {
        Times.AT_LEAST: _("Au moins {count} fois : {event}"),
        Times.AT_MOST: _("Au plus {count} fois : {event}"),
        Times.EXACTLY: _("{count} fois exactement : {event}"),
    }
    return words[times].format(count=count, event=lower_first(head))


def _person_name(card: Card) -> str:
    parts = [card.age and age_words(card.age), card.sex and ", ".join(card.sex.names)]
    if card.kept or card.years or not any(parts):
        return card.label
    return ", ".join(part for part in parts if part)


def age_words(age: Age) -> str:
    """`18 ans ou plus`, `de 18 à 79 ans`; as the document says it where bounds do not."""
    match age.least, age.most:
        case int(least), None:
            return _("{least} ans ou plus").format(least=least)
        case None, int(most):
            return _("{most} ans ou moins").format(most=most)
        case int(least), int(most):
            return _("de {least} à {most} ans").format(least=least, most=most)
        case _:
            return age.words


def value_words(value: Value) -> str:
    """`≥ 8 %`, `de 3,5 à 5 mmol/L`."""
    unit = " / ".join(unit.code or unit.name for unit in value.units)
    if value.high is not None:
        between = _("de {low} à {high}") if value.op is Comparison.BETWEEN else _("hors de {low} à {high}")
        text = between.format(low=number(value.low), high=number(value.high))
    else:
        text = f"{_SIGNS[value.op]} {number(value.low)}"
    return f"{text} {unit}".strip()


def _when_of(member: Card | Block) -> When | None:
    return member.when if isinstance(member, Card) else None


def _with_when(member: Card | Block, name: str) -> str:
    return _and_when(name, _when_of(member))


def _and_when(name: str, when: When | None) -> str:
    words = when_words(when) if when else ""
    return f"{name}, {words}" if words else name


_OPEN = {
    Place.ANY: "",
    Place.SAME_DAY: mark("le jour même"),
    Place.STAY: mark("pendant le même séjour"),
    Place.BEFORE: mark("avant"),
    Place.ON_OR_BEFORE: mark("le jour même ou avant"),
    Place.AFTER: mark("après"),
    Place.ON_OR_AFTER: mark("le jour même ou après"),
}

_COUNTED_FROM_THE_START = {Place.SAME_DAY, Place.BEFORE, Place.ON_OR_BEFORE, Place.AROUND, Place.CUSTOM}
"""The few words of these leave out the date that days are counted from, which is then that of the start."""


def when_words(when: When) -> str:
    """A window in a few words; empty where any time will do."""
    if when.anchor is Edge.END and when.place in _COUNTED_FROM_THE_START:
        return when.words
    if when.place is Place.CUSTOM:
        return _custom(when)
    if when.days is None and when.anchor is Edge.END and when.place in (Place.AFTER, Place.ON_OR_AFTER):
        return _("après la fin")
    if when.days is None:
        return _(_OPEN[when.place]) if _OPEN[when.place] else ""
    days = _days(when.days)
    match when.place:
        case Place.BEFORE | Place.ON_OR_BEFORE:
            return _("dans les {days} avant").format(days=days)
        case Place.AROUND:
            return _("à {days} près").format(days=days)
        case _ if when.anchor is Edge.END:
            return _("dans les {days} après la fin").format(days=days)
        case _:
            return _("dans les {days} après").format(days=days)


def _custom(when: When) -> str:
    if when.from_days is None or when.to_days is None or not when.exact or when.event_edge is Edge.END:
        return when.words
    text = _("de J{low} à J{high}").format(low=_signed(when.from_days), high=_signed(when.to_days))
    return f"{text}, {_(_OPEN[Place.STAY])}" if when.same_stay else text


def _signed(days: int) -> str:
    return "0" if days == 0 else f"{days:+d}".replace("-", "−")


def _days(count: int) -> str:
    if count % _A_YEAR == 0:
        years = count // _A_YEAR
        return ngettext("{count} an", "{count} ans", years).format(count=years) if years > 1 else _("12 mois")
    return ngettext("{count} jour", "{count} jours", count).format(count=number(count))


def lower_first(text: str) -> str:
    """Without its capital, but for abbreviations: `BPCO`, `HbA1c`."""
    if len(text) < 2 or not text[1].islower() or any(sign.isdigit() for sign in text.split()[0]):
        return text
    return text[:1].lower() + text[1:]
