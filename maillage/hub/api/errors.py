"""Every error leaves as `{code, what, why, remedy}` with the right HTTP status."""

import logging
from collections.abc import Mapping
from typing import Any

from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from maillage.analysis.errors import ContentError, ParametersError, UnknownAnalysisError
from maillage.base.canon import CanonError
from maillage.base.errors import Kind, MaillageError
from maillage.base.faults import word_faults
from maillage.base.i18n import _
from maillage.base.ids import new_id
from maillage.cohort.errors import CohortError, UnsupportedFeatureError
from maillage.exchange.errors import ClockSkewError, EnvelopeError, SignatureError
from maillage.governance.permits.errors import PermitError
from maillage.hub.access.errors import TooManyError
from maillage.hub.errors import DatabaseAwayError, HubError, UnheldError

logger = logging.getLogger("maillage.hub")

STATUS_BY_KIND: Mapping[Kind, int] = {
    Kind.INPUT: 422,
    Kind.NOT_FOUND: 404,
    Kind.REFUSED: 403,
    Kind.UNAVAILABLE: 503,
    Kind.INTEGRITY: 422,
    Kind.LIMIT: 413,
    Kind.CONFLICT: 409,
}
# Where HTTP has a word of its own for it.
STATUS_BY_CODE: Mapping[str, int] = {
    "body_too_large": 413,
    "budget_slow": 429,
    "budget_spent": 429,
    "clock_skew": 401,
    "json_unreadable": 400,
    "node_unknown": 401,
    "signature_invalid": 401,
    "token_invalid": 401,
    "too_many": 429,
    "version_unsupported": 426,
}
# Errors of the floors below have no code of their own; the first class that fits names them.
_CODES: tuple[tuple[type[MaillageError], str], ...] = (
    (ClockSkewError, "clock_skew"),
    (SignatureError, "signature_invalid"),
    (UnsupportedFeatureError, "cohort_unsupported"),
    (CohortError, "cohort_invalid"),
    (UnknownAnalysisError, "analysis_unknown"),
    (ParametersError, "parameters_invalid"),
    (ContentError, "answer_rejected"),
    (CanonError, "json_unreadable"),
)


def error_code(error: MaillageError) -> str:
    """The name of an error for programs."""
    match error:
        case HubError():
            return error.code
        case PermitError():
            return error.code
        case EnvelopeError():
            return error.reason.value
        case _:
            return next((code for kind, code in _CODES if isinstance(error, kind)), error.kind.value)


def error_status(error: MaillageError) -> int:
    """The HTTP status of an error. What is wrong with a question or an envelope is its content: 422."""
    code = error_code(error)
    if isinstance(error, CohortError | UnknownAnalysisError | EnvelopeError):
        return 422
    return STATUS_BY_CODE.get(code, STATUS_BY_KIND[error.kind])


def error_response(error: MaillageError) -> HttpResponse:
    """The error as an answer."""
    response = _json(
        error_code(error), status=error_status(error), what=error.what, why=error.why, remedy=error.remedy
    )
    if isinstance(error, TooManyError | DatabaseAwayError):
        response["Retry-After"] = str(error.retry_after)
    return response


def register_handlers(api: NinjaAPI) -> None:
    """Give an API the one way of telling errors."""
    api.add_exception_handler(MaillageError, _tell_error)
    api.add_exception_handler(ValidationError, _tell_validation)
    api.add_exception_handler(HttpError, _tell_parsing)
    api.add_exception_handler(OperationalError, _tell_away)
    api.add_exception_handler(DataError, _tell_unheld)
    api.add_exception_handler(Exception, _tell_defect)


def log_away(error: OperationalError) -> DatabaseAwayError:
    """Trouble with the database as callers are told it; its own words go to the log."""
    logger.error("database unavailable", extra={"told": str(error).strip()})
    return DatabaseAwayError()


def log_unheld(error: DataError) -> UnheldError:
    """What the database would not keep, as callers are told it. Its own words quote what was sent: only their
    kind goes to the log.
    """
    logger.warning("database refused a value", extra={"told": type(error.__cause__ or error).__name__})
    return UnheldError()


def tell_not_found(_request: HttpRequest) -> HttpResponse:
    """There is nothing at that address of an API."""
    return _json(
        "route_unknown",
        status=404,
        what=_("Il n’y a rien à cette adresse."),
        remedy=_("La description de l’API est à /api/v1/openapi.json."),
    )


def tell_method(_request: HttpRequest) -> HttpResponse:
    """The address exists and does not take that method."""
    return _json("method_unknown", status=405, what=_("Cette adresse n’accepte pas cette méthode HTTP."))


def _tell_error(_request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(error)


def _tell_away(_request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(log_away(error))


def _tell_unheld(_request: HttpRequest, error: Any) -> HttpResponse:
    return error_response(log_unheld(error))


def _tell_parsing(_request: HttpRequest, error: Any) -> HttpResponse:
    # The library wraps what our parser raised.
    cause = error.__cause__ or error.__context__
    return error_response(cause) if isinstance(cause, MaillageError) else _tell_defect(_request, error)


def _tell_validation(_request: HttpRequest, error: Any) -> HttpResponse:
    return _json(
        "request_invalid",
        status=422,
        what=_("La requête n’a pas la forme attendue."),
        why=word_faults(error.errors),
        remedy=_("La description de l’API est à /api/v1/openapi.json."),
    )


def _tell_defect(_request: HttpRequest, error: Any) -> HttpResponse:
    incident = new_id("incident")
    logger.error("request failed", exc_info=error, extra={"incident": incident})
    return _json(
        "internal",
        status=500,
        what=_("Le hub a rencontré une erreur imprévue."),
        why=_("Le journal du hub en garde le détail sous {incident}.").format(incident=incident),
        remedy=_("Réessayez ; si cela se répète, signalez cet identifiant."),
    )


def _json(code: str, *, status: int, what: str, why: str = "", remedy: str = "") -> HttpResponse:
    return JsonResponse({"code": code, "what": what, "why": why, "remedy": remedy}, status=status)
