"""The terms' pages. Each view gathers, then renders; fragments are for pages that hold a form."""

from collections.abc import Sequence
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from maillage.base.i18n import _
from maillage.governance.people.roles import Role
from maillage.hub.access.rules import Whose
from maillage.hub.boot import current_hub
from maillage.hub.portal.sessions import allows, field
from maillage.hub.terms.around import look_around
from maillage.hub.terms.codes import find_codes
from maillage.hub.terms.suggest import suggest

_MOST_NAMED = 200


@require_GET
@allows(Role.RESEARCHER)
def browse(request: HttpRequest) -> HttpResponse:
    """The référentiel to look through; a term that was chosen opens its own page."""
    chosen = str(request.GET.get("term", ""))
    if chosen.isdecimal() and chosen.isascii():
        return redirect("term", int(chosen[:10]))
    return render(request, "portal/terms/browse.html", _find(request))


@require_GET
@allows(Role.RESEARCHER)
def suggestions(request: HttpRequest) -> HttpResponse:
    """The listbox of what was typed (`q`), for the field `into`, which takes these `kinds` of variables."""
    kinds = [one for one in str(request.GET.get("kinds", "")).split(",") if one]
    context = _find(request, kinds=kinds) | {"into": str(request.GET.get("into", ""))[:_MOST_NAMED]}
    return render(request, "portal/terms/_suggestions.html", context)


@require_GET
@allows(Role.RESEARCHER, whose=Whose.EVERY)
def term(request: HttpRequest, concept_id: int) -> HttpResponse:
    """A term with its parents and children: the drawer's content, or a page when it is opened by itself."""
    hub = current_hub()
    terms = hub.shelf.look(hub=hub)
    around = None if terms is None else look_around(concept_id, terms=terms, hub=hub)
    if around is None:
        raise Http404(_("Ce terme n’est pas dans le référentiel publié."))
    template = "portal/terms/_term.html" if _wants_fragment(request) else "portal/terms/term.html"
    return render(request, template, {"around": around, "reference": terms and terms.reference})


@require_POST
@allows(Role.RESEARCHER)
def codes(request: HttpRequest) -> HttpResponse:
    """Codes pasted from a protocol (`codes`): found and not found."""
    pasted = find_codes(field(request, "codes"), hub=current_hub())
    template = "portal/terms/_codes.html" if _wants_fragment(request) else "portal/terms/codes.html"
    return render(request, template, {"pasted": pasted, "text": field(request, "codes")})


def _find(request: HttpRequest, *, kinds: Sequence[str] = ()) -> dict[str, Any]:
    text, hub = str(request.GET.get("q", "")), current_hub()
    found = suggest(text, hub=hub, kinds=kinds)
    terms = hub.shelf.look(hub=hub)
    return {
        "text": text,
        "found": found,
        "near": bool(found) and found[0].near,
        "unsaid": any(one.bucket is None for one in found),
        "reference": terms and terms.reference,
    }


def _wants_fragment(request: HttpRequest) -> bool:
    return bool(cast("Any", request).htmx)
