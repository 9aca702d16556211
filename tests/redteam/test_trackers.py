"""Trackers, padding and zeros: ways to a few persons that never ask for those persons by themselves.

Trackers: Denning, Denning and Schwartz, "The tracker", ACM TODS 4(1), 1979. The attacker chooses cohorts and
knows which persons each of them covers by its words, not who they are.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.count import local
from maillage.analysis.count.spec import CountContent
from maillage.disclosure import NETWORK_FLOOR, DisclosureRules
from maillage.disclosure.entropy import build_table
from maillage.disclosure.gates import ExactGate, Persons
from maillage.disclosure.guarding import Former
from maillage.disclosure.inexact import noisy_gate
from maillage.disclosure.noise import NoiseRules
from maillage.disclosure.values import Cell, Suppressed, Suppression
from tests.redteam.test_s05_between_questions import Hospital, count

EVERYBODY = set(range(1000))
TARGET = {7, 8, 503}
TRACKER = set(range(400))
HIDDEN = {"suppressed": "below_floor"}


def number(hospital: Hospital, persons: set[int]) -> int | None:
    return count(hospital.ask(sorted(persons)))


def general_tracker(hospital: Hospital) -> int:
    """|C| = |C or T| + |C or not T| - (|T| + |not T|), none of which is small. What is hidden counts as 0."""
    others = EVERYBODY - TRACKER
    asked = [TRACKER, others, TARGET | TRACKER, TARGET | others]
    tracker, beside, with_tracker, with_others = (number(hospital, persons) or 0 for persons in asked)
    return with_tracker + with_others - tracker - beside


def individual_tracker(hospital: Hospital) -> int | None:
    """|A and B| = |A| - |A and not B|."""
    known = set(range(100)) | TARGET
    whole, rest = number(hospital, known), number(hospital, known - TARGET)
    return None if whole is None or rest is None else whole - rest


def padding(hospital: Hospital) -> int | None:
    """Twenty persons of a cohort whose number was told are added to the target's, to reach the floor."""
    company = set(range(600, 620))
    alone, padded = number(hospital, company), number(hospital, company | TARGET)
    return None if alone is None or padded is None else padded - alone


ATTACKS = {"general": general_tracker, "individual": individual_tracker, "padding": padding}


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_neither_tracker_nor_padding_finds_the_target(tmp_path: Path, attack: str) -> None:
    assert ATTACKS[attack](Hospital(tmp_path)) == 0, "what is found is the same with an empty target"


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_with_the_guard_switched_off_tracker_and_padding_win(tmp_path: Path, attack: str) -> None:
    assert ATTACKS[attack](Hospital(tmp_path, guarded=False)) == len(TARGET)


def test_trackers_in_the_other_order_find_no_more(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    padded, alone = (number(hospital, persons) for persons in (TARGET | TRACKER, TRACKER))
    assert padded == alone


def test_company_that_the_attacker_knows_from_elsewhere_wins_against_exact_counts(tmp_path: Path) -> None:
    """Not defended: who knows the number of the company without asking subtracts it (docs/security.md)."""
    company = set(range(600, 620))
    found = number(Hospital(tmp_path), company | TARGET)
    assert found is not None
    assert found - len(company) == len(TARGET)


def test_against_noise_known_company_does_not_tell_the_target() -> None:
    gate = noisy_gate(
        rules=DisclosureRules(), table=build_table(NoiseRules()), secret=b"the secret of one site"
    )
    found: list[int] = []
    for start in range(0, 4000, 40):
        cell, _former = gate.whole(
            np.array([*range(start, start + 20), *(9000 + np.arange(3))], dtype=np.int64)
        )
        found.append(getattr(cell, "value", 0) - 20)
    assert len(set(found)) > 3
    assert sum(value == len(TARGET) for value in found) < len(found) / 2


class PeersGate(ExactGate):
    """The rule of many a peer: one to ten are hidden, and nobody is told as nobody, by its own reason."""

    def whole(self, persons: Persons) -> tuple[Cell, Former | None]:
        cell, former = super().whole(persons)
        return (cell if len(persons) else Suppressed(Suppression.PROTECTED)), former


def document(persons: Sequence[int], *, gate: ExactGate) -> dict[str, Any]:
    ids = np.array(persons, dtype=np.int64)
    found = local.FoundPersons(ids, np.zeros(len(ids), dtype=np.int64), np.full(len(ids), 2020), rules=0)
    content: CountContent = local.protect(found, gate=gate)
    return content.model_dump(mode="json")


@pytest.mark.parametrize("few", range(1, NETWORK_FLOOR))
def test_zero_is_not_told_from_few(few: int) -> None:
    rules = DisclosureRules()
    assert document([], gate=ExactGate(rules)) == document(range(few), gate=ExactGate(rules))


def test_with_zeros_told_apart_nobody_is_known() -> None:
    rules = DisclosureRules()
    assert document([], gate=PeersGate(rules)) != document(range(3), gate=PeersGate(rules))
