"""What a call is given beside its parameters: an address, a token, a cohort, how long to wait."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

import httpx2

from maillage.base.i18n import _
from maillage.client.errors import ArgumentError, ClientError
from maillage.client.plain import to_plain


@runtime_checkable
class SupportsCirce(Protocol):
    """A study of `maillage.cohort.dsl`. Its language is not imported here: sending a file starts quickly."""

    def to_circe(self) -> dict[str, Any]:
        """The Circe cohort, its codes found in the référentiel that the package ships."""
        ...


Expression = Mapping[str, Any] | str | Path | SupportsCirce


def read_address(url: object) -> str:
    """The hub's address. Raises ArgumentError."""
    if isinstance(url, str):
        try:
            known = httpx2.URL(url)
        except httpx2.InvalidURL:
            known = None
        if known is not None and known.scheme in ("http", "https") and known.host:
            return url.rstrip("/")
    raise ArgumentError(
        _("Ce n’est pas l’adresse d’un hub : {url}.").format(url=repr(url)[:80]),
        remedy=_("Une adresse commence par https:// ou http://, puis vient un nom de machine."),
    )


def read_token(token: object) -> str:
    """The token, which a header can carry. Raises ArgumentError, which does not quote it."""
    if isinstance(token, str) and token and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise ArgumentError(
        _("Ce n’est pas un jeton."),
        why=_("Un jeton est un texte de lettres sans accent, de chiffres et de signes, sans espace."),
        remedy=_("Collez-le tel que le bureau du hub l’a donné, par exemple dans MAILLAGE_TOKEN."),
    )


def read_expression(expression: object) -> dict[str, Any]:
    """A cohort as its JSON document. Raises ClientError, and CodeError when a study has an unknown code."""
    match expression:
        case Mapping():
            return to_plain(cast("Mapping[str, Any]", expression), at="cohort")
        case SupportsCirce():
            return expression.to_circe()
        case str() | Path():
            return _read_text(expression)
        case _:
            raise ArgumentError(
                _("Ce n’est pas une cohorte : {what}.").format(what=repr(expression)[:80]),
                remedy=_word_expected(),
            )


def _read_text(expression: str | Path) -> dict[str, Any]:
    try:
        text = expression.read_text(encoding="utf-8") if isinstance(expression, Path) else expression
        document = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise ClientError(
            _("La cohorte n’est pas un document JSON lisible."), why=str(error), remedy=_word_expected()
        ) from error
    if not isinstance(document, dict):
        raise ClientError(_("Une cohorte est un objet JSON."), remedy=_word_expected())
    return to_plain(document, at="cohort")


def _word_expected() -> str:
    return _(
        "Donnez une expression exportée d’ATLAS, le chemin (Path) de son fichier, ou une cohorte du DSL."
    )


def read_sites(sites: object) -> list[Any] | None:
    """The hospitals to ask, one alone as a list of one; None asks all. Raises ArgumentError."""
    if sites is None:
        return None
    if isinstance(sites, str):
        return [sites]
    found = to_plain(sites, at="sites")
    if isinstance(found, list):
        return cast("list[Any]", found)
    raise ArgumentError(
        _("Ce n’est pas une liste d’hôpitaux : {what}.").format(what=repr(sites)[:80]),
        remedy=_('Donnez leurs identifiants : sites=["hcl"]. Ils sont dans hub.network().'),
    )


def check_waiting(wait: object, watch: object) -> None:
    """Raises ArgumentError for a time that is none, or a watcher that cannot be called."""
    if isinstance(wait, bool) or not isinstance(wait, int | float) or math.isnan(wait) or wait < 0:
        raise ArgumentError(
            _("« wait » est un nombre de secondes, pas {what}.").format(what=repr(wait)[:40]),
            remedy=_("Par exemple wait=120."),
        )
    if watch is not None and not callable(watch):
        raise ArgumentError(
            _("« watch » est une fonction, appelée à chaque changement."),
            remedy=_("Par exemple watch=show_progress."),
        )
