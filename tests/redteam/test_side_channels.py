"""Side channels: what the time, the length, the status and the words of an answer tell beyond its content.

The attacker asks two cohorts again and again and compares. Two sets of times are compared as distributions
(Kolmogorov–Smirnov), in one run, in turns that chance decides: no figure depends on the machine's speed.
"""

import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import ks_2samp

from maillage.analysis.count.local import FoundPersons, protect
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate, Persons
from maillage.disclosure.guarding import Former
from maillage.disclosure.values import Cell, Suppressed
from maillage.exchange.envelope import ANSWER_TYPE, _seal, open_answer, seal_answer
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Partial, Timings
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.releases import Asked, Releases
from maillage.node.worker.times import next_mark, wait_for_mark
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS, site_of
from tests.support.messages import (
    NODE_KEY,
    example_failure,
    example_hold,
    example_partial,
    example_refusal,
)

RULES = DisclosureRules()
PAIRS = 200
TOLD = 1e-4
"""Less probable than this, and the attacker tells two kinds of answer apart: she errs in 1 of 10,000 runs."""
HIDDEN = {"suppressed": "below_floor"}
_ROWS = np.random.default_rng(3).integers(0, 2**60, 250_000)

NOBODY, FEW, FORMER, REFUSED, SHOWN = "nobody", "a few", "a former answer's", "refused by the guard", "shown"


class HastyGate(ExactGate):
    """With the defence off: what need not be looked at is not, and what need not be kept is not written."""

    def whole(self, persons: Persons) -> tuple[Cell, Former | None]:
        if len(persons) < self.rules.floor:
            guard, self.guard = self.guard, None
            try:
                return super().whole(persons)
            finally:
                self.guard = guard
        return super().whole(persons)

    def chain(self, steps: Sequence[Persons], *, last: Cell) -> Any:
        if isinstance(last, Suppressed):
            self.guard = None
        return super().chain(steps, last=last)


class Hospital:
    """Answers sets of persons through its gate, guard and file; `marked`: at the marks of time.

    Without marks the attacker's clock stands at the gate itself, with nothing to hide behind.
    """

    def __init__(self, folder: Path, *, gate: type[ExactGate], marked: bool) -> None:
        releases = Releases(folder)
        history = History(releases, scope=find_scope(permit="sha256:" + "cd" * 32, requester="alice"))
        self._parts = releases, history
        self._gate, self._marked = gate, marked
        self._asked = 0

    def ask(self, persons: Sequence[int]) -> tuple[float, dict[str, Any]]:
        """How long the answer took, in milliseconds, and the answer."""
        started = time.monotonic()
        if self._marked:
            # The SQL, the same for each of these cohorts.
            np.sort(_ROWS)
        releases, history = self._parts
        self._asked += 1
        asked = Asked(question="count", definition=f"words-{self._asked}")
        guard = ReleaseGuard(releases, history, job=f"task-{self._asked}", floor=RULES.floor, asked=asked)
        gated = time.monotonic()
        ids = np.array(persons, dtype=np.int64)
        found = FoundPersons(ids, np.zeros(len(ids), dtype=np.int64), np.full(len(ids), 2020), rules=0)
        content = protect(found, gate=self._gate(RULES, guard)).model_dump(mode="json")
        if self._marked:
            wait_for_mark(started, gate_ms=(time.monotonic() - gated) * 1000)
        return (time.monotonic() - started) * 1000, content


def cohorts(number: int) -> Mapping[str, Sequence[int]]:
    """The `number`th question of each kind; every hospital has told of 0…299 and 0…149 before."""
    start = 1000 * (number + 1)
    return {
        NOBODY: [],
        FEW: range(start, start + 5),
        FORMER: range(3, 300),
        REFUSED: range(155, 300),
        SHOWN: range(start + 500, start + 800),
    }


def compare(hospital: Hospital, one: str, other: str) -> float:
    """How probable it is that chance alone makes the times of two kinds of answer so different."""
    hospital.ask(range(300))
    hospital.ask(range(150))
    shuffle, times = random.Random(7), {one: list[float](), other: list[float]()}
    for number in range(PAIRS):
        kinds = [one, other]
        shuffle.shuffle(kinds)
        for kind in kinds:
            times[kind].append(hospital.ask(cohorts(number)[kind])[0])
    return float(ks_2samp(times[one], times[other]).pvalue)


def test_the_kinds_of_answer_are_what_these_tests_say(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, gate=ExactGate, marked=False)
    hospital.ask(range(300))
    hospital.ask(range(150))
    told = {kind: hospital.ask(persons)[1] for kind, persons in cohorts(0).items()}
    assert told[NOBODY]["persons"] == told[FEW]["persons"] == HIDDEN
    assert (told[FORMER]["persons"], told[FORMER]["repeated"]) == ({"count": 300}, True)
    assert told[REFUSED]["persons"] == {"suppressed": "protected"}
    assert (told[SHOWN]["persons"], told[SHOWN]["repeated"]) == ({"count": 300}, False)


@pytest.mark.parametrize(
    "kind",
    [NOBODY, pytest.param(FORMER, marks=pytest.mark.long), pytest.param(REFUSED, marks=pytest.mark.long)],
)
def test_time_does_not_tell_a_hidden_answer_from_one_that_is_shown(tmp_path: Path, kind: str) -> None:
    assert compare(Hospital(tmp_path, gate=ExactGate, marked=True), kind, SHOWN) > TOLD


@pytest.mark.long
def test_time_does_not_tell_nobody_from_a_few(tmp_path: Path) -> None:
    assert compare(Hospital(tmp_path, gate=ExactGate, marked=True), NOBODY, FEW) > TOLD


@pytest.mark.parametrize("kind", [NOBODY, pytest.param(FEW, marks=pytest.mark.long)])
def test_with_the_defence_switched_off_time_tells(tmp_path: Path, kind: str) -> None:
    assert compare(Hospital(tmp_path, gate=HastyGate, marked=False), kind, SHOWN) < TOLD


def test_a_time_that_is_told_is_a_mark() -> None:
    told = {next_mark(milliseconds) for milliseconds in np.linspace(0.01, 1000, 5000).tolist()}
    assert len(told) == 21
    steps = sorted(told)
    assert all(later / earlier < 1.29 for earlier, later in pairwise(steps))


ANSWERS: Mapping[str, Callable[[], Any]] = {
    "nobody": lambda: content_of(HIDDEN, years=[]),
    "shown": lambda: content_of({"count": 412}, years=range(1995, 2025)),
    "large": lambda: content_of({"count": 1_234_567}, years=range(1995, 2025)),
    "refused": example_refusal,
    "refused otherwise": lambda: example_refusal(reason=Reason.TOO_FEW_PARTICIPANTS),
    "failed": example_failure,
    "held": example_hold,
}


def content_of(persons: dict[str, Any], *, years: Sequence[int]) -> Partial:
    """A count with three criteria."""
    cells = [{"year": year, "persons": persons} for year in years]
    content = {"persons": persons, "steps": [persons] * 4, "years": cells, "other_years": None}
    return example_partial(content=content, timings=Timings(compile_ms=10.0, engine_ms=31.5))


def test_no_answer_is_longer_than_another() -> None:
    lengths = {kind: len(seal_answer(make(), key=NODE_KEY)) for kind, make in ANSWERS.items()}
    assert len(set(lengths.values())) == 1, lengths


def test_with_the_filling_switched_off_each_kind_has_its_length() -> None:
    def seal(make: Callable[[], Any]) -> bytes:
        return _seal(make().to_bytes(), payload_type=ANSWER_TYPE, key=NODE_KEY)

    assert len({len(seal(make)) for make in ANSWERS.values()}) == len(ANSWERS)


def test_a_filled_answer_reads_as_it_was_signed() -> None:
    sealed = seal_answer(example_partial(), key=NODE_KEY)
    assert open_answer(sealed, signers={NODE_KEY.public.fingerprint: NODE_KEY.public}).message == (
        example_partial()
    )


def lines_of(network: Network) -> set[str]:
    """How the page tells of four hospitals, the first of which hides its number; names and times left out."""
    nodes = network.enrol(*SITES)
    question = network.ask()
    hidden = TWO_STEPS | {"persons": HIDDEN, "steps": [HIDDEN, HIDDEN], "years": [], "other_years": HIDDEN}
    for node, content in zip(nodes, (hidden, TWO_STEPS, TWO_STEPS, TWO_STEPS), strict=True):
        opened = node.take()
        node.answer(opened, node.partial(opened, content=content, shown_alone=False))
    document = network.read(question)
    members = network.call("GET", "/network").json()["sites"]
    answered = {line["id"]: (line["answered"], line["state"], line["sentence"]) for line in members}
    names = ("id", "name", "elapsed_ms")
    return {
        json.dumps([{key: line[key] for key in line if key not in names}, answered[line["id"]]])
        for line in (site_of(document, site) for site in SITES)
    }


def test_states_counts_and_words_are_those_of_an_answer_that_shows_its_number(network: Network) -> None:
    assert len(lines_of(network)) == 1


def test_with_states_that_tell_the_hidden_answer_is_known(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As peers do it: a hospital whose number is hidden counts as one that did not answer."""
    from maillage.hub.questions import judging

    real = judging._check_content

    def refuse_hidden(answer: Any, **rest: Any) -> Any:
        hidden = isinstance(answer, Partial) and "suppressed" in answer.content["persons"]
        return judging._rejection() if hidden else real(answer, **rest)

    monkeypatch.setattr(judging, "_check_content", refuse_hidden)
    assert len(lines_of(network)) == 2
