"""What helps to fill in an analysis: terms are searched, cards are added, copied, removed.

The form is sent for that too, so that it works without a script: by a button whose name is `term.` and the
name of a field, or by one called `do` (`fields/steps.py`). Nothing is asked of hospitals then.
"""

from collections.abc import Iterator, Mapping

from django.http import HttpRequest

from maillage.analysis.errors import ParametersError
from maillage.base.i18n import _
from maillage.hub.boot import Hub, current_hub
from maillage.hub.portal.fields.controls import START
from maillage.hub.portal.fields.filled import Filled
from maillage.hub.portal.fields.showing import SEARCH
from maillage.hub.portal.fields.steps import Stepped, do_step, take_term
from maillage.hub.portal.sessions import field
from maillage.hub.terms.buckets import Buckets
from maillage.hub.terms.choice import read_choice
from maillage.hub.terms.events import EVENTS
from maillage.hub.terms.suggest import Found, describe_concept, describe_event

_TERM = "term."


def list_posted(request: HttpRequest) -> dict[str, str]:
    """What was typed, by parameter: the fields of the form bear its name after `p.`."""
    return _list_after(request, START)


def list_searched(request: HttpRequest) -> dict[str, str]:
    """What was typed in the searches, by the field they are for; nothing where a term was chosen for it."""
    taken = dict(_list_taken(request))
    return {name: text for name, text in _list_after(request, SEARCH).items() if name not in taken}


def own_fields(posted: Mapping[str, str], *, of: str) -> dict[str, str]:
    """Of those, one analysis's among several: they bear its name before a dot."""
    start = f"{of}."
    return {name.removeprefix(start): value for name, value in posted.items() if name.startswith(start)}


def asks_for_help(request: HttpRequest) -> bool:
    """Whether the form was sent to be filled in further, and not to be asked."""
    return "do" in request.POST or any(True for _name in _list_taken(request))


def help_in(request: HttpRequest, filled: Filled, *, prefix: str = "") -> Stepped:
    """The form with the term or the step in its place, where they are for this one of several."""
    for name, value in _list_taken(request):
        if name.startswith(prefix):
            return take_term(filled, name.removeprefix(prefix), _find_term(value, hub=current_hub()))
    verb, colon, rest = field(request, "do").partition(":")
    if not rest.startswith(prefix):
        return Stepped(filled)
    return do_step(filled, f"{verb}{colon}{rest.removeprefix(prefix)}")


def _list_after(request: HttpRequest, start: str) -> dict[str, str]:
    sent = request.POST.items()
    return {name.removeprefix(start): str(value) for name, value in sent if name.startswith(start)}


def _list_taken(request: HttpRequest) -> Iterator[tuple[str, str]]:
    yield from _list_after(request, _TERM).items()


def _find_term(value: str, *, hub: Hub) -> Found:
    """Raises ParametersError when the référentiel has none of that id any longer, ChoiceError for no term."""
    choice = read_choice(value)
    if choice.event is not None:
        event = next(one for one in EVENTS if one.key is choice.event)
        return describe_event(event, buckets=Buckets({}))
    terms = hub.shelf.look(hub=hub)
    found = (
        describe_concept(choice.concept_id, terms=terms, buckets=Buckets({}))
        if terms is not None and choice.concept_id is not None
        else None
    )
    if found is None:
        raise ParametersError(
            _("Ce terme n’est pas dans le référentiel publié."),
            remedy=_("Choisissez-le parmi les suggestions."),
        )
    return found
