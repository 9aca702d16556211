"""The API of nodes: every request signed (RFC 9421), every body bounded, these ten calls and no other."""

from typing import Annotated, Any, cast

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import NinjaAPI
from pydantic import Field, StringConstraints, ValidationError

from maillage.base.canon import read_json
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.base.settings import describe_validation
from maillage.exchange.message import Hash, Identifier, Message
from maillage.exchange.sums import MAX_STEP_BYTES, STEP, Step
from maillage.exchange.version import is_accepted
from maillage.governance.permits.actions import note_word
from maillage.governance.permits.listing import list_for, read_edition
from maillage.hub.access.errors import ProtocolError
from maillage.hub.access.nodes import Caller, identify, take_nonce
from maillage.hub.access.rules import NODE
from maillage.hub.api.errors import register_handlers
from maillage.hub.boot import current_hub
from maillage.hub.errors import HubError
from maillage.hub.ledger.heads import exchange_heads
from maillage.hub.questions.answers import record_answer
from maillage.hub.questions.closing import expire_due
from maillage.hub.questions.greet import Greeting, greet
from maillage.hub.questions.lease import News, deliver, end_idle_poll, find_news
from maillage.hub.questions.rounds.taking import take_told
from maillage.hub.questions.sums.steps import take_step
from maillage.hub.referentiel import find_file, read_current
from maillage.hub.terms.catalogues import record_catalogue
from maillage.hub.waiting import wait_for
from maillage.hub.writing import writing

DSSE_TYPE = "application/vnd.dsse+json"
_MAX_HELLO_BYTES = 100_000
_EDITION = "Maillage-Permits"


class NodeSignature:
    """The way in to every call here: a request that a member signed."""

    rule = NODE

    def __call__(self, request: HttpRequest) -> Caller:
        """Who signed it. Raises AccessError or SignatureError."""
        return identify(
            method=request.method or "",
            target=request.get_full_path(),
            body=request.body,
            headers=dict(cast("Any", request.headers)),
            now=current_hub().clock(),
        )


api = NinjaAPI(
    title="Maillage node",
    version="1",
    docs_url=None,
    openapi_url=None,
    urls_namespace="node",
    auth=NodeSignature(),
)
register_handlers(api)


class Announced(Message):
    """An analysis that the node has installed."""

    version: int
    code: Hash


class Hello(Message):
    """What a node says of itself."""

    protocol: int
    software: Annotated[str, StringConstraints(pattern=r"^[\w.+-]{1,40}$")]
    boot: Annotated[str, StringConstraints(pattern=r"^[\w-]{1,60}$")]
    analyses: Annotated[dict[str, Announced], Field(max_length=100)]
    reference: Annotated[str, StringConstraints(max_length=80)]
    health: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


class HelloError(HubError):
    """A greeting that is not of the form agreed."""

    code = "request_invalid"


class StepError(HubError):
    """A step of a masked sum that is not of the form agreed."""

    code = "request_invalid"


@api.post("/hello")
def hello(request: HttpRequest) -> dict[str, Any]:
    """The node starts or its health changes: leases of its former process are released."""
    caller = _identify(request)
    said = _read_hello(request.body)
    if not is_accepted(said.protocol):
        raise ProtocolError(str(said.protocol))
    hub = current_hub()
    anchor = greet(caller, Greeting(**said.model_dump(mode="json")), hub=hub)
    return {
        "site": caller.site,
        "hub_time": format_instant(hub.clock()),
        "anchor": None if anchor is None else anchor.model_dump(mode="json"),
    }


@api.get("/tasks/next")
def next_task(
    request: HttpRequest,
    boot: Annotated[str, Field(pattern=r"^[\w-]{1,60}$")],
    wait: Annotated[float, Field(ge=0, le=300)] = 0,
    permits: Annotated[str | None, Field(max_length=80)] = None,
) -> HttpResponse:
    """The next task of the caller's hospital, as soon as there is one; 204 after `wait` seconds without.

    `permits` is the edition of the permits that the caller knows: another one ends the wait too.
    """
    caller = _identify(request)
    hub = current_hub()
    news = wait_for(
        lambda: _look(caller.site, permits),
        doorbell=hub.doorbell,
        name=caller.site,
        seconds=wait,
    )
    if news is None:
        edition = read_edition()
        end_idle_poll(caller, boot=boot, hub=hub)
        expire_due(hub=hub)
        return HttpResponse(status=204, headers={_EDITION: edition})
    delivery = deliver(caller, boot=boot, news=news, hub=hub)
    response = HttpResponse(
        delivery.envelope, content_type=DSSE_TYPE, status=200 if delivery.task_id else 204
    )
    response[_EDITION] = read_edition()
    if delivery.task_id:
        response["Maillage-Task"] = delivery.task_id
    if delivery.cancelled:
        response["Maillage-Cancelled"] = ",".join(delivery.cancelled)
    return response


@api.post("/tasks/{task_id}/answer")
def answer(request: HttpRequest, task_id: Identifier) -> dict[str, Any]:
    """A partial, a refusal, a failure or a hold. The same again is fine; another last word conflicts."""
    outcome = record_answer(_identify(request), task_id=task_id, data=request.body, hub=current_hub())
    if outcome.error is not None:
        raise outcome.error
    return {"status": outcome.status}


@api.post("/sums/{question_id}")
def sum_step(
    request: HttpRequest, question_id: Identifier, wait: Annotated[float, Field(ge=0, le=60)] = 0
) -> HttpResponse:
    """A step of a masked sum; what follows it, or 204 when others are still awaited after `wait` seconds."""
    caller, hub = _identify(request), current_hub()
    step = _read_step(request.body)
    news = take_step(caller, question_id=question_id, step=step, seconds=wait, hub=hub)
    if news is None:
        return HttpResponse(status=204)
    return HttpResponse(news.to_bytes(), content_type="application/json")


@api.post("/rounds/{task_id}")
def round_told(
    request: HttpRequest, task_id: Identifier, wait: Annotated[float, Field(ge=0, le=60)] = 0
) -> HttpResponse:
    """What a hospital told in a round; the next one, signed, or 204 when others are awaited after `wait`
    seconds.
    """
    caller, hub = _identify(request), current_hub()
    news = take_told(caller, task_id=task_id, data=request.body, seconds=wait, hub=hub)
    if news is None:
        return HttpResponse(status=204)
    return HttpResponse(news, content_type=DSSE_TYPE)


@api.get("/permits")
def permits(request: HttpRequest) -> dict[str, list[str]]:
    """What the committee publishes for the caller's hospital, and the permits that it took back."""
    caller = _identify(request)
    _take(caller)
    found = list_for(caller.site, signers=current_hub().settings.committee_signers)
    return {"permits": found.permits, "revocations": found.revocations}


@api.post("/permits/{digest}")
def permit_word(
    request: HttpRequest, digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
) -> dict[str, str]:
    """The caller's hospital accepted the permit, or withdrew."""
    caller, hub = _identify(request), current_hub()
    with writing(hub):
        take_nonce(caller)
        note_word(
            request.body, permit_hash=f"sha256:{digest}", site=caller.site, key=caller.key, at=hub.clock()
        )
    return {"status": "recorded"}


@api.post("/head")
def head(request: HttpRequest) -> HttpResponse:
    """The caller hands over the signed head of its ledger; that of the audit comes back, signed."""
    return HttpResponse(
        exchange_heads(_identify(request), request.body, hub=current_hub()), content_type=DSSE_TYPE
    )


@api.post("/catalogue")
def catalogue(request: HttpRequest) -> dict[str, str]:
    """The caller's bands of the day: how many patients each concept has, about."""
    record_catalogue(_identify(request), request.body, hub=current_hub())
    return {"status": "recorded"}


def _look(site: str, edition: str | None) -> News | None:
    """What there is for the hospital; of another edition of the permits nothing is sent but its number."""
    news = find_news(site, now=current_hub().clock())
    is_new = not news and edition is not None and edition != read_edition()
    return news if news or is_new else None


@api.get("/referentiel")
def referentiel(request: HttpRequest) -> HttpResponse:
    """The signed publication of the current release."""
    _take(_identify(request))
    return HttpResponse(read_current(hub=current_hub()), content_type=DSSE_TYPE)


@api.get("/referentiel/{digest}/{table}")
def referentiel_table(
    request: HttpRequest,
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")],
    table: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
) -> FileResponse:
    """One table of a published release, compressed."""
    _take(_identify(request))
    path = find_file(digest, table, hub=current_hub())
    return FileResponse(path.open("rb"), content_type="application/gzip")


def _take(caller: Caller) -> None:
    with writing(current_hub()):
        take_nonce(caller)


def _identify(request: HttpRequest) -> Caller:
    return cast("Any", request).auth


def _read_hello(body: bytes) -> Hello:
    try:
        return Hello.model_validate(read_json(body, max_bytes=_MAX_HELLO_BYTES))
    except ValidationError as error:
        raise HelloError(
            _("Le salut du nœud n’a pas la forme attendue."), why=describe_validation(error)
        ) from error


def _read_step(body: bytes) -> Step:
    try:
        return STEP.validate_json(body[: MAX_STEP_BYTES + 1])
    except ValidationError as error:
        raise StepError(
            _("Cet envoi n’est pas une étape d’une somme masquée."), why=describe_validation(error)
        ) from error
