"""The event that delays and ages are counted from, in words: none is left unsaid."""

from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.words.domains import NOUNS, Form
from maillage.cohort.expression import Criterion
from maillage.cohort.expression.values import CodesetRef


@dataclass(frozen=True)
class Anchor:
    """An event and its two dates, both feminine in French, so that « de » and « à » never contract."""

    event: str
    start: str
    end: str


def entry_anchor() -> Anchor:
    """The event by which a person enters."""
    return Anchor(
        _("l’événement d’entrée"), _("la date d’entrée"), _("la date de fin de l’événement d’entrée")
    )


def event_anchor(criterion: Criterion, names: Names | None = None) -> Anchor:
    """The event just spoken of; with `names`, told by its list: another of its kind may come in between."""
    event = _(NOUNS[criterion.domain][Form.THIS])
    codeset = dict(criterion.attributes).get("CodesetId")
    if names and isinstance(codeset, CodesetRef):
        event = f"{event} ({names.concept_set(codeset.codeset_id)})"
    return Anchor(
        event,
        _("la date de début de {event}").format(event=event),
        _("la date de fin de {event}").format(event=event),
    )
