"""Whoever guesses is slowed, whoever forges a form or a host's name is refused, browsers are kept strict."""

import re
from pathlib import Path
from typing import Any

import pytest

import maillage.hub.portal
from maillage.governance.people.roles import Role
from maillage.hub.access import limits
from maillage.hub.access.errors import TooManyError
from maillage.hub.access.limits import MOST_BUCKETS, Limit, Limiter
from maillage.hub.settings import HubSettings, PscSettings, django_settings
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_door import invite
from tests.support.people import browse, settle

PORTAL = Path(maillage.hub.portal.__file__).parent
PHRASE = "quatre mots sans rapport"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}"


class Seconds:
    """Time that passes when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_empties_fills_again_and_says_when() -> None:
    clock, limit = Seconds(), Limit("test", burst=3, rate=0.1)
    limiter = Limiter(clock)
    for _time in range(3):
        limiter.take(limit, "one")
    with pytest.raises(TooManyError) as refused:
        limiter.take(limit, "one")
    assert refused.value.retry_after == 10
    limiter.take(limit, "another")
    clock.now = 10.0
    limiter.take(limit, "one")
    with pytest.raises(TooManyError):
        limiter.check(limit, "one")


def test_a_crowd_of_addresses_takes_no_more_memory() -> None:
    limiter = Limiter(Seconds())
    for number in range(MOST_BUCKETS + 500):
        limiter.take(limits.API, str(number))
    assert len(limiter._buckets) == MOST_BUCKETS


def test_guessing_a_password_or_a_code_is_slowed_for_the_account(network: Network) -> None:
    fields = {"name": "bob", "password": "x" * 20, "code": "000000"}
    with browse(network) as browser:
        answers = [browser.post("/entrer/mot-de-passe", data=fields) for _time in range(12)]
        assert [answer.status_code for answer in answers] == [403] * 10 + [429] * 2
        assert int(answers[-1].headers["Retry-After"]) > 30
        assert "Réessayez dans" in answers[-1].text
        other = browser.post("/entrer/mot-de-passe", data=fields | {"name": "carol"})
        assert other.status_code == 403, "another's account is not locked by it"


@pytest.mark.parametrize(
    "path",
    ["/entrer", "/entrer/cle", "/entrer/psc/retour", "/invitation/x", "/entrer/x"],
)
def test_guessing_from_one_address_is_slowed_and_who_has_a_right_proof_is_not(
    network: Network, path: str
) -> None:
    is_form = path in ("/entrer", "/entrer/cle")
    with browse(network) as browser:
        statuses: list[int] = []
        for number in range(55):
            fields = {"token": f"mlg_{number}"} if is_form else None
            statuses.append(browser.request("POST" if is_form else "GET", path, data=fields).status_code)
        assert statuses[:50] == [403] * 50
        assert set(statuses[50:]) == {429}
        assert browser.post("/entrer", data={"token": network.token}).status_code == 302
    assert network.call("GET", "/network", token="guess").status_code == 429
    assert network.call("GET", "/network").status_code == 200, "nobody locks the others of a hospital out"


def test_entering_rightly_is_never_slowed(network: Network) -> None:
    with browse(network) as browser:
        for _time in range(30):
            assert browser.post("/entrer", data={"token": network.token}).status_code == 302
            browser.post("/sortir")


def test_a_program_that_runs_wild_is_told_when_to_come_back(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "API", Limit("api", burst=5, rate=0.01))
    answers = [network.call("GET", "/network") for _time in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert answers[-1].json()["code"] == "too_many"
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_every_form_needs_the_pages_own_secret(network: Network) -> None:
    from maillage.hub.access.rules import list_routes

    settle(network, "bob", *Role)
    before = None
    with browse(network, "bob") as browser:
        from maillage.governance.audit.models import Event

        before = Event.objects.count()
        for route in list_routes():
            if route.path.startswith("/api/") or "POST" not in route.methods:
                continue
            path = re.sub(r"<[^>]+>", "1", route.path)
            for origin, secret in (("https://evil.example", None), ("http://127.0.0.1:8400", "w" * 32)):
                request = browser.build_request("POST", path, headers={"Origin": origin})
                if secret is not None:
                    browser.cookies.set("csrftoken", "t" * 32, domain="127.0.0.1")
                    request.headers["Cookie"] = re.sub(
                        r"csrftoken=\w+", f"csrftoken={secret}", request.headers["Cookie"]
                    )
                assert browser.send(request).status_code == 403, (path, origin)
        assert Event.objects.count() == before
        assert browser.get("/compte").status_code == 200, "not even leaving"


@pytest.mark.parametrize("path", ["/", "/entrer", "/compte", "/static/maillage/mark.svg", "/nulle-part"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8400", ""])
def test_a_page_under_another_host_s_name_is_not_served(network: Network, path: str, host: str) -> None:
    response = network.http.get(path, headers={"Host": host, "X-Forwarded-Host": "evil.example"})
    assert response.status_code == 400 or not host
    assert "evil.example" not in response.text


def test_the_address_of_an_invitation_is_made_from_the_settings_alone(network: Network) -> None:
    settle(network, "office", Role.OFFICE)
    with browse(network, "office") as browser:
        forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
        fields = {"name": "bob", "full_name": "Bob", "email": ""}
        page = browser.post("/personnes/inviter", data=fields, headers=forged)
    assert "http://127.0.0.1:8400/invitation/" in page.text
    assert "evil.example" not in page.text


def test_every_answer_keeps_browsers_strict(network: Network) -> None:
    settle(network, "bob", *Role)
    paths = ("/entrer", "/compte", "/comite", "/personnes", "/journal", "/nulle-part", "/api/v1/network")
    with browse(network, "bob") as browser:
        for path in (*paths, "/static/maillage/people.css"):
            headers = browser.get(path).headers
            policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == "'self'"
            assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
            assert policy["form-action"] == "'self'"
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Frame-Options"] == "DENY"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "same-origin"


def test_no_page_has_a_script_or_a_style_of_its_own() -> None:
    handlers = r"\son(?:blur|change|click|error|focus|input|key\w+|load|mouse\w+|submit|toggle)="
    own = r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|javascript:|" + handlers
    for path in PORTAL.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(own, text) == [], path
        assert "|safe" not in text, path
        assert "autoescape off" not in text, path


@pytest.mark.parametrize(
    ("address", "secure"), [("https://hub.example", True), ("http://127.0.0.1:8400", False)]
)
def test_cookies_stay_with_this_host_and_away_from_scripts(address: str, secure: bool) -> None:
    made = django_settings(HubSettings(name="n", address=address), folder=Path("/nowhere"), secret="s")
    for cookie in ("SESSION", "CSRF"):
        assert made[f"{cookie}_COOKIE_SECURE"] is secure
        assert made[f"{cookie}_COOKIE_HTTPONLY"] is True
        assert made[f"{cookie}_COOKIE_SAMESITE"] == "Lax"
        assert made[f"{cookie}_COOKIE_NAME"].startswith("__Host-") is secure
    assert made["DEBUG"] is False


def test_passkeys_and_the_provider_want_tls() -> None:
    takes = {
        "https://hub.example": True,
        "http://localhost:8400": True,
        "http://hub.example": False,
        "https://192.0.2.7": False,
        "http://127.0.0.1:8400": False,
    }
    for address, expected in takes.items():
        assert HubSettings(name="n", address=address).takes_passkeys is expected, address
    with pytest.raises(ValueError, match="https"):
        PscSettings(discovery="http://psc.example/.well-known/x", client_id="c", secret_file=Path("s"))


def test_names_that_would_run_are_text_on_every_page(network: Network) -> None:
    from maillage.governance.people.models import Person
    from maillage.hub.access.models import Session, Token

    person = settle(network, "bob", *Role)
    Person.objects.update(full_name=HOSTILE, email=HOSTILE[:90])
    with browse(network, "bob") as browser:
        browser.post("/compte/jetons", data={"label": HOSTILE[:80], "days": "30"})
        Session.objects.update(browser=HOSTILE[:80])
        Token.objects.update(label=HOSTILE[:80])
        pages = ("/compte", "/personnes", f"/personnes/{person.id}", "/journal", "/compte/journal")
        for path in (*pages, f"/journal?personne={HOSTILE}", f"/entrer?suite={HOSTILE}"):
            page = browser.get(path).text
            assert "<script>alert" not in page, path
            assert "<img src=x" not in page, path
            assert "{{ 7|add:7 }}" in page or "7|add" not in page, path
        refused = browser.post("/entrer/mot-de-passe", data={"name": HOSTILE, "password": "x", "code": "1"})
        assert "<script>alert" not in refused.text


@pytest.mark.parametrize(
    "value",
    ["' OR 1=1 --", "'; DROP TABLE access_visit; --", "%s", "\x00", "%00", "x" * 5000, "é" * 200, "../.."],
)
def test_what_is_typed_is_never_a_statement(network: Network, value: str) -> None:
    from maillage.hub.access.models import Visit

    settle(network, "bob", *Role)
    with browse(network, "bob") as browser:
        forms: dict[str, dict[str, Any]] = {
            "/entrer": {"token": value},
            "/entrer/mot-de-passe": {"name": value, "password": value, "code": value},
            "/compte/jetons/revoquer": {"token": value},
            "/compte/cles/retirer": {"passkey": value},
            "/compte/sessions/fermer": {"session": value},
            "/personnes/inviter": {"name": value, "full_name": value, "email": value, "role": value},
        }
        for path, fields in forms.items():
            assert browser.post(path, data=fields).status_code < 500, path
        assert browser.get("/journal", params={"personne": value}).status_code < 500
    assert Visit.objects.exists()


def test_a_large_form_is_refused_before_it_is_read(network: Network) -> None:
    invited = invite(network)
    with browse(network) as browser:
        for path in ("/entrer", f"/invitation/{invited}/cle"):
            assert browser.post(path, data={"credential": "x" * 2_000_000}).status_code == 413
