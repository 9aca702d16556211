"""The first page: ask, go on with what one was writing or reading, and how the network is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from maillage.hub.boot import current_hub
from maillage.hub.cohorts.find import list_own
from maillage.hub.portal.examples import list_examples
from maillage.hub.portal.navigation import list_duties, may_ask
from maillage.hub.portal.network.page import describe_nodes
from maillage.hub.portal.sessions import requester_of, signed_in
from maillage.hub.questions.closing import expire_due
from maillage.hub.questions.document import list_questions

RECENT = 5


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The start of everything; of who asks no questions, the start of what they do here."""
    hub, by = current_hub(), requester_of(request)
    expire_due(hub=hub)
    context = describe_nodes(hub=hub) | {
        "may_ask": may_ask(request),
        "duties": list_duties(request),
        "cohorts": list_own(by, limit=RECENT),
        "questions": list_questions(by, limit=RECENT),
        "examples": list_examples(hub.examples),
    }
    return render(request, "portal/home.html", context)
