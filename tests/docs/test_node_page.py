"""docs/node.md names every command, setting, event and move there is, and no other move."""

import re
from collections.abc import Collection, Mapping

import pytest

from maillage.cli.node import app
from maillage.node.policy import PolicyFile, Rule
from maillage.node.settings import HubSettings, WarehouseSettings
from maillage.node.states import MOVES, Event, State
from maillage.node.sums.states import SUM_MOVES, SumState
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "node.md").read_text(encoding="utf-8")


def test_every_command_is_on_the_page() -> None:
    verbs = {
        command.name or (command.callback and command.callback.__name__)
        for command in app.registered_commands
    }
    assert {verb for verb in verbs if f"maillage node {verb} " not in PAGE} == set()


def test_every_setting_is_on_the_page() -> None:
    names = {f"hub.{name}" for name in HubSettings.model_fields}
    names |= {f"warehouse.{name}" for name in WarehouseSettings.model_fields}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_every_rule_is_on_the_page() -> None:
    names = {*PolicyFile.model_fields, *Rule.model_fields}
    assert {name for name in names if not re.search(rf"(^|\[|`){name}\b", PAGE, re.MULTILINE)} == set()


def test_every_event_is_on_the_page() -> None:
    assert {event.value for event in Event if f"`{event.value}`" not in PAGE} == set()


@pytest.mark.parametrize(("place", "moves"), [(0, MOVES), (1, SUM_MOVES)], ids=["tasks", "masked sums"])
def test_the_diagram_is_the_table(
    place: int, moves: Mapping[State, Collection[State]] | Mapping[SumState, Collection[SumState]]
) -> None:
    diagrams = re.findall(r"^stateDiagram-v2\n((?:    .*\n)+)", PAGE, re.MULTILINE)
    drawn = set(re.findall(r"(\w+) --> (\w+)", diagrams[place]))
    assert drawn == {(state.value, to.value) for state, allowed in moves.items() for to in allowed}
