"""Every table of states names each of its states, and what it does not allow does not happen."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from maillage.base.moves import require_move
from maillage.exchange import release
from maillage.governance.group import states as group
from maillage.governance.people import states as people
from maillage.governance.permits import states as permits
from maillage.hub.questions import states as questions
from maillage.node import states as tasks
from maillage.node.permits import states as node_permits
from maillage.node.sums import states as node_sums

TABLES: tuple[Mapping[Any, frozenset[Any]], ...] = (
    group.MOVES,
    node_permits.MOVES,
    node_sums.SUM_MOVES,
    people.GRANT_MOVES,
    people.MOVES,
    permits.MOVES,
    questions.QUESTION_MOVES,
    questions.ROUNDS_MOVES,
    questions.SUM_MOVES,
    questions.TASK_MOVES,
    release.MOVES,
    tasks.MOVES,
)


class Lamp(StrEnum):
    """A table of its own: what is lit burns out, and stays so."""

    LIT = "lit"
    OUT = "out"


LAMP_MOVES = {Lamp.LIT: frozenset({Lamp.OUT}), Lamp.OUT: frozenset[Lamp]()}


@pytest.mark.parametrize("moves", TABLES, ids=lambda moves: type(next(iter(moves))).__qualname__)
def test_every_table_names_each_of_its_states(moves: Mapping[Any, frozenset[Any]]) -> None:
    kind: Any = type(next(iter(moves)))
    states = frozenset[Any](kind)
    assert moves.keys() == states
    assert frozenset[Any]().union(*moves.values()) <= states


@pytest.mark.parametrize(("current", "to"), [*product(Lamp, Lamp)])
def test_a_move_happens_where_the_table_says_so(current: Lamp, to: Lamp) -> None:
    def refuse(present: Lamp) -> LookupError:
        return LookupError(f"{present} stays")

    if (current, to) == (Lamp.LIT, Lamp.OUT):
        require_move(LAMP_MOVES, current.value, to=to, refused=refuse)
        return
    with pytest.raises(LookupError, match=f"{current} stays"):
        require_move(LAMP_MOVES, current.value, to=to, refused=refuse)


def test_what_is_no_state_is_a_defect() -> None:
    with pytest.raises(ValueError, match="broken"):
        require_move(LAMP_MOVES, "broken", to=Lamp.OUT, refused=LookupError)
