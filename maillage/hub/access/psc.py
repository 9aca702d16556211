"""Entering with Pro Santé Connect: the calls to it. What may be believed is `national/psc.py`'s word.

The provider's configuration and keys are read at each entry: entries are rare, and a key that was changed or
withdrawn there is changed or withdrawn here at once.
"""

from collections.abc import Mapping
from typing import Any

import httpx2

from maillage.base.canon import CanonError, read_json
from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.hub.access.errors import AccessError, EntryError
from maillage.hub.access.models import PscIdentity
from maillage.hub.boot import Hub
from maillage.hub.settings import PscSettings
from maillage.national.psc import (
    Attempt,
    Client,
    Identity,
    Provider,
    check_id_token,
    check_identity,
    read_provider,
    write_address,
    write_token_form,
)

_TIMEOUT_SECONDS = 10.0
_MAX_BYTES = 200_000


class ProviderError(AccessError):
    """The identity provider cannot be reached, or answers something else."""

    kind = Kind.UNAVAILABLE
    code = "provider_unavailable"


def begin_entry(attempt: Attempt, *, back: str, hub: Hub) -> str:
    """The address at the provider to send the browser to. Raises ProviderError or EntryError."""
    settings = _settings(hub)
    with _open() as http:
        provider = _find_provider(http, settings=settings)
    return write_address(provider, client=_client(settings, back=back), attempt=attempt)


def finish_entry(code: str, attempt: Attempt, *, back: str, hub: Hub) -> Identity:
    """Who came back from the provider. Raises ProviderError, EntryError or PscError."""
    settings = _settings(hub)
    client = _client(settings, back=back)
    with _open() as http:
        provider = _find_provider(http, settings=settings)
        secret = _read_secret(settings, hub=hub)
        form = write_token_form(code, client=client, attempt=attempt)
        answer = _read(http.post(provider.token, data=form, auth=(client.id, secret)))
        keys = _read(http.get(provider.keys))
        subject = check_id_token(
            str(answer.get("id_token", "")),
            access_token=str(answer.get("access_token", "")),
            keys=keys,
            provider=provider,
            client=client,
            attempt=attempt,
            now=hub.clock(),
        )
        bearer = {"Authorization": f"Bearer {answer.get('access_token', '')}"}
        told = _read(http.get(provider.userinfo, headers=bearer))
    return check_identity(told, subject=subject, issuer=provider.issuer)


def find_linked(identity: Identity) -> str:
    """The person who linked that identity. Raises EntryError: nobody enters for being known there alone."""
    found = PscIdentity.objects.filter(issuer=identity.issuer, subject=identity.subject)
    linked = found.select_related("person").first()
    if linked is None:
        raise EntryError
    return linked.person.name


def _settings(hub: Hub) -> PscSettings:
    if hub.settings.psc is None:
        raise EntryError
    return hub.settings.psc


def _client(settings: PscSettings, *, back: str) -> Client:
    return Client(settings.client_id, back=back, level=settings.level, scope=settings.scope)


def _find_provider(http: httpx2.Client, *, settings: PscSettings) -> Provider:
    return read_provider(_read(http.get(settings.discovery)), discovery=settings.discovery)


def _open() -> httpx2.Client:
    # No redirect is followed: an answer from elsewhere is not the provider's.
    return httpx2.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False, event_hooks={}, transport=_Told())


class _Told(httpx2.HTTPTransport):
    """A transport whose failures are told as the provider's."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return super().handle_request(request)
        except httpx2.TransportError as error:
            raise _unavailable(type(error).__name__) from error


def _read(response: httpx2.Response) -> Mapping[str, Any]:
    if response.status_code != httpx2.codes.OK:
        raise _unavailable(f"HTTP {response.status_code}")
    try:
        found = read_json(response.content, max_bytes=_MAX_BYTES)
    except CanonError as error:
        raise _unavailable("JSON") from error
    if not isinstance(found, dict):
        raise _unavailable("JSON")
    return found


def _read_secret(settings: PscSettings, *, hub: Hub) -> str:
    try:
        return (hub.folder / settings.secret_file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise _unavailable(_("le secret du hub chez lui est illisible")) from error


def _unavailable(why: str) -> ProviderError:
    return ProviderError(
        _("Pro Santé Connect ne répond pas comme attendu."),
        why=why,
        remedy=_("Réessayez dans quelques minutes, ou entrez autrement."),
    )
