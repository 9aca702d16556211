"""Whoever steals a code, a cookie, an office, or guesses: refused; each wins without its defence."""

from typing import Any

import httpx2
import pytest

from maillage.governance.people.roles import Role
from maillage.hub.access import limits
from maillage.hub.access.limits import Limit, Limiter
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_door import (
    ADDRESS,
    accept_passkey,
    accept_password,
    code_at,
    enter_password,
    invite,
    is_inside,
)
from tests.support.authenticator import Authenticator
from tests.support.people import HOST, browse, settle


class Synced(Authenticator):
    """A passkey that a password manager copies between devices: its counter stays at 0."""

    def get(self, options: dict[str, Any]) -> str:
        """The answer to an authentication's options."""
        self.count = -1
        return super().get(options)


def steal_code(network: Network) -> str:
    """The owner enters; the code that they typed was seen."""
    with browse(network) as owner:
        secret, _codes = accept_password(network, owner, invite(network))
        owner.post("/sortir")
        network.clock.advance(seconds=30)
        code = code_at(network, secret)
        assert enter_password(owner, code) == 302
    network.clock.advance(seconds=5)
    return code


def test_a_code_that_was_used_opens_nothing(network: Network) -> None:
    with browse(network) as thief:
        assert enter_password(thief, steal_code(network)) == 403
        assert not is_inside(thief)


def test_with_the_used_step_forgotten_the_stolen_code_wins(network: Network) -> None:
    from maillage.hub.access.models import Password

    with browse(network) as thief:
        code = steal_code(network)
        Password.objects.update(last_step=0)
        assert enter_password(thief, code) == 302
        assert is_inside(thief)


def replay(network: Network, thief: httpx2.Client) -> int:
    """The owner enters by passkey; the thief sends the same answer under a copy of the cookie of before."""
    network.configure(address=ADDRESS)
    device = Synced(ADDRESS)
    with browse(network) as owner:
        accept_passkey(owner, invite(network), device)
        owner.post("/sortir")
        options = owner.post("/entrer/cle/defi").json()
        cookie = owner.cookies.get("maillage", domain=HOST) or ""
        answer = {"credential": device.get(options)}
        assert owner.post("/entrer/cle", data=answer).status_code == 302
    thief.cookies.set("maillage", cookie, domain=HOST)
    return thief.post("/entrer/cle", data=answer).status_code


def test_a_recorded_passkey_opens_nothing_under_a_copied_cookie(network: Network) -> None:
    with browse(network) as thief:
        assert replay(network, thief) == 403
        assert not is_inside(thief)


def test_with_challenges_kept_after_use_the_recording_wins(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db.models.query import QuerySet

    from maillage.hub.access.models import Ceremony

    delete = QuerySet.delete

    def keep(rows: Any) -> Any:
        return (1, {}) if rows.model is Ceremony else delete(rows)

    monkeypatch.setattr(QuerySet, "delete", keep)
    with browse(network) as thief:
        assert replay(network, thief) == 302
        assert is_inside(thief)


def take_committee(network: Network) -> list[str]:
    """Whoever took over an office's session gives that account another role; the roles then in force."""
    from maillage.hub.access.who import find_who

    own = settle(network, "office", Role.OFFICE)
    with browse(network, "office") as browser:
        browser.post(f"/personnes/{own.id}/roles", data={"role": "committee", "days": "90"})
    return sorted(find_who("office", now=network.clock()).roles)


def test_the_office_gives_itself_nothing(network: Network) -> None:
    assert take_committee(network) == ["office"]


def test_with_ones_own_account_not_set_apart_the_office_wins(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maillage.governance.people import actions

    monkeypatch.setattr(actions, "_check_other", lambda _person, *, by: None)
    assert take_committee(network) == ["committee", "office"]


def guess(network: Network, monkeypatch: pytest.MonkeyPatch) -> int:
    """Wrong codes up to the limit, then the right one: what a lucky guesser gets."""
    monkeypatch.setattr(limits, "WRONG_FOR_ACCOUNT", Limit("wrong_for_account", burst=3, rate=0.01))
    with browse(network) as owner:
        secret, _codes = accept_password(network, owner, invite(network))
    network.clock.advance(seconds=30)
    with browse(network) as guesser:
        for number in range(3):
            assert enter_password(guesser, f"{number:06}") == 403
        return enter_password(guesser, code_at(network, secret))


def test_a_lucky_guess_comes_too_late(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guess(network, monkeypatch) == 429


def test_with_the_limit_switched_off_the_guess_wins(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Limiter, "check", lambda *_all: None)
    assert guess(network, monkeypatch) == 302
