"""What happens around every request: bounds, one language, headers that keep browsers strict."""

import re
from collections.abc import Callable
from typing import cast

from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import get_language

from maillage.analysis.features.declared import MAX_FEATURES
from maillage.base.errors import Kind
from maillage.base.i18n import _, in_language
from maillage.exchange.message import MAX_ENVELOPE_BYTES
from maillage.hub.access.visits import log_visit
from maillage.hub.api.errors import error_response
from maillage.hub.boot import current_hub
from maillage.hub.errors import HubError
from maillage.hub.portal.views import explain_away, explain_unheld
from maillage.hub.settings import MAX_BODY_BYTES
from maillage.hub.turns import Rank

View = Callable[[HttpRequest], HttpResponse]

# Nothing inline, nothing from elsewhere: a text that slipped into a page could not run.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


# Passkeys, here alone; nothing else of a device is needed.
PERMISSIONS_POLICY = ", ".join(
    (
        *("publickey-credentials-create=(self)", "publickey-credentials-get=(self)"),
        *("camera=()", "microphone=()", "geolocation=()", "payment=()", "usb=()"),
    )
)
_WITHOUT_BODY = (204, 304)
_BY_THEMSELVES = re.compile(r"/(compter|suivi|suivi/[^/]+)$")
"""The addresses where counts are asked for after each change, and where answers are awaited."""
_YEAR_SECONDS = 365 * 24 * 3600


class BodyTooLargeError(HubError):
    """The body exceeds the limit."""

    kind = Kind.LIMIT
    code = "body_too_large"


def take_turns(get_response: View) -> View:
    """People's requests are worked a few at a time, gestures first; hospitals' at once."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/node/"):
            return get_response(request)
        with current_hub().turns.take(rank=rank_of(request)):
            return get_response(request)

    return middleware


def rank_of(request: HttpRequest) -> Rank:
    """Whether somebody asks, or a page by itself."""
    is_part = "HTTP_HX_REQUEST" in request.META
    return Rank.BY_ITSELF if is_part and _BY_THEMSELVES.search(request.path) else Rank.ASKED


def secure_headers(get_response: View) -> View:
    """Add the headers that every answer carries."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["X-Content-Type-Options"] = "nosniff"
        response["Referrer-Policy"] = "same-origin"
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        # For browsers that do not read frame-ancestors.
        response["X-Frame-Options"] = "DENY"
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        if current_hub().settings.is_https:
            response["Strict-Transport-Security"] = f"max-age={_YEAR_SECONDS}"
        # Static files set their own; everything else is personal.
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def say_length(get_response: View) -> View:
    """Say how long an answer is: without it, the connection is closed after each, and opened anew."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.streaming and response.status_code not in _WITHOUT_BODY:
            response.setdefault("Content-Length", str(len(response.content)))
        return response

    return middleware


def compress_pages(get_response: View) -> View:
    """Pages travel compressed, padded at random so that their length tells no secret of theirs (BREACH).

    The API's documents do not: a node that waits must be answered at once, and what it gets is mostly noise.
    """
    compress = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(("/api/", "/static/")):
            return get_response(request)
        return cast("HttpResponse", compress(request))

    return middleware


def bound_bodies(get_response: View) -> View:
    """Refuse a body by its announced length, before a byte of it is parsed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        limit = MAX_ENVELOPE_BYTES if request.path.startswith("/api/node/") else MAX_BODY_BYTES
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = limit + 1
        if length > limit:
            return error_response(_too_large(limit))
        return get_response(request)

    return middleware


def speak_one_language(get_response: View) -> View:
    """Python's texts speak the language that Django chose for the page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with in_language((get_language() or "fr")[:2]):
            return get_response(request)

    return middleware


def know_own_name(get_response: View) -> View:
    """A page asked for under another host's name is not served: no address is ever made from what came."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith("/api/"):
            # Raises what Django answers 400 to.
            request.get_host()
        return get_response(request)

    return middleware


class TellDatabase:
    """What a view meets of the database is told in words: it is away, or cannot keep what was sent.

    A class: Django asks it for the hook.
    """

    def __init__(self, get_response: View) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing around a request that went well."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer, for these two alone."""
        if isinstance(error, OperationalError):
            return explain_away(request, error)
        return explain_unheld(request, error) if isinstance(error, DataError) else None


def log_visits(get_response: View) -> View:
    """A line of the log of consultations for each request of somebody who was let in, refused ones included.

    The page is not shown when the line cannot be written.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        who, found = getattr(request, "who", None), request.resolver_match
        if who is None or found is None:
            return response
        try:
            log_visit(
                who.name,
                route=found.url_name or found.route,
                named=found.kwargs,
                status=response.status_code,
                hub=current_hub(),
            )
        except OperationalError as error:
            return explain_away(request, error)
        return response

    return middleware


def _too_large(limit: int) -> BodyTooLargeError:
    return BodyTooLargeError(
        _("Le document envoyé est trop grand."),
        why=_("La limite est de {limit} octets.").format(limit=limit),
        remedy=_(
            "Une question tient d’ordinaire en quelques milliers d’octets. Nommez des codes par leur ancêtre "
            "au lieu d’en faire la liste ; un modèle a {most} covariables au plus."
        ).format(most=MAX_FEATURES),
    )
