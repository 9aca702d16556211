"""The API of people's programs: ask, follow, cancel, look at the network. `Authorization: Bearer …`."""

from typing import Annotated, Any, cast

from django.http import HttpRequest
from ninja import NinjaAPI, Status
from ninja.parser import Parser
from ninja.security import HttpBearer
from pydantic import Field

from maillage import __version__
from maillage.base.canon import read_json
from maillage.base.i18n import _
from maillage.governance.people.roles import Role
from maillage.hub.access import limits
from maillage.hub.access.errors import TokenError
from maillage.hub.access.people import find_requester
from maillage.hub.access.rules import Audience, Rule
from maillage.hub.access.who import find_who
from maillage.hub.api.errors import register_handlers
from maillage.hub.api.schemas import (
    ErrorOut,
    NetworkOut,
    PermitList,
    QuestionIn,
    QuestionList,
    QuestionOut,
)
from maillage.hub.boot import Hub, current_hub
from maillage.hub.network import describe_network
from maillage.hub.questions.ask import Draft, ask
from maillage.hub.questions.closing import cancel, expire_due
from maillage.hub.questions.document import describe_question, find_question, list_questions
from maillage.hub.questions.follow import PROGRAM_SECONDS, follow
from maillage.hub.questions.models import Question
from maillage.hub.questions.permits import describe_budget, list_permits
from maillage.hub.settings import MAX_BODY_BYTES


class BearerToken(HttpBearer):
    """The token of a requester, made by `maillage hub token create` or in the portal.

    Roles narrow a call to who holds one of them now.
    """

    def __init__(self, *roles: Role) -> None:
        super().__init__()
        self.rule = Rule(Audience.PERSON, frozenset(roles))

    def authenticate(self, request: HttpRequest, token: str) -> str:
        """Whose token it is, who may be let in now. Raises TokenError, AccountClosedError or TooManyError."""
        hub, address = current_hub(), str(request.META.get("REMOTE_ADDR", ""))
        try:
            requester = find_requester(token, at=hub.clock())
        except TokenError:
            hub.limiter.take(limits.WRONG_FROM_ADDRESS, address)
            raise
        hub.limiter.take(limits.API, requester)
        who = find_who(requester, now=hub.clock())
        cast("Any", request).who = who
        self.rule.check(who)
        return requester

    def __call__(self, request: HttpRequest) -> str:
        """As the library's, with our own error when the header is absent."""
        found = super().__call__(request)
        if not found:
            raise TokenError
        return str(found)


class CarefulParser(Parser):
    """Bodies are read with our own bounds: no duplicate key, no NaN, no bottomless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The JSON document. Raises CanonError."""
        return read_json(request.body, max_bytes=MAX_BODY_BYTES)


api = NinjaAPI(
    title="Maillage",
    version="1",
    description=_("Poser une question aux hôpitaux du groupe et en lire les réponses.") + f" ({__version__})",
    docs_url=None,
    urls_namespace="client",
    auth=BearerToken(),
    parser=CarefulParser(),
)
register_handlers(api)

ERRORS = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), ErrorOut)


@api.post(
    "/questions",
    auth=BearerToken(Role.RESEARCHER),
    response={201: QuestionOut, **ERRORS},
    operation_id="ask",
)
def ask_question(request: HttpRequest, body: QuestionIn) -> Status[dict[str, Any]]:
    """Ask one question of several hospitals. The answer comes with `GET /questions/{id}`."""
    hub = current_hub()
    question = ask(
        Draft(**body.model_dump(exclude={"sites"}), sites=body.sites), by=_requester(request), hub=hub
    )
    return Status(201, _document(question, hub=hub))


@api.get("/questions", response={200: QuestionList, **ERRORS}, operation_id="list_questions")
def list_own(request: HttpRequest) -> dict[str, Any]:
    """One's own questions, newest first, at most 100."""
    expire_due(hub=current_hub())
    return {"questions": list_questions(_requester(request))}


@api.get("/questions/{question_id}", response={200: QuestionOut, **ERRORS}, operation_id="read_question")
def read_question(
    request: HttpRequest,
    question_id: str,
    wait: Annotated[float, Field(ge=0, le=300)] = 0,
    seen: int = -1,
) -> dict[str, Any]:
    """The question and its answers so far.

    With `wait`, the answer comes when the version exceeds `seen`, and after 30 s at most.
    """
    hub = current_hub()
    question = follow(
        question_id,
        requester=_requester(request),
        seen=seen,
        seconds=wait,
        hub=hub,
        gather=PROGRAM_SECONDS,
    )
    return _document(question, hub=hub)


@api.delete(
    "/questions/{question_id}",
    auth=BearerToken(Role.RESEARCHER),
    response={200: QuestionOut, **ERRORS},
    operation_id="cancel_question",
)
def cancel_question(request: HttpRequest, question_id: str) -> dict[str, Any]:
    """Withdraw a question: hospitals that are computing it are told to stop."""
    hub = current_hub()
    cancel(question_id, by=_requester(request), hub=hub)
    return _document(find_question(question_id, requester=_requester(request)), hub=hub)


@api.get("/permits", response={200: PermitList, **ERRORS}, operation_id="list_permits")
def list_own_permits(request: HttpRequest) -> dict[str, Any]:
    """The permits in force that name you: their form of counts, and what their budgets leave you."""
    return {"permits": list_permits(_requester(request), hub=current_hub())}


@api.get("/network", response={200: NetworkOut, **ERRORS}, operation_id="read_network")
def read_network(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - ninja hands it to every view
    """The hospitals: health in words, version, when last heard, latency."""
    return describe_network(hub=current_hub())


def _document(question: Question, *, hub: Hub) -> dict[str, Any]:
    """The question as its requester reads it, with what is left to ask."""
    budget = describe_budget(question.permit, requester=question.requester, hub=hub)
    return describe_question(question, settings=hub.settings) | {"budget": budget}


def _requester(request: HttpRequest) -> str:
    return request.auth  # pyright: ignore[reportAttributeAccessIssue] - set by ninja after authentication
