"""Terms that were chosen in the drawer, or among pasted codes, as edits of the draft."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from maillage.base.i18n import _
from maillage.cohort.edit import Document, ExcludeTerm, PasteTerms, Sense, Term, change, part_by_kind
from maillage.cohort.errors import EditError
from maillage.hub.boot import Hub
from maillage.hub.portal.ask.terms import as_term
from maillage.hub.terms.buckets import Buckets
from maillage.hub.terms.choice import Choice, read_choices
from maillage.hub.terms.suggest import describe_concept

ENTRY, RULE = "entry", "rule"


@dataclass(frozen=True)
class Chosen:
    """Terms, where they go, and what below them is left out. `path` is `entry`, `rule` or that of a card."""

    terms: Sequence[Term]
    left_out: Sequence[Term]
    path: str
    sense: Sense

    @property
    def parts(self) -> Sequence[tuple[Term, ...]]:
        """What becomes an event or a criterion each: codes of one kind, or all where a list takes them."""
        return part_by_kind(self.terms) if self.path in (ENTRY, RULE) else [tuple(self.terms)]

    @property
    def done(self) -> str:
        """What the page says of it, by its key; nothing where all went together."""
        if len(self.parts) < 2:
            return ""
        return "entries" if self.path == ENTRY else "kinds"

    @property
    def codes(self) -> str:
        """The codes, one a line, as they are pasted."""
        return "\n".join(term.code or term.name for term in self.terms)


def read_chosen(form: QueryDict, *, hub: Hub) -> Chosen:
    """What the form says. Raises EditError, ChoiceError."""
    choices = read_choices(form)
    terms = tuple(_find_terms(choices, hub=hub))
    if not terms:
        raise EditError(_("Aucun terme n’est coché."), remedy=_("Cochez au moins un terme."))
    without = dict.fromkeys(one for choice in choices for one in choice.without)
    left_out = [_find_term(concept, below=True, hub=hub) for concept in without]
    sense = Sense.EXCLUDE if form.get("sense") == Sense.EXCLUDE else Sense.INCLUDE
    return Chosen(terms, left_out, str(form.get("path", "")) or RULE, sense)


def add_chosen(document: Document, chosen: Chosen) -> Document:
    """The draft with the chosen terms in it: as entry events, as new rules, or in a card's list of codes.

    Raises EditError.
    """
    for part in chosen.parts:
        document = change(document, PasteTerms(chosen.path, part, chosen.sense))
    where = _find_added(document, chosen.path)
    for term in chosen.left_out:
        document = change(document, ExcludeTerm(where, term))
    return document


def _find_added(document: Document, path: str) -> str:
    """Where what was just added is: at the end of its like."""
    match path:
        case "entry":
            return f"entry.{len(document['PrimaryCriteria']['CriteriaList']) - 1}"
        case "rule":
            return f"rule.{len(document['InclusionRules']) - 1}.c0"
        case _other:
            return path


def _find_terms(choices: Sequence[Choice], *, hub: Hub) -> Iterator[Term]:
    for choice in choices:
        if choice.concept_id is not None:
            yield _find_term(choice.concept_id, below=choice.below, hub=hub)


def _find_term(concept: int, *, below: bool, hub: Hub) -> Term:
    terms = hub.shelf.look(hub=hub)
    found = None if terms is None else describe_concept(concept, terms=terms, buckets=Buckets({}))
    if found is None:
        raise EditError(
            _("Ce terme n’est pas dans le référentiel publié."), remedy=_("Cherchez-le à nouveau.")
        )
    return as_term(found, below=below)
