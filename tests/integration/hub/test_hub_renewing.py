"""Another password and other recovery codes, by who is in and proves it again."""

import re

import httpx2
import pytest

from maillage.governance.people.roles import Role
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_door import (
    ADDRESS,
    PASSWORD,
    accept_passkey,
    accept_password,
    code_at,
    enter_password,
    invite,
    is_inside,
)
from tests.support.authenticator import Authenticator
from tests.support.people import browse, settle, sit

NEW = "cinq autres mots sans suite"
LATER = 11 * 60
"""Seconds after which entering proves nothing more."""


def change(browser: httpx2.Client, *, new: str = NEW, password: str = "", code: str = "") -> httpx2.Response:
    fields = {"new": new, "password": password, "code": code}
    return browser.post("/compte/mot-de-passe/changer", data=fields)


def renew(browser: httpx2.Client, *, password: str = "", code: str = "") -> httpx2.Response:
    return browser.post("/compte/codes/refaire", data={"password": password, "code": code})


def read_codes(page: httpx2.Response) -> list[str]:
    assert page.status_code == 200, page.text
    return re.findall(r"<li><code>([A-Z2-7-]{19})</code></li>", page.text)


def test_the_password_changes_and_every_other_session_ends(network: Network) -> None:
    with browse(network) as here, browse(network) as there:
        secret, codes = accept_password(network, here, invite(network, "bob", Role.RESEARCHER))
        assert enter_password(there, codes[0]) == 302
        network.clock.advance(seconds=LATER)
        changed = change(here, password=PASSWORD, code=code_at(network, secret))
        assert network.audit()[-1] == "person:password:change"
        assert "autres sessions sont fermées" in here.get(changed.headers["location"]).text
        assert is_inside(here)
        assert not is_inside(there)
        here.post("/sortir")
        network.clock.advance(seconds=30)
        assert enter_password(here, code_at(network, secret)) == 403, "the former password"
        assert enter_password(here, code_at(network, secret), password=NEW) == 302
        here.post("/sortir")
        assert enter_password(here, codes[1], password=NEW) == 302, "recovery codes stay"


def test_who_entered_by_a_passkey_just_now_needs_no_present_password(network: Network) -> None:
    network.configure(address=ADDRESS)
    with browse(network) as browser:
        accept_password(network, browser, invite(network))
        options = browser.post("/compte/cles/defi").json()
        device = Authenticator(ADDRESS)
        browser.post("/compte/cles", data={"credential": device.create(options), "label": "Clé"})
        network.clock.advance(seconds=LATER)
        assert "Mot de passe actuel" in browser.get("/compte/mot-de-passe").text
        assert change(browser).status_code == 403
        browser.post("/sortir")
        options = browser.post("/entrer/cle/defi").json()
        assert browser.post("/entrer/cle", data={"credential": device.get(options)}).status_code == 302
        assert "Mot de passe actuel" not in browser.get("/compte/mot-de-passe").text
        assert change(browser).status_code == 302


@pytest.mark.parametrize("password", ["court", "aaaaaaaaaaaaaaaa", "personne bob 2026", "x" * 201])
def test_a_new_password_meets_the_rules_of_the_first_and_spends_no_code(
    network: Network, password: str
) -> None:
    with browse(network) as browser:
        secret, _codes = accept_password(network, browser, invite(network))
        network.clock.advance(seconds=LATER)
        code = code_at(network, secret)
        assert change(browser, new=password, password=PASSWORD, code=code).status_code == 422
        assert change(browser, password=PASSWORD, code=code).status_code == 302


def test_new_recovery_codes_are_shown_once_and_serve_at_the_door(network: Network) -> None:
    with browse(network) as browser:
        secret, former = accept_password(network, browser, invite(network))
        network.clock.advance(seconds=LATER)
        assert "<strong>10</strong> sur 10" in browser.get("/compte/codes").text
        codes = read_codes(renew(browser, password=PASSWORD, code=code_at(network, secret)))
        assert len(codes) == 10
        assert not set(codes) & set(former)
        assert not any(code in browser.get("/compte/codes").text for code in codes)
        browser.post("/sortir")
        assert enter_password(browser, former[0]) == 403
        assert enter_password(browser, codes[0]) == 302
        assert "<strong>9</strong> sur 10" in browser.get("/compte/codes").text
        browser.post("/sortir")
        assert enter_password(browser, codes[0]) == 403
    assert network.audit().count("person:recovery:renew") == 1


def test_who_lost_the_telephone_makes_new_codes_with_the_last_one(network: Network) -> None:
    with browse(network) as browser:
        _secret, former = accept_password(network, browser, invite(network))
        browser.post("/sortir")
        for code in former[:9]:
            assert enter_password(browser, code) == 302
            browser.post("/sortir")
        assert enter_password(browser, former[9]) == 302
        assert "Il ne vous en reste aucun" in browser.get("/compte/codes").text
        assert len(read_codes(renew(browser))) == 10


def test_who_has_no_password_has_neither_page(network: Network) -> None:
    network.configure(address=ADDRESS)
    settle(network, "carol")
    with browse(network) as browser:
        accept_passkey(browser, invite(network), Authenticator(ADDRESS))
        assert "/compte/mot-de-passe" not in browser.get("/compte").text
        for name in ("", "carol", "alice"):
            if name:
                sit(network, browser, name)
            for path in ("/compte/mot-de-passe", "/compte/codes"):
                assert browser.get(path).headers["location"] == "/compte"
            assert change(browser, password=PASSWORD, code="000000").status_code == 404
            assert renew(browser, password=PASSWORD, code="000000").status_code == 404
