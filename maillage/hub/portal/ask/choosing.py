"""Terms that were chosen in the drawer, or among pasted codes, as an edit of the draft."""

from collections.abc import Iterator, Sequence

from django.http import QueryDict

from maillage.base.i18n import _
from maillage.cohort.edit import Document, ExcludeTerm, PasteTerms, Sense, Term, change
from maillage.cohort.errors import EditError
from maillage.hub.boot import Hub
from maillage.hub.portal.ask.terms import as_term
from maillage.hub.terms.buckets import Buckets
from maillage.hub.terms.choice import Choice, read_choices
from maillage.hub.terms.suggest import describe_concept

ENTRY, RULE = "entry", "rule"


def add_chosen(document: Document, form: QueryDict, *, hub: Hub) -> Document:
    """The draft with the chosen terms in it: as entry event, as a new rule, or in a card's list of codes.

    Raises EditError, ChoiceError.
    """
    choices = read_choices(form)
    terms = tuple(_find_terms(choices, hub=hub))
    if not terms:
        raise EditError(_("Aucun terme n’est coché."), remedy=_("Cochez au moins un terme."))
    path, sense = str(form.get("path", "")) or RULE, _read_sense(form)
    added = change(document, PasteTerms(path, terms, sense))
    return _leave_out(added, choices, path=path, hub=hub)


def _leave_out(document: Document, choices: Sequence[Choice], *, path: str, hub: Hub) -> Document:
    left_out = dict.fromkeys(one for choice in choices for one in choice.without)
    where = _find_added(document, path)
    for concept in left_out:
        document = change(document, ExcludeTerm(where, _find_term(concept, below=True, hub=hub)))
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


def _read_sense(form: QueryDict) -> Sense:
    return Sense.EXCLUDE if form.get("sense") == Sense.EXCLUDE else Sense.INCLUDE
