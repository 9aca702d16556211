"""A copied session makes nothing that outlives it; each attack wins without its defence."""

import re
from collections.abc import Callable, Generator, Mapping
from datetime import datetime

import httpx2
import pytest

from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_door import (
    ADDRESS,
    PASSWORD,
    accept_password,
    code_at,
    enter_passkey,
    enter_password,
    invite,
    is_inside,
)
from tests.integration.hub.test_hub_psc import configure, travel
from tests.redteam.test_renewing import copy_cookie, settle_owner
from tests.support.authenticator import Authenticator
from tests.support.people import browse, settle, sit
from tests.support.psc import running_realm


@pytest.fixture
def every_way(network: Network) -> Generator[Network]:
    """A hub that takes Pro Santé Connect, and passkeys where its address is told to be their name."""
    with running_realm(network.clock) as realm:
        configure(network, realm.discovery)
        yield network


def gain_passkey(network: Network, thief: httpx2.Client) -> bool:
    network.configure(address=ADDRESS)
    device = Authenticator(ADDRESS)
    begun = thief.post("/compte/cles/defi")
    if begun.status_code != 200:
        return False
    thief.post("/compte/cles", data={"credential": device.create(begun.json()), "label": "Clé"})
    with browse(network) as later:
        return enter_passkey(later, device).status_code == 302


def gain_token(network: Network, thief: httpx2.Client) -> bool:
    page = thief.post("/compte/jetons", data={"label": "R", "days": "366"})
    found = re.search(r"mlg_[\w-]{40,}", page.text)
    return found is not None and network.call("GET", "/network", token=found[0]).status_code == 200


def gain_psc(network: Network, thief: httpx2.Client) -> bool:
    if thief.get("/compte/psc").status_code != 302:
        return False
    travel(thief, "/compte/psc")
    with browse(network) as later:
        travel(later, "/entrer/psc")
        return is_inside(later)


Attack = Callable[[Network, httpx2.Client], bool]
ATTACKS: Mapping[str, Attack] = {"passkey": gain_passkey, "token": gain_token, "psc": gain_psc}
attacks = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)


def take_over(network: Network, attack: Attack) -> bool:
    with browse(network) as owner, browse(network) as thief:
        settle_owner(network, owner)
        copy_cookie(owner, thief)
        assert is_inside(thief)
        return attack(network, thief)


@attacks
def test_a_copied_session_gains_nothing_that_lasts(every_way: Network, attack: Attack) -> None:
    before = len(every_way.audit())
    assert not take_over(every_way, attack)
    made = {"person:passkey:add", "operator:token:create", "person:psc:link"}
    assert not made & set(every_way.audit()[before:])


@attacks
def test_with_no_proof_asked_the_copied_session_gains_it(
    every_way: Network, attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maillage.hub.access import proof

    def any_session(_session: str, *, at: datetime) -> bool:
        return True

    monkeypatch.setattr(proof, "is_fresh", any_session)
    assert take_over(every_way, attack)


@attacks
@pytest.mark.parametrize("way", ["token", "link"])
def test_a_session_that_a_program_s_secret_opened_gains_nothing(
    every_way: Network, attack: Attack, way: str
) -> None:
    settle(every_way, "bob")
    with browse(every_way) as thief:
        for name in ("bob", "alice"):
            sit(every_way, thief, name, way=way)
            assert is_inside(thief)
            assert not attack(every_way, thief)


def wait_for_the_owner(network: Network) -> bool:
    """A copy waits until the owner has proved that it is them; whether that then serves the thief."""
    with browse(network) as owner, browse(network) as thief:
        secret = settle_owner(network, owner)
        copy_cookie(owner, thief)
        fields = {"password": PASSWORD, "code": code_at(network, secret), "suite": "/compte"}
        assert owner.post("/compte/preuve/donner", data=fields).headers["location"] == "/compte"
        assert gain_token(network, owner)
        return is_inside(thief) or gain_token(network, thief)


def test_the_owner_s_proof_ends_the_copy(network: Network) -> None:
    assert not wait_for_the_owner(network)


def test_with_the_former_session_left_open_the_copy_goes_on(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maillage.hub.portal import sessions

    monkeypatch.setattr(sessions, "end_session", lambda *_all, at: None)
    assert wait_for_the_owner(network)


def test_what_was_begun_in_time_is_not_finished_late(network: Network) -> None:
    network.configure(address=ADDRESS)
    device = Authenticator(ADDRESS)
    with browse(network) as owner:
        accept_password(network, owner, invite(network))
        network.clock.advance(seconds=9 * 60)
        begun = owner.post("/compte/cles/defi").json()
        network.clock.advance(seconds=2 * 60)
        late = owner.post("/compte/cles", data={"credential": device.create(begun), "label": "Clé"})
        assert late.status_code == 403
        assert enter_passkey(owner, device).status_code == 403


def test_an_answer_of_the_provider_that_comes_late_leads_to_the_proof(every_way: Network) -> None:
    with browse(every_way) as owner:
        accept_password(every_way, owner, invite(every_way))
        every_way.clock.advance(seconds=9 * 60)
        led = owner.get("/compte/psc").headers["location"]
        every_way.clock.advance(seconds=2 * 60)
        with httpx2.Client() as outside:
            back = outside.get(led).headers["location"]
        answer = owner.get(httpx2.URL(back).raw_path.decode())
        assert answer.headers["location"] == "/compte/preuve?suite=%2Fcompte%2Fpsc"
    assert "person:psc:link" not in every_way.audit()


def test_a_wrong_proof_counts_as_a_guess_and_leads_nowhere_else(network: Network) -> None:
    with browse(network) as owner:
        secret = settle_owner(network, owner)
        for number in range(10):
            fields = {"password": PASSWORD, "code": f"{number:06}", "suite": "https://evil.example/"}
            assert owner.post("/compte/preuve/donner", data=fields).status_code == 403
        right = {"password": PASSWORD, "code": code_at(network, secret)}
        assert owner.post("/compte/preuve/donner", data=right).status_code == 429
        assert enter_password(owner, code_at(network, secret)) == 429, "one count for both"
