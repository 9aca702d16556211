"""Who may come in to a console, and for how long."""

import pytest

from maillage.node.console.door import Door, Session, is_own_form
from maillage.node.console.errors import AddressError
from maillage.node.console.serve import check_address, listening

ORIGIN = "http://127.0.0.1:8765"


class Ticks:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def enter(door: Door) -> Session:
    session = door.enter(door.key)
    assert session is not None
    return session


def test_the_link_serves_once() -> None:
    door = Door(idle_seconds=60)
    assert enter(door).cookie
    assert door.enter(door.key) is None


def test_another_key_opens_nothing_and_spends_nothing() -> None:
    door = Door(idle_seconds=60)
    for key in ("", "é", door.key[:-1], door.key + "a"):
        assert door.enter(key) is None
    assert enter(door)


def test_only_the_browser_that_came_in_is_known() -> None:
    door, other = Door(idle_seconds=60), Door(idle_seconds=60)
    session = enter(door)
    assert door.find(session.cookie) is session
    assert door.find(enter(other).cookie) is None
    assert door.find("") is None
    assert Door(idle_seconds=60).find("") is None


def test_it_ends_when_nobody_comes_for_long_enough() -> None:
    ticks = Ticks()
    door = Door(idle_seconds=60, ticks=ticks)
    ticks.now = 59
    assert not door.is_over
    door.touch()
    ticks.now = 118
    assert not door.is_over
    ticks.now = 119
    assert door.is_over


@pytest.mark.parametrize(
    ("token", "headers", "is_own"),
    [
        ("right", {}, True),
        ("right", {"origin": ORIGIN, "sec-fetch-site": "same-origin"}, True),
        ("wrong", {"origin": ORIGIN}, False),
        ("", {}, False),
        ("right", {"origin": "http://127.0.0.1:9999"}, False),
        ("right", {"origin": "null"}, False),
        ("right", {"sec-fetch-site": "cross-site"}, False),
        ("right", {"sec-fetch-site": "same-site"}, False),
    ],
)
def test_a_form_is_this_sessions_or_nothing(token: str, headers: dict[str, str], is_own: bool) -> None:
    session = enter(Door(idle_seconds=60))
    form = {"csrf": session.csrf} if token == "right" else {"csrf": token} if token else {}
    assert is_own_form(session, form=form, headers=headers, origin=ORIGIN) is is_own


@pytest.mark.parametrize("address", ["::", "::1", "localhost", "192.168.1.4", "127.0.0.2", ""])
def test_no_other_address_is_listened_on(address: str) -> None:
    with pytest.raises(AddressError) as refused:
        check_address(address)
    assert "ssh -L" in refused.value.remedy


def test_a_port_that_is_taken_is_told() -> None:
    with listening(0) as found:
        host, port = found.getsockname()
        assert host == "127.0.0.1"
        with pytest.raises(AddressError), listening(port):
            pass
