"""Ask the hub and wait for hospitals."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import httpx2

from maillage import __version__
from maillage.base.i18n import _, current_language
from maillage.client.analyses import AnalysisResult
from maillage.client.calls import in_words
from maillage.client.entry import (
    Expression,
    check_waiting,
    read_address,
    read_expression,
    read_sites,
    read_token,
)
from maillage.client.errors import ClientError, HubRefusedError, HubUnreachableError
from maillage.client.joint import JointResult, Part, list_parts
from maillage.client.permits import PermitInForce, read_permit
from maillage.client.plain import to_plain
from maillage.client.results import CountResult
from maillage.client.studies import Studies
from maillage.client.typed import COUNT, Result, read_any
from maillage.exchange.parts import SEVERAL

Watcher = Callable[[CountResult], None]
AnalysisWatcher = Callable[[AnalysisResult], None]
JointWatcher = Callable[[JointResult], None]

STANDING_PERMIT = "feasibility"
"""The permit of feasibility counts, which every hospital of a network accepts once."""

POLL_SECONDS = 20.0
_LEEWAY = 10.0


def connect(url: str, *, token: str, transport: httpx2.BaseTransport | None = None) -> "Hub":
    """A connection to the hub at `url`, as the person to whom `token` was given.

    `transport` replaces the network in tests of programs that use this client. Raises ArgumentError.
    """
    return Hub(url, token=token, transport=transport)


class Hub(Studies):
    """The hub as one researcher sees it. Use it in a `with`, or call `close`."""

    def __init__(self, url: str, *, token: str, transport: httpx2.BaseTransport | None = None) -> None:
        self._http = httpx2.Client(
            base_url=read_address(url),
            headers={
                "Authorization": f"Bearer {read_token(token)}",
                "Accept-Language": current_language(),
                "User-Agent": f"maillage/{__version__}",
            },
            timeout=httpx2.Timeout(10.0, read=POLL_SECONDS + _LEEWAY),
            transport=transport,
        )

    @in_words()
    def count(
        self,
        expression: Expression,
        *,
        title: str = "",
        sites: Sequence[str] | None = None,
        permit: str = STANDING_PERMIT,
        wait: float = 60.0,
        watch: Watcher | None = None,
    ) -> CountResult:
        """Count the distinct persons of a cohort in each hospital.

        `expression` is a Circe cohort as a mapping, its JSON text or the path of its file, or a study of
        `maillage.cohort.dsl` (for another vocabulary than the shipped one, its `to_circe(vocabulary)`).
        `sites` None asks every hospital; `permit` is the one to ask under, of those that `permits` lists.
        Waits at most `wait` seconds; hospitals that are late are told so in the result, and `result(id)`
        reads it again later. `watch` is called at each change. Raises ClientError, and CodeError when a
        code of a study is no concept.
        """
        check_waiting(wait, watch)
        asked = self._ask(expression, title=title, sites=sites, permit=permit)
        return cast("CountResult", self._see_through(asked, wait=wait, watch=watch))

    @in_words()
    def run(
        self,
        analysis: str,
        expression: Expression,
        *,
        parameters: Mapping[str, Any] | None = None,
        title: str = "",
        sites: Sequence[str] | None = None,
        permit: str,
        wait: float = 60.0,
        watch: AnalysisWatcher | None = None,
    ) -> AnalysisResult:
        """Run any installed analysis but count on a cohort; `parameters` are those of its page.

        All else as in `count`; a permit of exact numbers is needed by most. Raises ClientError.
        """
        check_waiting(wait, watch)
        asked = self._ask(
            expression, analysis=analysis, parameters=parameters, title=title, sites=sites, permit=permit
        )
        return cast("AnalysisResult", self._see_through(asked, wait=wait, watch=watch))

    @in_words()
    def several(
        self,
        expression: Expression,
        parts: Sequence[Part | str],
        *,
        title: str = "",
        sites: Sequence[str] | None = None,
        permit: str,
        wait: float = 60.0,
        watch: JointWatcher | None = None,
    ) -> JointResult:
        """Run several analyses of one cohort in one question: `["count", part("incidence", …)]`.

        Hospitals look for the cohort once. The permit must allow each analysis, its budget counts each, and
        each part's result is what that analysis gives alone. All else as in `run`.
        """
        check_waiting(wait, watch)
        asked = self._ask(
            expression,
            analysis=SEVERAL,
            parameters={"parts": list_parts(parts)},
            title=title,
            sites=sites,
            permit=permit,
        )
        return cast("JointResult", self._see_through(asked, wait=wait, watch=watch))

    @in_words()
    def ask(
        self,
        expression: Expression,
        *,
        analysis: str = COUNT,
        parameters: Mapping[str, Any] | None = None,
        title: str = "",
        sites: Sequence[str] | None = None,
        permit: str = STANDING_PERMIT,
    ) -> str:
        """Send a question and give back its id at once. Without a title the cohort's own is taken."""
        asked = self._ask(
            expression, analysis=analysis, parameters=parameters, title=title, sites=sites, permit=permit
        )
        return str(asked["id"])

    def _ask(
        self,
        expression: Expression,
        *,
        analysis: str = COUNT,
        parameters: Mapping[str, Any] | None = None,
        title: str,
        sites: Sequence[str] | None,
        permit: str,
    ) -> dict[str, Any]:
        cohort = read_expression(expression)
        return self._call(
            "POST",
            "/api/v1/questions",
            json={
                "title": to_plain(title or cohort.get("Title") or _("Question sans titre"), at="title"),
                "analysis": analysis,
                "parameters": to_plain(parameters or {}, at="parameters"),
                "cohort": cohort,
                "sites": read_sites(sites),
                "permit": permit,
            },
        )

    @in_words()
    def follow(self, identifier: str, *, wait: float = 60.0) -> Iterator[Result]:
        """The result at each change, until every hospital has spoken or `wait` seconds have passed."""
        check_waiting(wait, None)
        yield from self._follow(identifier, wait=wait, seen=-1)

    def _follow(self, identifier: str, *, wait: float, seen: int) -> Iterator[Result]:
        deadline = time.monotonic() + wait
        while True:
            left = max(0.0, min(POLL_SECONDS, deadline - time.monotonic()))
            document = self._document(identifier, wait=left, seen=seen)
            changed = document["version"] > seen
            seen = document["version"]
            result = read_any(document)
            if changed:
                yield result
            if result.complete or time.monotonic() >= deadline:
                return

    @in_words()
    def result(
        self, identifier: str, *, wait: float = 0.0, watch: Callable[[Any], None] | None = None
    ) -> Result:
        """A question asked before, whatever its analysis: as it stands, or after `wait` seconds at most.

        `watch` is called at each change, as in `count`.
        """
        return self._wait(identifier, wait=wait, watch=watch)

    def questions(self) -> list[dict[str, Any]]:
        """Your questions, newest first, at most 100, in a line each: `id`, `title`, `status` and more."""
        return list(self._call("GET", "/api/v1/questions")["questions"])

    @in_words()
    def cancel(self, identifier: str) -> None:
        """Withdraw a question; hospitals that are computing it stop."""
        self._call("DELETE", _address(identifier))

    def network(self) -> list[dict[str, Any]]:
        """Every hospital with its health, version and when it was last heard."""
        return list(self._call("GET", "/api/v1/network")["sites"])

    def permits(self) -> list[PermitInForce]:
        """The permits in force to ask under, with what the budget of each leaves."""
        return [read_permit(document) for document in self._call("GET", "/api/v1/permits")["permits"]]

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait(self, identifier: str, *, wait: float, watch: Callable[[Any], None] | None) -> Result:
        last = None
        for last in self.follow(identifier, wait=wait):
            if watch is not None:
                watch(last)
        # `follow` gives one state at least: the version of the first is always news.
        return cast("Result", last)

    def _see_through(
        self, asked: Mapping[str, Any], *, wait: float, watch: Callable[[Any], None] | None
    ) -> Result:
        """As `_wait`, of a question whose first state came as the answer to asking it."""
        last = read_any(asked)
        if watch is not None:
            watch(last)
        for last in self._follow(asked["id"], wait=wait, seen=asked["version"]):
            if watch is not None:
                watch(last)
        return last

    def _document(self, identifier: str, *, wait: float, seen: int) -> dict[str, Any]:
        return self._call("GET", _address(identifier), params={"wait": wait, "seen": seen})

    def _call(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        if self._http.is_closed:
            raise ClientError(
                _("Cette connexion au hub est fermée."), remedy=_("Ouvrez-en une autre : connect(…).")
            )
        try:
            response = self._http.request(method, path, **arguments)
        except httpx2.HTTPError as error:
            raise HubUnreachableError(
                _("Le hub ne répond pas."),
                why=type(error).__name__,
                remedy=_("Vérifiez l’adresse et le réseau, puis réessayez."),
            ) from error
        if response.status_code == httpx2.codes.NO_CONTENT:
            return {}
        return _read_document(response)


def _address(identifier: str) -> str:
    return f"/api/v1/questions/{quote(str(identifier), safe='')}"


def _read_document(response: httpx2.Response) -> dict[str, Any]:
    try:
        document = response.json() if response.is_success else None
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise _refusal(response)
    return cast("dict[str, Any]", document)


def _refusal(response: httpx2.Response) -> HubRefusedError:
    try:
        document: dict[str, Any] = response.json()
        return HubRefusedError(
            document["what"],
            code=document["code"],
            status=response.status_code,
            why=document.get("why", ""),
            remedy=document.get("remedy", ""),
        )
    except (ValueError, KeyError, TypeError):
        # A proxy on the way answers with a page of its own.
        return HubRefusedError(
            _("Le hub a répondu {status}.").format(status=response.status_code),
            code="unexpected",
            status=response.status_code,
            why=_("Ce n’est pas une réponse d’un hub Maillage."),
            remedy=_("Vérifiez l’adresse, et le serveur mandataire s’il y en a un."),
        )
