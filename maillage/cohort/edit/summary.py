"""A whole cohort in a sentence, for a list of cohorts or the head of a page. `explain` says it exactly.

It is made from the expression alone. The names of rules are left out, and lists whose names do not say their
codes are told with them: nothing holds an author to these names.
"""

from collections.abc import Iterator

from maillage.base.i18n import _
from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.model import Card, Control, Entry, Years
from maillage.cohort.edit.naming import (
    age_words,
    block_words,
    card_name,
    is_several,
    lower_first,
    value_words,
)
from maillage.cohort.edit.outline import outline
from maillage.cohort.explain.grammar import capital, day, one_of, typeset
from maillage.cohort.explain.words.attributes import SAME
from maillage.cohort.explain.words.comparisons import DATES
from maillage.cohort.expression import CountColumn
from maillage.cohort.expression.values import Comparison


def summary(document: Document) -> str:
    """Who enters, then what each rule asks, in the language in force.

    Raises ExpressionError for what is no expression.
    """
    shown = outline(document)
    head = _("{people} {entry}").format(people=_people(shown.entry), entry=_events(shown.entry))
    asked = [*([shown.entry.also] if shown.entry.also else []), *(rule.body for rule in shown.rules)]
    rules = _(" ; ").join(lower_first(block_words(body, _card)) for body in asked)
    text = _("{head} : {rules}").format(head=head, rules=rules) if rules else head
    return typeset(capital(text) + ".")


def _people(entry: Entry) -> str:
    people = one_of(list(entry.sex.names)) if entry.sex and not entry.sex.exclude else _("personnes")
    return f"{people} ({age_words(entry.age)})" if entry.age else people


def _events(entry: Entry) -> str:
    if not entry.cards:
        return _("dont l’événement d’entrée n’est pas encore choisi")
    shared = set(_shared(entry))
    events = one_of([_entry_card(card, shared) for card in entry.cards])
    if Control.STAY in shared and entry.stay:
        events = f"{events} ({one_of(list(entry.stay.names))})"
    return ", ".join([_("qui ont eu {events}").format(events=events), *_circumstances(entry)])


def _shared(entry: Entry) -> Iterator[str]:
    """What the sentence says once for all the entry events."""
    if entry.age:
        yield Control.AGE
    if entry.sex and not entry.sex.exclude:
        yield Control.SEX
    if entry.stay and not entry.stay.exclude:
        yield Control.STAY
    if entry.years and entry.years.exact:
        yield Control.YEARS


def _entry_card(card: Card, shared: set[str]) -> str:
    if is_stay_in_place(card):
        event = _("un séjour en {place}").format(place=lower_first(card.label))
        return _with_more(event, card, said={Control.FIRST, Control.PLACE, *shared})
    event = lower_first(card.sentence).removesuffix(".")
    value = f" {value_words(card.value)}" if card.value else ""
    # The sentence of a card tells its list only where that is not of codes of origin.
    codes = [] if card.source_codes else [Control.TERMS]
    return _with_more(event + value, card, said={Control.FIRST, *codes, *shared})


def _card(card: Card) -> str:
    """A card of a rule: its name, and what the name leaves out."""
    name = card_name(card)
    if card.occurs is None:
        return name
    return _with_more(name, card, said={Control.TERMS, *([Control.PLACE] if is_stay_in_place(card) else [])})


def is_stay_in_place(card: Card) -> bool:
    """Whether the card is called by the kind of place of its stays, which have no other code."""
    return card.place is not None and card.place.exact and not card.terms


def _with_more(text: str, card: Card, *, said: set[str]) -> str:
    more = [lower_first(line).removesuffix(".") for line in _unsaid(card, said)]
    return f"{text} ({', '.join(more)})" if more else text


def _unsaid(card: Card, said: set[str]) -> Iterator[str]:
    # A card's own words tell how long its events last.
    length = [Control.LENGTH] if card.length and card.length.exact else []
    known = {*said, *length, *([Control.VALUE] if card.value else [])}
    if card.codes.casefold() not in card.label.casefold():
        yield card.codes
    yield from (line for control, line in card.told if control not in known)
    yield from (line for line in card.kept if line not in card.details)
    if card.occurs and card.occurs.distinct and not is_several(card.occurs):
        yield _("sans compter deux fois {same}").format(same=_(SAME[CountColumn(card.occurs.distinct)]))
    if card.around:
        conditions = lower_first(block_words(card.around, _card))
        yield _("autour de cet événement : {conditions}").format(conditions=conditions)


def _circumstances(entry: Entry) -> Iterator[str]:
    if entry.years and entry.years.exact:
        yield _dates(entry.years)
    if entry.prior_days or entry.post_days:
        yield lower_first(entry.observation).removesuffix(".")


def _dates(years: Years) -> str:
    match years.since, years.until:
        case None, until:
            return _(DATES[Comparison.LTE]).format(low=day(until)) if until else ""
        case since, None:
            return _(DATES[Comparison.GTE]).format(low=day(since))
        case since, until:
            return _(DATES[Comparison.BETWEEN]).format(low=day(since), high=day(until))
