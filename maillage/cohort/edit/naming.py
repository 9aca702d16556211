"""The name of a rule that its author did not name: a step of the attrition funnel in a few words."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from maillage.base.i18n import _, mark, ngettext
from maillage.cohort.edit.model import (
    Age,
    Block,
    Card,
    Distinct,
    Edge,
    Mode,
    Occurs,
    Place,
    Sense,
    Times,
    Value,
    When,
)
from maillage.cohort.edit.units import word_unit
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
_FEW = 2


Say = Callable[[Card], str]
"""How a card is named, its window aside."""


def automatic_name(body: Block) -> str:
    """What the members say together, within `LONGEST_NAME` letters: else the first and how many others."""
    name = block_words(body)
    if len(name) > LONGEST_NAME:
        name = capital(_block_name(body, card_name, is_brief=True))
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"


def block_words(body: Block, say: Say | None = None) -> str:
    """The same, as long as it takes; `say` names a card in place of `card_name`."""
    return capital(_block_name(body, say or card_name))


def _block_name(body: Block, say: Say, *, is_brief: bool = False) -> str:
    if not body.members:
        return _("Sans condition")
    if len(body.members) == 1 and body.mode in (Mode.ALL, Mode.ANY):
        return _with_when(body.members[0], _bare_name(body.members[0], say))
    shared = {_when_of(member) for member in body.members}
    word = _bare_name if len(shared) == 1 else _with_own_when
    names = [word(member, say) for member in body.members]
    name = _joined(body, _brief(names) if is_brief else names)
    return _and_when(name, shared.pop()) if len(shared) == 1 else name


def _brief(names: list[str]) -> list[str]:
    """The first, and how many others."""
    if len(names) <= _FEW:
        return names
    others = ngettext("{count} autre", "{count} autres", len(names) - 1).format(count=len(names) - 1)
    return [names[0], others]


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
            return _("Au moins {count} parmi : {names}").format(count=body.count, names=_listed(names))
        case Mode.AT_MOST:
            return _("Au plus {count} parmi : {names}").format(count=body.count, names=_listed(names))


def _listed(names: list[str]) -> str:
    return ", ".join(map(lower_first, names))


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
    return _("{times} : {event}").format(times=capital(times_words(member.occurs)), event=lower_first(head))


def is_several(occurs: Occurs) -> bool:
    """Whether a number of events is asked for: neither any nor none."""
    return occurs.count > 0 and (occurs.times, occurs.count) != (Times.AT_LEAST, 1)


def times_words(occurs: Occurs) -> str:
    """`au moins 2 fois, à des jours différents`."""
    text = _(_TIMES[occurs.times]).format(count=occurs.count)
    return f"{text}, {_(DISTINCT_WORDS[occurs.distinct])}" if occurs.distinct else text


_TIMES = {
    Times.AT_LEAST: mark("au moins {count} fois"),
    Times.AT_MOST: mark("au plus {count} fois"),
    Times.EXACTLY: mark("exactement {count} fois"),
}

DISTINCT_WORDS: Mapping[Distinct, str] = MappingProxyType(
    {
        Distinct.NOTHING: mark("quels qu’ils soient"),
        Distinct.DAY: mark("à des jours différents"),
        Distinct.CODE: mark("sous des codes différents"),
    }
)
"""How the events differ that are counted."""


def _person_name(card: Card) -> str:
    parts = [card.age and age_words(card.age), card.sex and ", ".join(card.sex.names)]
    if card.kept or card.years or not any(parts):
        return card.label
    return ", ".join(part for part in parts if part)


def age_words(age: Age) -> str:
    """`18 ans ou plus à la date d’entrée`; as the document says it where bounds do not."""
    match age.least, age.most:
        case int(least), None:
            return _("{least} ans ou plus {anchor}").format(least=least, anchor=age.anchor)
        case None, int(most):
            return _("{most} ans ou moins {anchor}").format(most=most, anchor=age.anchor)
        case int(least), int(most):
            words = _("de {least} à {most} ans {anchor}")
            return words.format(least=least, most=most, anchor=age.anchor)
        case _:
            return age.words


def value_words(value: Value) -> str:
    """`≥ 8 %`, `de 3,5 à 5 mmol/L`."""
    unit = " / ".join(map(word_unit, value.units))
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
    Place.SAME_DAY: mark("le jour de {anchor}"),
    Place.STAY: mark("pendant le même séjour que {anchor}"),
    Place.BEFORE: mark("avant {anchor}"),
    Place.ON_OR_BEFORE: mark("avant {anchor}, jour même compris"),
    Place.AFTER: mark("après {anchor}"),
    Place.ON_OR_AFTER: mark("après {anchor}, jour même compris"),
}
_WITHIN = {
    Place.BEFORE: mark("dans les {days} avant {anchor}"),
    Place.ON_OR_BEFORE: mark("dans les {days} avant {anchor}, jour même compris"),
    Place.AROUND: mark("dans les {days} avant ou après {anchor}"),
    Place.AFTER: mark("dans les {days} après {anchor}"),
    Place.ON_OR_AFTER: mark("dans les {days} après {anchor}, jour même compris"),
}
_WITHIN_A_DAY = {
    Place.BEFORE: mark("la veille de {anchor}"),
    Place.ON_OR_BEFORE: mark("le jour de {anchor} ou la veille"),
    Place.AROUND: mark("de la veille au lendemain de {anchor}"),
    Place.AFTER: mark("le lendemain de {anchor}"),
    Place.ON_OR_AFTER: mark("le jour de {anchor} ou le lendemain"),
}


def when_words(when: When) -> str:
    """A window in a few words, with what its days are counted from; empty where any time will do."""
    if when.place in (Place.ANY, Place.CUSTOM):
        return when.words if when.place is Place.CUSTOM else ""
    anchor = _("la fin de {event}").format(event=when.event) if when.anchor is Edge.END else when.event
    if when.days is None:
        return _(_OPEN[when.place]).format(anchor=anchor)
    within = _WITHIN_A_DAY if when.days == 1 else _WITHIN
    return _(within[when.place]).format(days=_days(when.days), anchor=anchor)


def _days(count: int) -> str:
    if count % _A_YEAR == 0:
        years = count // _A_YEAR
        return ngettext("{count} an", "{count} ans", years).format(count=years) if years > 1 else _("12 mois")
    return ngettext("{count} jour", "{count} jours", count).format(count=number(count))


def lower_first(text: str) -> str:
    """Without its capital, but for abbreviations: `BPCO`, `HbA1c`."""
    word = text.partition(" ")[0]
    if word not in _ONE_LETTER and (not word[1:2].islower() or any(sign.isdigit() for sign in word)):
        return text
    return text[:1].lower() + text[1:]


_ONE_LETTER = ("A", "À")
"""Words of one letter, in English and French: alone, they look like abbreviations."""
