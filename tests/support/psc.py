"""A local provider that imitates Pro Santé Connect: its addresses, its claims, and lies on demand.

Modelled on the realm `esante-wallet` as ansforge/keycloak-prosanteconnect describes it. That it keeps to
OpenID Connect is tested (`tests/unit/test_psc_fake.py`): an imitation of our own could share our mistakes.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from maillage.base.clock import Clock, utc_now

REALM = "/auth/realms/esante-wallet"
PROTOCOL = f"{REALM}/protocol/openid-connect"
DISCOVERY = f"{REALM}/.well-known/wallet-openid-configuration"
CLIENT, SECRET = "maillage-test", "secret-of-the-tests"
SUBJECT = "f:550dc1c8-d97b-4b1e-ac8c-8eb4471cf9dd:899700218896"

PERSON: dict[str, Any] = {
    "sub": SUBJECT,
    "SubjectNameID": "899700218896",
    "preferred_username": "899700218896",
    "given_name": "Dominique",
    "family_name": "EXEMPLE",
    "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
    "SubjectOrganization": "CABINET D'EXEMPLE",
    "SubjectOrganizationID": "1540002698",
    "Secteur_Activite": "SA07^1.2.250.1.71.4.2.4",
    "Palier_Authentification": "APPPRIP3^1.2.250.1.213.1.5.1.1.1",
    "Mode_Acces_Raison": "",
    "Acces_Regulation_Medicale": "FAUX",
    "UITVersion": "1.0",
    "PSI_Locale": "1.2.250.1.213.1.3.1.1",
    "otherIds": [{"identifiant": "899700218896", "origine": "RPPS", "qualite": 1}],
    "SubjectRefPro": {"codeCivilite": "M", "exercices": [{"codeProfession": "10", "activities": []}] * 2},
}


@dataclass
class Realm:
    """The provider's state. `claims` and `told` change what the token and `userinfo` say; None takes away."""

    address: str
    clock: Clock = utc_now
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "of-today", "use": "sig"}))
    claims: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    signer: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    @property
    def issuer(self) -> str:
        """Whose tokens they are."""
        return self.address + REALM

    @property
    def discovery(self) -> str:
        """Where it describes itself."""
        return self.address + DISCOVERY

    def describe(self) -> dict[str, Any]:
        """The provider's configuration."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.address}/auth",
            "token_endpoint": f"{self.address}{PROTOCOL}/token",
            "userinfo_endpoint": f"{self.address}{PROTOCOL}/userinfo",
            "introspection_endpoint": f"{self.address}{PROTOCOL}/token/introspect",
            "end_session_endpoint": f"{self.address}{PROTOCOL}/logout",
            "jwks_uri": f"{self.address}{PROTOCOL}/certs",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "acr_values_supported": ["eidas1"],
            "scopes_supported": ["openid", "scope_all"],
        }

    def consent(self, asked: Mapping[str, str]) -> str:
        """Where the browser is sent back; everybody agrees at once."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = dict(asked)
        back = {"code": code, "state": asked["state"], "session_state": "s"}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def exchange(self, form: Mapping[str, str], *, authorization: str) -> dict[str, Any] | None:
        """Tokens for a code, once; None where the standard wants `invalid_grant` or `invalid_client`."""
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        if authorization != f"Basic {expected}" or asked is None:
            return None
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        if half(form.get("code_verifier", ""), 32) != asked.get("code_challenge"):
            return None
        access = secrets.token_urlsafe(24)
        self.tokens.add(access)
        token = self.write_token(nonce=asked.get("nonce", ""), access=access)
        return {"access_token": access, "token_type": "Bearer", "expires_in": 120, "id_token": token}

    def write_token(self, *, nonce: str, access: str) -> str:
        """The id_token of an entry."""
        now = int(self.clock().timestamp())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": SUBJECT,
            "aud": CLIENT,
            "azp": CLIENT,
            "typ": "ID",
            "iat": now,
            "exp": now + 120,
            "nonce": nonce,
            "acr": "eidas1",
            "at_hash": half(access, 16),
            "SubjectNameID": "899700218896",
        }
        changed = {name: value for name, value in (claims | self.claims).items() if value is not None}
        header = {"alg": "RS256", "kid": "of-today", "typ": "JWT"}
        return jwt.encode(header, changed, self.signer or self.key)

    def tell(self, authorization: str) -> dict[str, Any] | None:
        """`userinfo`; None without a token of ours."""
        if authorization.removeprefix("Bearer ") not in self.tokens:
            return None
        return {name: value for name, value in (PERSON | self.told).items() if value is not None}

    def publish(self) -> dict[str, Any]:
        """The public keys."""
        return {"keys": [self.key.as_dict(private=False)]}


def half(text: str, length: int) -> str:
    """The first bytes of a text's SHA-256, base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:length]).rstrip(b"=").decode()


@contextmanager
def running_realm(clock: Clock = utc_now) -> Generator[Realm]:
    """The provider on loopback, until the end of the `with`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    realm = Realm(f"http://127.0.0.1:{server.server_address[1]}", clock)
    _Handler.realm = realm
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield realm
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    realm: Realm

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        authorization = self.headers.get("Authorization", "")
        match parts.path:
            case "/auth":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", self.realm.consent(asked))
                self.send_header("Content-Length", "0")
                self.end_headers()
            case path if path == DISCOVERY:
                self._send(self.realm.describe())
            case path if path == f"{PROTOCOL}/certs":
                self._send(self.realm.publish())
            case path if path == f"{PROTOCOL}/userinfo":
                self._send(self.realm.tell(authorization), status=401)
            case _:
                self._send(None, status=404)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        fields = {name: values[0] for name, values in form.items()}
        self._send(self.realm.exchange(fields, authorization=self.headers.get("Authorization", "")))

    def _send(self, document: dict[str, Any] | None, *, status: int = 400) -> None:
        body = json.dumps(document or {"error": "invalid_grant"}).encode()
        self.send_response(200 if document is not None else status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_arguments: Any) -> None:  # noqa: A002 - the library's name
        """Nothing on the tests' output."""
