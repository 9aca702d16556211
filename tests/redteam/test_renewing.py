"""A session, its copy or a code that was seen is no account; each attack wins without its defence."""

from datetime import datetime
from typing import Any

import httpx2
import pytest

from maillage.hub.access import limits
from maillage.hub.access.limits import Limit, Limiter
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_door import (
    PASSWORD,
    accept_password,
    code_at,
    enter_password,
    invite,
    is_inside,
)
from tests.integration.hub.test_hub_renewing import LATER, NEW, change, read_codes, renew
from tests.support.people import HOST, browse


def settle_owner(network: Network, owner: httpx2.Client, name: str = "bob") -> str:
    """The owner is in, and has been for a while; the secret of their generator."""
    secret, _codes = accept_password(network, owner, invite(network, name))
    network.clock.advance(seconds=LATER)
    return secret


def copy_cookie(owner: httpx2.Client, thief: httpx2.Client) -> None:
    thief.cookies.set("maillage", owner.cookies.get("maillage", domain=HOST) or "", domain=HOST)


def take_over(network: Network, *, after: int = LATER) -> bool:
    """A thief with a copy of the cookie makes codes to enter with later; whether they got any."""
    with browse(network) as owner, browse(network) as thief:
        accept_password(network, owner, invite(network))
        network.clock.advance(seconds=after)
        copy_cookie(owner, thief)
        assert is_inside(thief)
        return renew(thief).status_code == 200


def test_a_copied_session_makes_no_codes(network: Network) -> None:
    assert not take_over(network)


def test_with_no_proof_asked_again_the_copy_wins(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    from maillage.hub.access import proof

    def any_session(_session: str, *, at: datetime) -> bool:
        return True

    monkeypatch.setattr(proof, "is_fresh", any_session)
    assert take_over(network)


@pytest.mark.parametrize("way", ["token", "link"])
def test_what_a_program_holds_opens_a_session_that_changes_no_password(network: Network, way: str) -> None:
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    from maillage.hub.access.sessions import open_session

    with browse(network) as owner, browse(network) as thief:
        settle_owner(network, owner)
        store: Any = SessionStore()
        store["session"] = open_session("bob", way=way, browser="", hub=network.hub)
        store.save()
        thief.cookies.set("maillage", store.session_key, domain=HOST)
        assert is_inside(thief)
        assert change(thief).status_code == 403
        assert renew(thief).status_code == 403


def keep_copy(network: Network) -> bool:
    """The owner saw the theft and changes the password; whether the copied cookie still opens anything."""
    with browse(network) as owner, browse(network) as thief:
        secret = settle_owner(network, owner)
        copy_cookie(owner, thief)
        assert change(owner, password=PASSWORD, code=code_at(network, secret)).status_code == 302
        assert is_inside(owner)
        return is_inside(thief)


def test_after_a_change_a_copy_of_the_cookie_opens_nothing(network: Network) -> None:
    assert not keep_copy(network)


def test_with_the_sessions_secret_kept_the_copy_wins(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maillage.hub.access import sessions
    from maillage.hub.portal.account import renewing

    monkeypatch.setattr(sessions, "keep_one", lambda *_all, at: ("", 0))
    monkeypatch.setattr(renewing, "keep_secret", lambda *_all: None)
    assert keep_copy(network)


def test_a_session_planted_in_the_browser_does_not_survive_the_change(network: Network) -> None:
    """Fixation: the cookie and the forms' secret of before are both replaced."""
    with browse(network) as owner:
        secret = settle_owner(network, owner)
        owner.get("/compte/mot-de-passe")
        cookie, form = owner.cookies.get("maillage"), owner.cookies.get("csrftoken", domain=HOST)
        change(owner, password=PASSWORD, code=code_at(network, secret))
        assert owner.cookies.get("maillage") != cookie
        assert owner.cookies.get("csrftoken", domain=HOST) != form


def test_one_persons_proof_changes_nothing_of_anothers(network: Network) -> None:
    """Mallory, inside, types bob's password and code: neither account changes, bob's code is not spent."""
    with browse(network) as owner, browse(network) as mallory:
        secret = settle_owner(network, owner)
        own = settle_owner(network, mallory, "mallory")
        code = code_at(network, secret)
        fields = {"name": "bob", "username": "bob", "person": "bob", "password": PASSWORD, "new": NEW}
        refused = mallory.post("/compte/mot-de-passe/changer", data=fields | {"code": code})
        assert refused.status_code == 403
        assert renew(mallory, password=PASSWORD, code=code).status_code == 403
        owner.post("/sortir")
        mallory.post("/sortir")
        assert enter_password(owner, code) == 302
        assert enter_password(mallory, code_at(network, own), name="mallory") == 302


def test_a_form_from_elsewhere_changes_nothing(network: Network) -> None:
    with browse(network) as owner:
        secret = settle_owner(network, owner)
        fields = {"password": PASSWORD, "code": code_at(network, secret), "new": NEW}
        evil = {"Origin": "https://evil.example"}
        for path in ("/compte/mot-de-passe/changer", "/compte/codes/refaire"):
            assert owner.post(path, data=fields, headers=evil).status_code == 403
            assert owner.get(path).status_code == 405, "a picture's address does nothing"
        owner.cookies.delete("csrftoken", domain=HOST)
        assert owner.post("/compte/mot-de-passe/changer", data=fields).status_code == 403
    assert "person:password:change" not in network.audit()
    assert "person:recovery:renew" not in network.audit()


def test_a_code_that_was_seen_proves_nothing_twice(network: Network) -> None:
    with browse(network) as owner, browse(network) as thief:
        secret = settle_owner(network, owner)
        code = code_at(network, secret)
        codes = read_codes(renew(owner, password=PASSWORD, code=code))
        copy_cookie(owner, thief)
        assert change(thief, password=PASSWORD, code=code).status_code == 403
        assert enter_password(thief, code) == 403, "nor at the door"
        copy_cookie(owner, thief)
        assert change(owner, password=PASSWORD, code=codes[0]).status_code == 302
        assert renew(owner, password=NEW, code=codes[0]).status_code == 403, "a recovery code is one too"


def guess_inside(network: Network, monkeypatch: pytest.MonkeyPatch) -> int:
    """Wrong proofs inside a copied session, then the right one."""
    monkeypatch.setattr(limits, "WRONG_FOR_ACCOUNT", Limit("wrong_for_account", burst=3, rate=0.01))
    with browse(network) as owner:
        secret = settle_owner(network, owner)
        for number in range(3):
            assert change(owner, password=PASSWORD, code=f"{number:06}").status_code == 403
        return change(owner, password=PASSWORD, code=code_at(network, secret)).status_code


def test_guesses_inside_run_out_as_those_at_the_door(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert guess_inside(network, monkeypatch) == 429
    with browse(network) as other:
        assert enter_password(other, "000000") == 429, "one count for both"


def test_with_the_limit_switched_off_the_guess_inside_wins(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limiter, "check", lambda *_all: None)
    assert guess_inside(network, monkeypatch) == 302


def test_the_new_codes_are_not_in_the_database(network: Network) -> None:
    from maillage.hub.access.models import RecoveryCode

    with browse(network) as owner:
        accept_password(network, owner, invite(network))
        codes = read_codes(renew(owner))
    kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert len(kept.split()) == 10
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_suspended_person_changes_nothing(network: Network) -> None:
    from maillage.governance.people.actions import suspend

    with browse(network) as owner:
        accept_password(network, owner, invite(network))
        suspend("bob", by="operator:test", at=network.clock())
        assert change(owner).headers["location"].startswith("/entrer")
    assert "person:password:change" not in network.audit()
