"""What helps to fill in an analysis: terms are searched, and the one that is chosen is written in a field.

The form is sent for that too, so that it works without a script: by the button of a suggestion (`term`), of
the search (`do=search`), of an example (`do=example:` and a field). Nothing is asked of hospitals then.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from maillage.analysis.errors import ParametersError
from maillage.base.i18n import _
from maillage.exchange.parts import SEVERAL
from maillage.hub.boot import Hub, current_hub
from maillage.hub.portal.results.filling import fill, write_json
from maillage.hub.portal.results.forms import Field, list_fields
from maillage.hub.portal.sessions import field
from maillage.hub.terms.buckets import Buckets
from maillage.hub.terms.choice import Choice, read_choices
from maillage.hub.terms.events import EVENTS
from maillage.hub.terms.suggest import Found, describe_concept, describe_event, suggest

_START = "p."
_EXAMPLE = "example:"
_MOST_TYPED = 200


def list_posted(request: HttpRequest) -> dict[str, str]:
    """What was typed, by parameter: the fields of the form bear its name after `p.`."""
    sent = request.POST.items()
    return {name.removeprefix(_START): str(value) for name, value in sent if name.startswith(_START)}


def own_fields(posted: Mapping[str, str], *, of: str) -> dict[str, str]:
    """Of those, one analysis's among several: they bear its name before a dot."""
    start = f"{of}."
    return {name.removeprefix(start): value for name, value in posted.items() if name.startswith(start)}


def asks_for_help(request: HttpRequest) -> bool:
    """Whether the form was sent to be filled in further, and not to be asked."""
    return "term" in request.POST or field(request, "do").startswith((_EXAMPLE, "search"))


def help_in(request: HttpRequest, posted: Mapping[str, str]) -> dict[str, str]:
    """The fields with the term or the example in its place. Raises ParametersError, ChoiceError."""
    choices, do = read_choices(request.POST), field(request, "do")
    into = do.removeprefix(_EXAMPLE) if do.startswith(_EXAMPLE) else field(request, "into")
    asked = _find_field(request, into)
    if asked is None or not (choices or do.startswith(_EXAMPLE)):
        return dict(posted)
    if not choices:
        return {**posted, into: write_json(json.loads(asked.example or "null"))}
    if asked.slot is None:
        return dict(posted)
    term = _find_term(choices[0], hub=current_hub())
    return {**posted, into: fill(asked.slot, text=posted.get(into, ""), term=term)}


def describe_help(request: HttpRequest, sections: Sequence[Mapping[str, Any]], *, hub: Hub) -> dict[str, Any]:
    """The search above a form some of whose fields terms can fill: which ones, what was typed, what is found.

    A name typed where JSON is asked is looked for as if it had been typed there.
    """
    slots = [
        {"name": one.name, "label": one.label, "value": one.value, "of": section.get("words")}
        for section in sections
        for one in section["fields"]
        if one.slot is not None
    ]
    bare = next(_list_bare(slots), ("", "")) if request.method == "POST" else ("", "")
    text = (field(request, "q") if "term" not in request.POST else "") or bare[1]
    found = suggest(text[:_MOST_TYPED], hub=hub) if slots and text else []
    return {
        "slots": slots,
        "into": bare[0] or field(request, "into"),
        "text": text[:_MOST_TYPED],
        "found": found,
        "near": bool(found) and found[0].near,
        "unsaid": any(one.bucket is None for one in found),
        "reference": hub.shelf.look(hub=hub) is not None,
    }


def _list_bare(slots: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Fields that hold words instead of JSON, and the words."""
    for slot in slots:
        typed = str(slot["value"]).strip()
        if typed and not typed.startswith(("{", "[")):
            yield slot["name"], typed


def _find_field(request: HttpRequest, name: str) -> Field | None:
    """The field of that name in the form that was sent."""
    analysis = str(request.resolver_match.kwargs["analysis_id"]) if request.resolver_match else ""
    if analysis == SEVERAL:
        analysis, _dot, name = name.partition(".")
    return next((one for one in list_fields(analysis) if one.name == name), None)


def _find_term(choice: Choice, *, hub: Hub) -> Found:
    """Raises ParametersError when the référentiel has none of that id any longer."""
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
