"""S7 on the wire: the hub carries a masked sum, lies about it in every way, and learns no hospital's term.

The hospitals are real: stores, ledgers, permits, the loop that sums. The hub is the attacker. Each attack is
shown to win once the defence that stops it is switched off.
"""

import sqlite3
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.registry import code_hash, find_spec
from maillage.base.ids import new_id
from maillage.disclosure import fixed_point, masking
from maillage.disclosure.fixed_point import encode_cells
from maillage.disclosure.masking import Numbers, Offer, Reveal, Secrets, Session, offer, open_session
from maillage.disclosure.values import Count
from maillage.exchange.permit import AnalysisScope
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Failure, Refusal, Summed
from maillage.exchange.sums import Agreements, Ended, KeyOffer, MaskedNumbers, Opening, Survivors
from maillage.exchange.task import Task
from maillage.node import tasks
from maillage.node.permits import documents
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.sums import session as steps
from maillage.node.sums.states import SumState
from tests.support.messages import example_key
from tests.support.sums import (
    PERSONS,
    SITES,
    Hospital,
    Tape,
    ask_sum,
    hospitals,
    one_number,
    open_hospital,
    read_numbers,
    run_session,
)

Group = dict[str, Hospital]
VICTIM = "sud"
OTHERS = [site for site in SITES if site != VICTIM]


@pytest.fixture
def group(tmp_path: Path) -> Generator[Group]:
    with hospitals(tmp_path) as found:
        yield found


def compute(group: Group, **changes: Any) -> dict[str, Task]:
    """A question that each hospital has computed."""
    asked = ask_sum(group, **changes)
    for site, hospital in group.items():
        hospital.receive(asked[site])
    return asked


def session_of(asked: dict[str, Task]) -> str:
    return next(iter(asked.values())).question_id


def reason_of(hospital: Hospital, task: Task) -> Reason:
    answer = hospital.answer(task)
    assert isinstance(answer, Refusal | Failure), answer
    return answer.reason


def stream(seed: str | bytes, cells: int) -> Numbers:
    raw = bytes.fromhex(seed) if isinstance(seed, str) else seed
    return masking._stream(raw, cells=cells)  # pyright: ignore[reportPrivateUsage] - the attacker knows the code


def strip(tape: Tape, site: str, *, own: str | None, shared: dict[str, bytes]) -> int:
    """What is left of a hospital's masked first cell once these masks are off."""
    numbers = tape.masked[site]
    cells = len(numbers)
    if own is not None:
        numbers = numbers - stream(own, cells)
    for other, seed in shared.items():
        numbers = numbers - stream(seed, cells) if site < other else numbers + stream(seed, cells)
    return int(numbers[0])


# --- an honest session


@pytest.mark.parametrize("lost", [[], ["nord"]])
def test_the_sum_is_right_and_all_that_the_hub_saw_is_chance(group: Group, lost: list[str]) -> None:
    asked = compute(group)
    tape = run_session(group, asked, lost=lost)
    assert tape.total() == sum(PERSONS[site] for site in SITES if site not in lost)
    for site in tape.summed:
        seen = strip(tape, site, own=tape.summed[site].own, shared={})
        assert seen not in PERSONS.values(), "a hospital's own mask is not all that covers its numbers"


def test_with_masks_switched_off_the_hub_reads_each_term(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "mask", lambda numbers, **_: numbers)
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    assert {site: int(numbers[0]) for site, numbers in tape.masked.items()} == PERSONS


def test_numbers_and_seeds_are_gone_once_masks_are_lifted(group: Group) -> None:
    asked = compute(group)
    session = session_of(asked)
    parts = {site: group[site].row(session).sealed for site in SITES}
    run_session(group, asked)
    for site, hospital in group.items():
        row = hospital.row(session)
        assert (row.state, row.sealed) == (SumState.REVEALED, None)
        sealed = parts[site]
        assert sealed is not None
        assert str(PERSONS[site]).encode() not in sealed, "it was never in clear in the store"


# --- two lists


def two_lists(group: Group, asked: dict[str, Task]) -> Tape:
    """The hub calls the victim lost, whose numbers it has; and shows the victim the list with everybody."""
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    tape.sign({site: group[site] for site in OTHERS}, OTHERS)
    tape.reveal({site: group[site] for site in OTHERS}, asked)
    tape.sign({VICTIM: group[VICTIM]}, SITES)
    tape.reveal({VICTIM: group[VICTIM]}, asked)
    return tape


def strip_victim(tape: Tape) -> int | None:
    """Its masks shared with the others came from these; its own, if it gave it, from itself."""
    shared = {site: bytes.fromhex(one.shared[VICTIM]) for site, one in tape.summed.items() if one.shared}
    own = tape.summed[VICTIM].own if VICTIM in tape.summed else None
    return strip(tape, VICTIM, own=own, shared=shared)


def test_two_lists_of_one_session_do_not_uncover_the_victim(group: Group) -> None:
    asked = compute(group)
    tape = two_lists(group, asked)
    assert set(tape.summed) == set(OTHERS)
    assert strip_victim(tape) != PERSONS[VICTIM]
    assert reason_of(group[VICTIM], asked[VICTIM]) is Reason.SUM_REFUSED
    assert group[VICTIM].row(tape.session).sealed is None


def test_with_the_signatures_unchecked_two_lists_win(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "reveal", reveal_unchecked)
    tape = two_lists(group, compute(group))
    assert strip_victim(tape) == PERSONS[VICTIM]


def reveal_unchecked(
    survivors: frozenset[str], *, session: Session, node: str, secrets: Secrets, **_: Any
) -> Reveal:
    return Reveal(
        secrets.own,
        {
            other: masking._shared_seed(secrets, session=session, node=node, other=other)  # pyright: ignore[reportPrivateUsage]
            for other in session.keys.keys() - survivors
        },
    )


def test_a_signed_list_is_never_signed_otherwise(group: Group) -> None:
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    tape.sign(group, SITES)
    first = group["est"].wire.said[-1]
    group["est"].hear(tape.session, Survivors(sites=("est", "nord", "sud")))
    assert group["est"].wire.said[-1] == first, "what was signed is said again, and nothing else"
    assert reason_of(group["est"], asked["est"]) is Reason.SUM_REFUSED
    assert group["est"].row(tape.session).state is SumState.ENDED


def test_the_store_itself_takes_no_second_list_and_no_second_opening(group: Group) -> None:
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    tape.sign(group, SITES)
    connection = group["est"].store.connection
    for column in ("survivors", "offers"):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(f"UPDATE sums SET {column} = '[]'")
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute("DELETE FROM sums")


# --- both seeds


def test_no_hospital_gives_the_seeds_that_it_shares_with_survivors(group: Group) -> None:
    asked = compute(group)
    tape = run_session(group, asked, lost=["nord"])
    for one in tape.summed.values():
        assert set(one.shared) == {"nord"}
    said = {step.model_dump_json() for hospital in group.values() for step in hospital.wire.said}
    seeds = {seed for one in tape.summed.values() for seed in (one.own, *one.shared.values())}
    assert not {seed for seed in seeds if any(seed in text for text in said)}, "seeds leave in answers alone"


def test_the_hub_cannot_have_a_hospitals_own_seed_and_those_shared_with_it(group: Group) -> None:
    """To the others the victim is lost, to the victim nobody is: all lists are signed by somebody."""
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    tape.sign({VICTIM: group[VICTIM]}, SITES)
    tape.sign({site: group[site] for site in OTHERS}, OTHERS)
    for hospital in group.values():
        hospital.hear(tape.session, tape.agreements)
    answers = {site: group[site].answer(asked[site]) for site in SITES}
    assert not isinstance(answers[VICTIM], Summed)
    assert group[VICTIM].row(tape.session).state is SumState.ENDED


def test_a_hospital_called_lost_gives_nothing_more(group: Group) -> None:
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    group[VICTIM].hear(tape.session, Survivors(sites=tuple(OTHERS)))
    assert reason_of(group[VICTIM], asked[VICTIM]) is Reason.SUM_REFUSED


# --- forged keys


def puppets(tape: Tape, victim: Hospital) -> dict[str, tuple[Secrets, Any]]:
    """The hub plays every other hospital, with identities of its own making."""
    made = {
        site: (Secrets(bytes([place]) * 32, bytes([place + 50]) * 32), example_key(60 + place))
        for place, site in enumerate(OTHERS, start=1)
    }
    real = victim.hear(tape.session)
    assert isinstance(real, KeyOffer)
    tape.offers = {VICTIM: real}
    for site, (secrets, identity) in made.items():
        found = offer(secrets, session_id=tape.session, node=site, identity=identity)
        tape.offers[site] = KeyOffer(key=found.key.hex(), signature=found.signature.hex())
    return made


def subtract_puppets(group: Group, asked: dict[str, Task]) -> int | None:
    victim, tape = group[VICTIM], Tape(session_of(asked))
    made = puppets(tape, victim)
    victim.hear(tape.session, tape.opening)
    masked = victim.hear(tape.session) if victim.row(tape.session).sealed else None
    if not isinstance(masked, MaskedNumbers):
        return None
    tape.masked[VICTIM] = read_numbers(masked)
    tape.sign({VICTIM: victim}, SITES)
    everybody = frozenset(SITES)
    keys = {site: bytes.fromhex(each.key) for site, each in tape.offers.items()}
    fake = Session(tape.session, keys)
    for site, (_secrets, identity) in made.items():
        signature = masking.agree(everybody, session=fake, node=site, identity=identity)
        tape.signatures[site] = signature.hex()
    tape.reveal({VICTIM: victim}, asked)
    shared = {
        site: masking._shared_seed(secrets, session=fake, node=site, other=VICTIM)  # pyright: ignore[reportPrivateUsage]
        for site, (secrets, _identity) in made.items()
    }
    own = tape.summed[VICTIM].own if VICTIM in tape.summed else None
    return strip(tape, VICTIM, own=own, shared=shared)


def test_a_hub_that_forges_the_other_hospitals_gets_nothing(group: Group) -> None:
    asked = compute(group)
    assert subtract_puppets(group, asked) is None
    assert reason_of(group[VICTIM], asked[VICTIM]) is Reason.SUM_REFUSED


def test_with_keys_taken_from_the_hub_the_forger_wins(group: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = {site: example_key(60 + place).public for place, site in enumerate(OTHERS, start=1)}
    pinned = steps.Place.identities
    assert isinstance(pinned, property)
    monkeypatch.setattr(
        steps.Place, "identities", property(lambda place: {**pinned.__get__(place), **forged})
    )
    assert subtract_puppets(group, compute(group)) == PERSONS[VICTIM]


def test_a_key_of_the_hubs_in_one_hospitals_name_is_noticed_by_all(group: Group) -> None:
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    found = offer(
        Secrets(b"1" * 32, b"2" * 32), session_id=tape.session, node="nord", identity=example_key(60)
    )
    tape.offers["nord"] = KeyOffer(key=found.key.hex(), signature=found.signature.hex())
    for hospital in group.values():
        hospital.hear(tape.session, tape.opening)
    assert {reason_of(group[site], asked[site]) for site in SITES} == {Reason.SUM_REFUSED}


def test_a_permit_that_knows_a_hospital_by_another_key_is_not_its_permit(tmp_path: Path) -> None:
    with hospitals(tmp_path) as group:
        stolen = replace(group["est"].node, key=example_key(77))
        with stolen.open_store() as store:
            found = documents.find_permit(store, "feasibility")
            assert found.permit is not None
            from maillage.node.permits.terms import (
                _can_be_told,  # pyright: ignore[reportPrivateUsage]
            )

            task = ask_sum(group)["est"]
            assert not _can_be_told(task, permit=found.permit, node=stolen)
            assert _can_be_told(task, permit=found.permit, node=group["est"].node)


# --- replays, second sessions


def test_what_was_said_in_one_session_opens_no_other(group: Group) -> None:
    first = compute(group)
    tape = run_session(group, first)
    second = compute(group, cohort={"another": "cohort"})
    replayed = Tape(session_of(second), offers=tape.offers)
    for hospital in group.values():
        hospital.hear(replayed.session)
        hospital.hear(replayed.session, replayed.opening)
    assert {reason_of(group[site], second[site]) for site in SITES} == {Reason.SUM_REFUSED}


def test_a_second_task_of_one_question_is_no_second_session(group: Group) -> None:
    asked = compute(group)
    three = {site: group[site] for site in OTHERS}
    again = ask_sum(three, question_id=session_of(asked))
    again = {
        site: Task.model_validate(task.model_dump() | {"question_id": session_of(asked)})
        for site, task in again.items()
    }
    for site, hospital in three.items():
        hospital.receive(again[site])
        assert reason_of(hospital, again[site]) is Reason.SUM_REFUSED
        assert hospital.row(session_of(asked)).task_id == asked[site].task_id


def four_then_three(group: Group, **changes: Any) -> int | None:
    """The sum of all, then of all but the victim: the difference is the victim's."""
    four = run_session(group, compute(group))
    three = {site: group[site] for site in OTHERS}
    asked = compute(three, **changes)
    second = run_session(three, asked)
    if len(second.summed) < len(OTHERS):
        assert {reason_of(group[site], asked[site]) for site in OTHERS} == {Reason.SUM_TOO_CLOSE}
        return None
    return four.total() - second.total()


def test_all_then_all_but_one_is_refused(group: Group) -> None:
    assert four_then_three(group) is None


def test_in_other_words_it_is_refused_too(group: Group) -> None:
    assert four_then_three(group, cohort={"in": "other words"}, requester="mallory") is None


def test_with_the_comparison_switched_off_the_fourth_is_found(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "check_former_lists", lambda store, place, survivors: None)
    assert four_then_three(group) == PERSONS[VICTIM]


def test_the_same_hospitals_may_sum_again(group: Group) -> None:
    assert run_session(group, compute(group)).total() == run_session(group, compute(group)).total()


# --- what a budget counts


def count_spent(group: Group, *steps: int) -> int:
    """What one hospital's budget counts of so many sums of one cohort, each by another first step."""
    for number, step in enumerate(steps):
        asked = ask_sum(group)
        for site, hospital in group.items():
            cells = [{"count": step}, {"count": PERSONS[site]}]
            hospital.receive(asked[site], steps=cells, repeated=number > 0)
        assert run_session(group, asked).total() == sum(PERSONS.values())
    (row,) = group[VICTIM].store.connection.execute("SELECT count(*) FROM spent").fetchall()
    return row[0]


def test_a_sum_whose_steps_are_new_costs_and_the_same_sum_again_does_not(group: Group) -> None:
    assert count_spent(group, 700, 720, 720, 700) == 2


def test_with_the_whole_alone_looked_at_new_steps_are_free(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_tells_something_new", lambda store, message: not message.repeated)
    assert count_spent(group, 700, 720, 720, 700) == 1


# --- few hospitals, few cells, liars


def test_two_survivors_lift_nothing(group: Group) -> None:
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    for hospital in group.values():
        hospital.hear(tape.session, Survivors(sites=("est", "sud")))
    assert {reason_of(group[site], asked[site]) for site in SITES} == {Reason.SUM_REFUSED}


def test_a_permit_that_wants_four_is_heard(tmp_path: Path) -> None:
    with hospitals(tmp_path, minimum_sites=4) as group:
        asked = ask_sum(group, minimum_participants=4)
        for site, hospital in group.items():
            hospital.receive(asked[site])
        tape = run_session(group, asked, lost=["nord"])
        assert not tape.summed


def test_a_cell_that_one_hospital_shows_alone_is_read_by_nobody(group: Group) -> None:
    """Three hospitals hide a step; the fourth's is not left alone in the sum."""
    assert lone_step(group) != 7_777_777


def test_with_zeros_for_suppressed_cells_the_lone_hospital_is_read(
    group: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixed_point, "token_bytes", bytes)
    assert lone_step(group) == 7_777_777


FLOWS = {"analysis": {"id": "flows", "version": 1, "code": code_hash("flows")}}


def test_a_department_that_one_hospital_treats_alone_is_told_of_nobody(tmp_path: Path) -> None:
    """Nor are its stays, which are another number: hospitals add all departments, and chance for most."""
    with hospitals(tmp_path, analyses=(AnalysisScope(id="flows"),)) as group:
        assert not {7_777_777, 8_888_888} & set(lone_department(group))


def test_with_zeros_for_departments_where_nobody_lives_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixed_point, "token_bytes", bytes)
    with hospitals(tmp_path, analyses=(AnalysisScope(id="flows"),)) as group:
        assert {7_777_777, 8_888_888} <= set(lone_department(group))


def lone_department(group: Group) -> list[int]:
    """All numbers of a sum of flows in which the victim alone names a department."""
    asked = ask_sum(group, **FLOWS)
    for site, hospital in group.items():
        cell = {"count": 7_777_777}
        row = {"key": "38", "persons": cell, "amounts": {"stays": 8_888_888.0}}
        rows = [row] if site == VICTIM else []
        tables = [{"id": "residence", "rows": rows, "rest": None}]
        hospital.receive(asked[site], persons=cell, tables=tables)
    tape = run_session(group, asked)
    total = np.zeros_like(tape.masked[VICTIM])
    for site, numbers in tape.masked.items():
        total = total + numbers - stream(tape.summed[site].own, len(numbers))
    return total.tolist()[1:]


@pytest.mark.parametrize("analysis", ["characterise", "regress", "survival"])
def test_a_hub_that_asks_what_does_not_add_up_is_refused_by_the_node(tmp_path: Path, analysis: str) -> None:
    scopes = tuple(AnalysisScope(id=name) for name in ("characterise", "regress", "survival"))
    spec = find_spec(analysis)
    named = {"id": analysis, "version": spec.version, "code": code_hash(analysis)}
    changes = {"characterise": {"domains": []}, "survival": {"covariates": []}}.get(analysis)
    with hospitals(tmp_path, analyses=scopes) as group:
        est = group["est"]

        def judge(parameters: dict[str, Any]) -> Terms | Reason:
            task = ask_sum(group, analysis=named, parameters=parameters)["est"]
            return find_terms(est.store, node=est.node, task=task)

        assert judge(dict(spec.example)) is Reason.PERMIT_EXCEEDED
        assert judge({"nonsense": 1}) is Reason.PERMIT_EXCEEDED
        if changes is not None:
            assert isinstance(judge(dict(spec.example) | changes), Terms)


def lone_step(group: Group) -> int:
    asked = ask_sum(group)
    for site, hospital in group.items():
        step = {"count": 7_777_777} if site == VICTIM else {"suppressed": "protected"}
        whole = {"count": PERSONS[site]}
        hospital.receive(asked[site], steps=[step, whole])
    tape = run_session(group, asked)
    total = np.zeros_like(tape.masked[VICTIM])
    for site, numbers in tape.masked.items():
        total = total + numbers - stream(tape.summed[site].own, len(numbers))
    return int(total[1])


def test_a_hospital_with_nothing_to_show_says_so_and_is_in_no_sum(group: Group) -> None:
    asked = ask_sum(group)
    for site, hospital in group.items():
        hidden: dict[str, Any] = {"persons": {"suppressed": "below_floor"}} if site == VICTIM else {}
        hospital.receive(asked[site], **hidden)
    assert reason_of(group[VICTIM], asked[VICTIM]) is Reason.SUM_HIDDEN
    left = {site: group[site] for site in OTHERS}
    assert run_session(left, asked).total() == sum(PERSONS[site] for site in OTHERS)


def test_a_liar_spoils_the_sum_and_learns_no_term(group: Group) -> None:
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    tape.masked["est"] = tape.masked["est"] + np.uint64(2**50)
    tape.sign(group, SITES)
    tape.reveal(group, asked)
    with pytest.raises(masking.MaskingError, match="pas un nombre de personnes"):
        tape.total()


# --- crashes and withdrawals


def test_a_node_that_restarts_says_the_same_again(group: Group) -> None:
    """After each move, from its disk alone: the same bytes each time, and one last word."""
    asked = compute(group)
    tape = Tape(session_of(asked))
    with ExitStack() as stack:

        def restart() -> None:
            said = group["est"].wire.said[-1]
            group["est"] = open_hospital(group["est"].node, stack)
            assert group["est"].hear(tape.session) == said

        tape.gather(group)
        restart()
        tape.mask(group)
        restart()
        tape.sign(group, SITES)
        restart()
        tape.reveal(group, asked)
        group["est"] = open_hospital(group["est"].node, stack)
        assert tape.total() == sum(PERSONS.values())
        assert group["est"].row(tape.session).sealed is None
        answers = [row["task_id"] for row in group["est"].store.rows("answers")]
        assert answers == [asked["est"].task_id]


def test_a_permit_withdrawn_on_the_way_lifts_nothing(group: Group) -> None:
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    tape.sign(group, SITES)
    est = group["est"]
    documents.withdraw(est.store, node=est.node, name="feasibility", by="Dr Faure")
    said = len(est.wire.said)
    est.hear(tape.session, tape.agreements)
    assert len(est.wire.said) == said, "not a word more was said"
    assert reason_of(est, asked["est"]) is Reason.PERMIT_WITHDRAWN
    assert est.row(tape.session).sealed is None


def test_a_hub_that_ends_a_sum_is_believed_and_nothing_is_lifted(group: Group) -> None:
    asked = compute(group)
    tape = Tape(session_of(asked))
    tape.gather(group)
    tape.mask(group)
    group["est"].hear(tape.session, Ended(reason=Reason.SUM_DROPPED))
    answer = group["est"].answer(asked["est"])
    assert isinstance(answer, Failure)
    assert answer.reason is Reason.SUM_DROPPED
    assert group["est"].row(tape.session).state is SumState.ENDED


@pytest.mark.parametrize("wrong", [Agreements(signatures={}), Opening(offers={}), Survivors(sites=())])
def test_news_out_of_turn_ends_the_session(group: Group, wrong: Any) -> None:
    asked = compute(group)
    est = group["est"]
    est.hear(session_of(asked), wrong)
    assert reason_of(est, asked["est"]) is Reason.SUM_REFUSED


def test_the_attackers_tools_find_what_is_there() -> None:
    """Stripping all masks of a vector gives its numbers: the attacks above fail for the right reason."""
    identities = {site: example_key(80 + place) for place, site in enumerate("abc")}
    secrets = {site: Secrets(site.encode() * 32, site.upper().encode() * 32) for site in "abc"}
    offers: dict[str, Offer] = {
        site: offer(secrets[site], session_id="s", node=site, identity=identities[site]) for site in "abc"
    }
    known = {site: key.public for site, key in identities.items()}
    session = open_session("s", offers=offers, identities=known)
    numbers = encode_cells([Count(int(one_number(4321)["persons"]["count"]))])
    masked = masking.mask(numbers, session=session, node="b", secrets=secrets["b"])
    tape = Tape(new_id("question"), masked={"b": masked})
    shared = {
        site: masking._shared_seed(secrets[site], session=session, node=site, other="b")  # pyright: ignore[reportPrivateUsage]
        for site in "ac"
    }
    assert strip(tape, "b", own=secrets["b"].own.hex(), shared=shared) == 4321
