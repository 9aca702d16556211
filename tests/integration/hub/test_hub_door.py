"""Coming in: invitations, passkeys, passwords with codes, sessions that end."""

import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pyotp.totp import TOTP

from maillage.governance.people.roles import Role
from tests.integration.hub.conftest import Network
from tests.support.authenticator import PRESENT, Authenticator
from tests.support.people import HOST, browse, settle, sit

ADDRESS = "http://localhost:8400"
PASSWORD = "quatre mots sans rapport"


@pytest.fixture
def door(network: Network) -> Network:
    """A hub whose address browsers make passkeys for."""
    network.configure(address=ADDRESS)
    return network


def invite(network: Network, name: str = "bob", *roles: Role) -> str:
    """A new account's invitation."""
    from maillage.governance.people import actions
    from maillage.hub.access.invitations import create_invitation

    now = network.clock()
    actions.invite(actions.Newcomer(name, f"Personne {name.capitalize()}"), by="operator:test", at=now)
    for role in roles:
        actions.give_role(name, actions.Giving(role, timedelta(days=90)), by="operator:test", at=now)
    return create_invitation(name, by="operator:test", at=now)


def is_inside(browser: httpx2.Client) -> bool:
    return browser.get("/compte").status_code == 200


def accept_passkey(browser: httpx2.Client, secret: str, device: Authenticator) -> httpx2.Response:
    options = browser.post(f"/invitation/{secret}/cle/defi").json()
    fields = {"credential": device.create(options), "label": "Téléphone"}
    return browser.post(f"/invitation/{secret}/cle", data=fields)


def enter_passkey(browser: httpx2.Client, device: Authenticator, **changes: Any) -> httpx2.Response:
    options = browser.post("/entrer/cle/defi").json() | changes
    return browser.post("/entrer/cle", data={"credential": device.get(options)})


def accept_password(network: Network, browser: httpx2.Client, secret: str) -> tuple[str, list[str]]:
    """The generator's secret, and the recovery codes."""
    page = browser.get(f"/invitation/{secret}").text
    found = re.search(r'<code class="hash">([A-Z2-7]{32})</code>', page)
    assert found, "the page shows the generator's secret"
    fields = {"password": PASSWORD, "code": code_at(network, found[1])}
    shown = browser.post(f"/invitation/{secret}/mot-de-passe", data=fields)
    assert shown.status_code == 200, shown.text
    return found[1], re.findall(r"<li><code>([A-Z2-7-]{19})</code></li>", shown.text)


def code_at(network: Network, secret: str) -> str:
    return TOTP(secret).at(network.clock())


def enter_password(browser: httpx2.Client, code: str, *, name: str = "bob", password: str = PASSWORD) -> int:
    fields = {"name": name, "password": password, "code": code}
    return browser.post("/entrer/mot-de-passe", data=fields).status_code


def test_an_invitation_makes_a_passkey_and_the_passkey_lets_in(door: Network) -> None:
    secret, device = invite(door, "bob", Role.RESEARCHER), Authenticator(ADDRESS)
    with browse(door) as browser:
        assert "Personne Bob" in browser.get(f"/invitation/{secret}").text
        assert accept_passkey(browser, secret, device).headers["location"] == "/"
        assert is_inside(browser)
        browser.post("/sortir")
        assert not is_inside(browser)
        assert enter_passkey(browser, device).headers["location"] == "/"
        page = browser.get("/compte").text
        assert "Téléphone" in page
        assert "Pose des questions" in page
    audit = door.audit()
    assert audit[-1] == "requester:session:open"
    assert audit.count("person:person:join") == 1


def test_an_invitation_serves_once_and_not_for_ever(door: Network) -> None:
    secret = invite(door)
    with browse(door) as browser:
        accept_passkey(browser, secret, Authenticator(ADDRESS))
    with browse(door) as other:
        assert other.get(f"/invitation/{secret}").status_code == 403
        assert other.post(f"/invitation/{secret}/cle/defi").status_code == 403
        assert not is_inside(other)
        late = invite(door, "carol")
        door.clock.advance(days=4)
        assert other.get(f"/invitation/{late}").status_code == 403


def test_a_new_invitation_voids_the_former_one(door: Network) -> None:
    from maillage.hub.access.invitations import create_invitation

    first = invite(door)
    second = create_invitation("bob", by="operator:test", at=door.clock())
    with browse(door) as browser:
        assert browser.get(f"/invitation/{first}").status_code == 403
        assert browser.get(f"/invitation/{second}").status_code == 200


def test_a_challenge_serves_once_in_the_browser_that_began(door: Network) -> None:
    secret, device = invite(door), Authenticator(ADDRESS)
    with browse(door) as browser, browse(door) as thief:
        accept_passkey(browser, secret, device)
        browser.post("/sortir")
        options = browser.post("/entrer/cle/defi").json()
        former = browser.cookies.get("maillage")
        answer = {"credential": device.get(options)}
        assert thief.post("/entrer/cle", data=answer).status_code == 403
        assert browser.post("/entrer/cle", data=answer).status_code == 302
        thief.cookies.set("maillage", former or "", domain=HOST)
        assert thief.post("/entrer/cle", data=answer).status_code == 403, "a copied cookie replays nothing"
        assert not is_inside(thief)


def test_a_device_that_did_not_check_its_owner_is_refused(door: Network) -> None:
    secret = invite(door)
    with browse(door) as browser:
        bare = Authenticator(ADDRESS, flags=PRESENT)
        assert accept_passkey(browser, secret, bare).status_code == 403
        assert not is_inside(browser)
        device = Authenticator(ADDRESS)
        accept_passkey(browser, secret, device)
        browser.post("/sortir")
        device.flags = PRESENT
        assert enter_passkey(browser, device).status_code == 403


def test_a_passkey_of_another_site_a_copy_or_another_person_is_refused(door: Network) -> None:
    device, other = Authenticator(ADDRESS), Authenticator(ADDRESS)
    with browse(door) as browser:
        accept_passkey(browser, invite(door), device)
        accept_passkey(browser, invite(door, "carol"), other)
        browser.post("/sortir")
        assert enter_passkey(browser, device, rpId="evil.example").status_code == 403
        device.origin = "https://evil.example"
        assert enter_passkey(browser, device).status_code == 403
        device.origin, device.count = ADDRESS, 10
        assert enter_passkey(browser, device).status_code == 302
        browser.post("/sortir")
        device.count = 3
        assert enter_passkey(browser, device).status_code == 403, "the counter went back: a copy"
        device.count, device.owner = 20, other.owner
        assert enter_passkey(browser, device).status_code == 403
        device.owner, other.id = other.owner, device.id
        assert enter_passkey(browser, other).status_code == 403, "the key of one under the name of another"


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "{",
        "[]",
        "3",
        "{}",
        '{"id": 1}',
        '{"id": "x", "rawId": "x", "type": "y", "response": {}}',
    ],
)
def test_a_malformed_passkey_is_refused_in_words(door: Network, credential: str) -> None:
    secret = invite(door)
    with browse(door) as browser:
        browser.post("/entrer/cle/defi")
        refused = browser.post("/entrer/cle", data={"credential": credential})
        assert refused.status_code == 403
        assert "ne permettent pas d’entrer" in refused.text
        browser.post(f"/invitation/{secret}/cle/defi")
        refused = browser.post(f"/invitation/{secret}/cle", data={"credential": credential})
        assert refused.status_code == 403


def test_a_password_with_its_code_lets_in_and_a_code_serves_once(network: Network) -> None:
    with browse(network) as browser:
        secret, codes = accept_password(network, browser, invite(network))
        assert len(codes) == len(set(codes)) == 10
        assert is_inside(browser)
        browser.post("/sortir")
        assert enter_password(browser, code_at(network, secret)) == 403, "it served at the invitation"
        network.clock.advance(seconds=30)
        code = code_at(network, secret)
        assert enter_password(browser, code, password="un autre mot de passe") == 403
        assert enter_password(browser, code) == 302
        browser.post("/sortir")
        assert enter_password(browser, code) == 403, "a code that was seen over a shoulder"
        assert enter_password(browser, codes[0]) == 302
        browser.post("/sortir")
        assert enter_password(browser, codes[0]) == 403
        assert enter_password(browser, codes[1].lower().replace("-", " ")) == 302


def test_what_is_wrong_is_not_told(network: Network) -> None:
    with browse(network) as browser:
        secret, _codes = accept_password(network, browser, invite(network))
        browser.post("/sortir")
        network.clock.advance(seconds=30)
        code = code_at(network, secret)
        tries = [
            {"name": "bob", "password": "x" * 20, "code": code},
            {"name": "bob", "password": PASSWORD, "code": "000000"},
            {"name": "nobody", "password": PASSWORD, "code": code},
        ]
        pages = [browser.post("/entrer/mot-de-passe", data=fields).text for fields in tries]
    told = {re.sub(r'value="[^"]*"', "", page) for page in pages}
    assert len(told) == 1


@pytest.mark.parametrize(
    "password", ["court", "motdepasse" * 30, "aaaaaaaaaaaaaaaa", "personne bob 2026", "Bob et son chien"]
)
def test_a_password_that_can_be_guessed_is_refused_and_the_invitation_stays(
    network: Network, password: str
) -> None:
    secret = invite(network)
    with browse(network) as browser:
        page = browser.get(f"/invitation/{secret}").text
        totp = re.search(r'<code class="hash">([A-Z2-7]{32})</code>', page)
        assert totp
        fields = {"password": password, "code": code_at(network, totp[1])}
        assert browser.post(f"/invitation/{secret}/mot-de-passe", data=fields).status_code == 422
        assert not is_inside(browser)
        accept_password(network, browser, secret)
        assert is_inside(browser)


def test_the_database_alone_opens_nothing(network: Network) -> None:
    from django.db import connection

    with browse(network) as browser:
        secret, codes = accept_password(network, browser, invite(network))
        session = browser.cookies.get("maillage")
    with connection.cursor() as cursor:
        rows: list[Any] = []
        for table in ("password", "recoverycode", "invitation", "session", "ceremony"):
            cursor.execute(f"SELECT * FROM access_{table}")
            rows.extend(cursor.fetchall())
    text = repr(rows)
    assert "$argon2id$" in text
    for value in (secret, PASSWORD, session or "", *codes, *(code.replace("-", "") for code in codes)):
        assert value not in text


def test_a_session_ends_by_idleness_by_age_and_at_every_door(network: Network) -> None:
    settle(network, "bob", Role.RESEARCHER)
    with browse(network, "bob") as browser, browse(network, "bob") as copy:
        copy.cookies.set("maillage", browser.cookies.get("maillage") or "", domain=HOST)
        for _quarter in range(5):
            network.clock.advance(minutes=45)
            assert is_inside(browser), "each gesture keeps it open"
        network.clock.advance(minutes=61)
        assert not is_inside(browser)
        sit(network, browser, "bob")
        for _quarter in range(15):
            network.clock.advance(minutes=45)
            is_inside(browser)
        network.clock.advance(minutes=46)
        assert not is_inside(browser), "twelve hours at most"
        sit(network, browser, "bob")
        copy.cookies.set("maillage", browser.cookies.get("maillage") or "", domain=HOST)
        assert is_inside(copy)
        browser.post("/sortir")
        assert not is_inside(copy), "a copy of the cookie ends too"


def test_a_page_that_refreshes_itself_keeps_no_session_open(network: Network) -> None:
    settle(network, "bob")
    with browse(network, "bob") as browser:
        for _third in range(3):
            network.clock.advance(minutes=20)
            browser.get("/questions", headers={"HX-Request": "true"})
        response = browser.get("/questions", headers={"HX-Request": "true"})
        assert response.status_code == 204
        assert response.headers["HX-Redirect"].startswith("/entrer")


def test_one_closes_one_session_or_all_others(network: Network) -> None:
    settle(network, "bob")
    with browse(network, "bob") as here, browse(network, "bob") as there, browse(network, "bob") as third:
        page = here.get("/compte").text
        others = re.findall(r'name="session" value="(sha256:[0-9a-f]+|[0-9a-f]+)"', page)
        assert len(others) == 2
        assert here.post("/compte/sessions/fermer", data={"session": others[0]}).status_code == 302
        assert sorted(map(is_inside, (there, third))) == [False, True]
        here.post("/compte/sessions/fermer")
        assert not is_inside(there)
        assert not is_inside(third)
        assert is_inside(here)


def test_suspending_ends_sessions_tokens_and_invitations_at_once_and_for_good(network: Network) -> None:
    from maillage.governance.people.actions import reinstate
    from maillage.hub.access import people

    person = settle(network, "bob", Role.RESEARCHER)
    settle(network, "office", Role.OFFICE)
    token = people.create_token("bob", by="operator:test", at=network.clock())
    assert network.call("GET", "/network", token=token).status_code == 200
    with browse(network, "bob") as browser, browse(network, "office") as office:
        assert is_inside(browser)
        assert office.post(f"/personnes/{person.id}/etat", data={"to": "suspend"}).status_code == 302
        assert not is_inside(browser)
        assert network.call("GET", "/network", token=token).status_code == 401
        reinstate("bob", by="office", at=network.clock())
        assert not is_inside(browser), "what ended stays ended"
        assert network.call("GET", "/network", token=token).status_code == 401
        sit(network, browser, "bob")
        assert is_inside(browser)


def test_the_last_way_in_stays(door: Network) -> None:
    device = Authenticator(ADDRESS)
    with browse(door) as browser:
        accept_passkey(browser, invite(door), device)
        found = re.search(r'name="passkey" value="([^"]+)"', browser.get("/compte").text)
        assert found
        refused = browser.post("/compte/cles/retirer", data={"passkey": found[1]})
        assert refused.status_code == 409
        second = Authenticator(ADDRESS)
        options = browser.post("/compte/cles/defi").json()
        fields = {"credential": second.create(options), "label": "Clé"}
        assert browser.post("/compte/cles", data=fields).status_code == 302
        assert browser.post("/compte/cles/retirer", data={"passkey": found[1]}).status_code == 302
        browser.post("/sortir")
        assert enter_passkey(browser, device).status_code == 403
        assert enter_passkey(browser, second).status_code == 302


def test_a_token_of_ones_own_is_shown_once_ends_and_can_be_revoked(network: Network) -> None:
    settle(network, "bob", Role.RESEARCHER)
    with browse(network, "bob") as browser:
        page = browser.post("/compte/jetons", data={"label": "R", "days": "30"}).text
        found = re.search(r'<code class="secret">(mlg_[\w-]+)</code>', page)
        assert found
        assert found[1] not in browser.get("/compte").text
        assert network.call("GET", "/network", token=found[1]).status_code == 200
        listed = re.search(r'name="token" value="(\d+)"', browser.get("/compte").text)
        assert listed
        with browse(network, "alice") as other:
            assert other.post("/compte/jetons/revoquer", data={"token": listed[1]}).status_code == 404
        assert network.call("GET", "/network", token=found[1]).status_code == 200
        network.clock.advance(days=31)
        assert network.call("GET", "/network", token=found[1]).status_code == 401
        assert browser.post("/compte/jetons", data={"label": "R", "days": "9999"}).status_code in (302, 422)


def test_entering_leaves_nothing_of_what_the_browser_brought(network: Network) -> None:
    with browse(network) as browser:
        browser.get("/entrer")
        form_secret = browser.cookies.get("csrftoken")
        # A session that somebody else opened and put into this browser.
        settle(network, "mallory")
        sit(network, browser, "mallory")
        planted = browser.cookies.get("maillage")
        browser.post("/entrer", data={"token": network.token})
        assert browser.cookies.get("maillage") != planted
        assert browser.cookies.get("csrftoken") != form_secret, "the forms' secret is a new one too"
        assert "alice" in browser.get("/compte").text
    with browse(network) as thief:
        thief.cookies.set("maillage", planted or "", domain=HOST)
        assert "alice" not in thief.get("/compte").text
