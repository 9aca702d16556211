"""The node's side of the hub's HTTP interface: every request is signed."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlencode

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from maillage import __version__
from maillage.base.canon import CanonError, canonical_bytes, read_json
from maillage.base.clock import Clock
from maillage.base.i18n import _
from maillage.base.keys import SigningKey
from maillage.exchange.http import sign_request
from maillage.exchange.message import MAX_ENVELOPE_BYTES, Instant
from maillage.exchange.result import Anchor
from maillage.exchange.sums import NEWS, News, Step
from maillage.exchange.version import CURRENT
from maillage.node.errors import HubAnswerError, HubUnreachableError
from maillage.node.settings import HubSettings

MAX_DOCUMENT_BYTES = 64_000
MAX_PERMITS_BYTES = 8_000_000
# Beyond the wait that was asked for, how long the hub's own work and the network may take.
POLL_MARGIN_SECONDS = 15.0
KEEPALIVE_SECONDS = 90.0


@dataclass(frozen=True)
class Reply:
    """What came back, at most one byte longer than what was expected at most."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Poll:
    """One long poll's fruit: a task's envelope under a task's name, or none; and tasks to give up.

    `permits` changes when what the committee publishes for this hospital does.
    """

    task_id: str | None
    envelope: bytes | None
    cancelled: tuple[str, ...]
    permits: str


class Greeting(BaseModel):
    """The hub's answer to hello. Names unknown here are let pass: a newer hub may say more."""

    model_config = ConfigDict(strict=True, frozen=True)

    site: str
    hub_time: Instant
    anchor: Anchor | None = None


class Published(BaseModel):
    """Envelopes as texts: permits for this hospital, and the permits that the committee took back."""

    model_config = ConfigDict(strict=True, frozen=True)

    permits: Annotated[list[str], Field(max_length=1000)]
    revocations: Annotated[list[str], Field(max_length=1000)]


class _Trouble(BaseModel):
    model_config = ConfigDict(frozen=True)

    code: str
    what: str = ""
    why: str = ""
    remedy: str = ""


class HubClient:
    """Kept-alive connections to one hub, for the body of a `with`."""

    def __init__(self, settings: HubSettings, *, key: SigningKey, clock: Clock) -> None:
        self._settings = settings
        self._key = key
        self._clock = clock
        self._http = httpx2.Client(
            base_url=settings.url,
            verify=ssl.create_default_context(cafile=settings.ca_file) if settings.ca_file else True,
            proxy=settings.proxy,
            # Settings enter by the file alone; an HTTP_PROXY left in a shell must not redirect a hospital.
            trust_env=False,
            limits=httpx2.Limits(keepalive_expiry=KEEPALIVE_SECONDS),
            headers={
                "Maillage-Protocol": str(CURRENT),
                "Maillage-Software": __version__,
                "Accept-Encoding": "identity",
            },
        )

    def hello(self, document: Mapping[str, Any]) -> Greeting:
        """Say who runs here; the hub frees what a former boot had on lease."""
        body = canonical_bytes(document)
        reply = self._send("POST", "/api/node/v1/hello", body=body, kind="application/json")
        try:
            return Greeting.model_validate_json(reply.body)
        except ValidationError as error:
            raise _unreadable(reply) from error

    def next_task(self, *, boot: str, permits: str) -> Poll:
        """Wait for a task, as long as the settings say; none is the usual outcome, not an error.

        `permits` is the edition of the permits that is known here: another one ends the wait.
        """
        wait = self._settings.wait_seconds
        query = urlencode({"wait": wait, "boot": boot, "permits": permits})
        target = f"/api/node/v1/tasks/next?{query}"
        reply = self._send(
            "GET", target, read_timeout=wait + POLL_MARGIN_SECONDS, max_bytes=MAX_ENVELOPE_BYTES
        )
        cancelled = reply.headers.get("maillage-cancelled", "")
        return Poll(
            task_id=reply.headers.get("maillage-task") if reply.status == 200 else None,
            envelope=reply.body if reply.status == 200 else None,
            cancelled=tuple(name.strip() for name in cancelled.split(",") if name.strip()),
            permits=reply.headers.get("maillage-permits", "")[:80],
        )

    def read_permits(self) -> Published:
        """What the committee publishes for this hospital, nothing of it verified yet."""
        reply = self._send("GET", "/api/node/v1/permits", max_bytes=MAX_PERMITS_BYTES)
        try:
            return Published.model_validate_json(reply.body)
        except ValidationError as error:
            raise _unreadable(reply) from error

    def post_site_decision(self, permit: str, envelope: bytes) -> None:
        """Tell the hub what this hospital says to a permit."""
        target = "/api/node/v1/permits/" + permit.removeprefix("sha256:")
        self._send("POST", target, body=envelope, kind="application/vnd.dsse+json")

    def post_answer(self, task_id: str, envelope: bytes) -> str:
        """Hand over an answer; the hub's word for what it did with it."""
        target = f"/api/node/v1/tasks/{task_id}/answer"
        reply = self._send("POST", target, body=envelope, kind="application/vnd.dsse+json")
        try:
            return str(read_json(reply.body, max_bytes=MAX_DOCUMENT_BYTES)["status"])
        except (CanonError, KeyError, TypeError) as error:
            raise _unreadable(reply) from error

    def post_catalogue(self, envelope: bytes) -> None:
        """Hand over the day's bands."""
        self._send("POST", "/api/node/v1/catalogue", body=envelope, kind="application/vnd.dsse+json")

    def exchange_heads(self, envelope: bytes) -> bytes:
        """Hand over the signed head of this node's ledger; that of the hub's audit, not verified yet."""
        return self._send("POST", "/api/node/v1/head", body=envelope, kind="application/vnd.dsse+json").body

    def post_step(self, session: str, step: Step, *, wait: float) -> News | None:
        """Say a step of a masked sum; what the hub knows of the next one within `wait` seconds."""
        target = f"/api/node/v1/sums/{session}?{urlencode({'wait': wait})}"
        reply = self._send(
            "POST",
            target,
            body=step.to_bytes(),
            kind="application/json",
            read_timeout=wait + POLL_MARGIN_SECONDS,
            max_bytes=MAX_ENVELOPE_BYTES,
        )
        if reply.status == 204:
            return None
        try:
            return NEWS.validate_json(reply.body)
        except ValidationError as error:
            raise _unreadable(reply) from error

    def post_round(self, task_id: str, told: bytes, *, wait: float) -> bytes | None:
        """Say what was told in the last round; what the hub asks next, if it knows within `wait` seconds."""
        target = f"/api/node/v1/rounds/{task_id}?{urlencode({'wait': wait})}"
        reply = self._send(
            "POST",
            target,
            body=told,
            kind="application/vnd.dsse+json",
            read_timeout=wait + POLL_MARGIN_SECONDS,
            max_bytes=MAX_ENVELOPE_BYTES,
        )
        return reply.body if reply.status == 200 else None

    def read_referentiel(self) -> bytes:
        """The signed publication of the current release. Raises HubAnswerError where there is none."""
        return self._send("GET", "/api/node/v1/referentiel", max_bytes=MAX_ENVELOPE_BYTES).body

    def download_table(self, digest: str, table: str, *, to: Path, max_bytes: int) -> None:
        """Write a table of a release, compressed, into a file; reading stops past `max_bytes`."""
        target = f"/api/node/v1/referentiel/{digest}/{table}"
        headers = sign_request(method="GET", target=target, body=b"", key=self._key, now=self._now())
        timeout = self._settings.answer_timeout_seconds
        try:
            with self._http.stream("GET", target, headers=headers, timeout=timeout) as response:
                if response.status_code != 200:
                    body = _read_bounded(response, MAX_DOCUMENT_BYTES)
                    raise _read_trouble(Reply(response.status_code, response.headers, body))
                _write_bounded(response, to, max_bytes)
        except httpx2.HTTPError as error:
            raise _unreachable(self._settings.url, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *trouble: object) -> None:
        self._http.close()

    def _send(
        self,
        method: str,
        target: str,
        *,
        body: bytes = b"",
        kind: str = "",
        read_timeout: float | None = None,
        max_bytes: int = MAX_DOCUMENT_BYTES,
    ) -> Reply:
        headers = sign_request(method=method, target=target, body=body, key=self._key, now=self._now())
        timeout = httpx2.Timeout(
            self._settings.answer_timeout_seconds,
            connect=self._settings.connect_timeout_seconds,
            read=read_timeout or self._settings.answer_timeout_seconds,
        )
        if kind:
            headers["Content-Type"] = kind
        try:
            with self._http.stream(
                method, target, content=body or None, headers=headers, timeout=timeout
            ) as response:
                reply = Reply(response.status_code, response.headers, _read_bounded(response, max_bytes))
        except httpx2.HTTPError as error:
            raise _unreachable(self._settings.url, error) from error
        if reply.status not in (200, 204):
            raise _read_trouble(reply)
        return reply

    def _now(self) -> datetime:
        return self._clock()


def _read_bounded(response: httpx2.Response, max_bytes: int) -> bytes:
    # One byte too many is enough to know that it is too large; the rest is never read.
    data = bytearray()
    for part in response.iter_raw():
        data += part
        if len(data) > max_bytes:
            return bytes(data[: max_bytes + 1])
    return bytes(data)


def _write_bounded(response: httpx2.Response, path: Path, max_bytes: int) -> None:
    written = 0
    with path.open("wb") as file:
        for part in response.iter_raw():
            written += len(part)
            if written > max_bytes:
                return
            file.write(part)


def _read_trouble(reply: Reply) -> HubAnswerError:
    try:
        found = _Trouble.model_validate_json(reply.body)
    except ValidationError:
        # A proxy's page rather than the hub's document.
        return _unreadable(reply)
    return HubAnswerError(
        found.what or found.code, status=reply.status, code=found.code, why=found.why, remedy=found.remedy
    )


def _unreadable(reply: Reply) -> HubAnswerError:
    return HubAnswerError(
        _("La réponse du hub est illisible (HTTP {status}).").format(status=reply.status),
        status=reply.status,
        code="unreadable",
        remedy=_("Vérifiez l’adresse du hub, et le serveur mandataire s’il y en a un."),
    )


def _unreachable(url: str, error: Exception) -> HubUnreachableError:
    return HubUnreachableError(
        _("Le hub {url} ne répond pas.").format(url=url),
        why=type(error).__name__,
        remedy=_("Le nœud réessaie ; vérifiez le réseau, l’adresse, le certificat."),
    )
