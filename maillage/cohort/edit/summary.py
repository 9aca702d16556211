"""A whole cohort in a sentence, for a list of cohorts or the head of a page. `explain` says it exactly."""

from collections.abc import Iterator

from maillage.base.i18n import _
from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.model import Card, Entry, Years
from maillage.cohort.edit.naming import age_words, lower_first
from maillage.cohort.edit.outline import outline
from maillage.cohort.explain.grammar import capital, day, one_of, typeset
from maillage.cohort.explain.words.comparisons import DATES
from maillage.cohort.expression.values import Comparison


def summary(document: Document) -> str:
    """Who enters, then the rules by their names, in the language in force.

    Raises ExpressionError for what is no expression.
    """
    shown = outline(document)
    head = _("{people} {entry}").format(people=_people(shown.entry), entry=_events(shown.entry))
    rules = " ; ".join(lower_first(rule.name) for rule in shown.rules)
    text = _("{head} : {rules}").format(head=head, rules=rules) if rules else head
    return typeset(capital(text) + ".")


def _people(entry: Entry) -> str:
    people = one_of(list(entry.sex.names)) if entry.sex and not entry.sex.exclude else _("personnes")
    return f"{people} ({age_words(entry.age)})" if entry.age else people


def _events(entry: Entry) -> str:
    if not entry.cards:
        return _("dont l’événement d’entrée n’est pas encore choisi")
    events = one_of([lower_first(card.sentence).removesuffix(".") for card in entry.cards])
    if entry.stay:
        events = f"{events} ({one_of(list(entry.stay.names))})"
    return ", ".join([_("qui ont eu {events}").format(events=events), *_circumstances(entry)])


def _circumstances(entry: Entry) -> Iterator[str]:
    if entry.years and entry.years.exact:
        yield _dates(entry.years)
    if entry.prior_days or entry.post_days:
        yield lower_first(entry.observation).removesuffix(".")
    if any(map(_says_more, entry.cards)) or entry.also:
        yield _("sous d’autres conditions")


def _dates(years: Years) -> str:
    match years.since, years.until:
        case None, until:
            return _(DATES[Comparison.LTE]).format(low=day(until)) if until else ""
        case since, None:
            return _(DATES[Comparison.GTE]).format(low=day(since))
        case since, until:
            return _(DATES[Comparison.BETWEEN]).format(low=day(since), high=day(until))


def _says_more(card: Card) -> bool:
    """Whether the card asks what the sentence leaves out."""
    return bool(card.kept or card.around or card.value or card.status or card.answer)
