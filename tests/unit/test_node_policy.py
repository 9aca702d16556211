"""What a hospital's policy lets through, by task; what it may not say."""

import pytest

from maillage.base.errors import MaillageError
from maillage.node.policy import Decision, decide, has_enough_participants, parse_policy
from tests.support.nodes import node_task

TWO_RULES = """
[[rule]]
analysis = "count"
requester = "alice"
decision = "auto"
[[rule]]
analysis = "count"
permit = "feas*"
decision = "hold"
"""

DECISIONS = [
    ({"requester": "alice"}, Decision.AUTO, 1),
    ({"requester": "Alice"}, Decision.HOLD, 2),
    ({"requester": "bob"}, Decision.HOLD, 2),
    ({"requester": "bob", "permit": "study-7"}, Decision.REFUSE, None),
    ({"requester": "alice", "analysis": {"id": "survival", "version": 1, "code": "sha256:" + "0" * 64}},
     Decision.REFUSE, None),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "decision", "rule"), DECISIONS)
def test_the_first_rule_that_matches_decides(
    changes: dict[str, object], decision: Decision, rule: int
) -> None:
    verdict = decide(node_task(**changes), policy=parse_policy(TWO_RULES.encode(), name="policy.toml"))
    assert (verdict.decision, verdict.rule) == (decision, rule)


def test_an_empty_policy_refuses_everything() -> None:
    policy = parse_policy(b"", name="policy.toml")
    assert decide(node_task(), policy=policy).decision is Decision.REFUSE
    assert (policy.disclosure.floor, policy.shown_alone, policy.minimum_participants) == (11, False, 3)


WEAKENED = {
    "floor": "floor = 10",
    "floor as text": 'floor = "11"',
    "floor as truth": "floor = true\ntest_network = true",
    "participants": "minimum_participants = 2",
    "unknown setting": "shown_allone = true",
    "unknown decision": '[[rule]]\ndecision = "maybe"',
    "rule without decision": '[[rule]]\nanalysis = "count"',
    "not toml": "floor: 11",
    "not text": "\udcff",
}


@pytest.mark.parametrize("case", WEAKENED)
def test_a_policy_that_weakens_the_network_is_no_policy(case: str) -> None:
    with pytest.raises(MaillageError) as caught:
        parse_policy(WEAKENED[case].encode(errors="surrogateescape"), name="policy.toml")
    assert caught.value.what


def test_a_floor_may_be_raised() -> None:
    assert parse_policy(b"floor = 50", name="policy.toml").disclosure.floor == 50


def test_only_a_test_network_goes_under_the_floor() -> None:
    policy = parse_policy(b"floor = 1\nminimum_participants = 1\ntest_network = true", name="policy.toml")
    assert (policy.disclosure.floor, policy.minimum_participants, policy.test_network) == (1, 1, True)


def test_a_test_network_may_keep_the_floor() -> None:
    policy = parse_policy(b"floor = 20\ntest_network = true", name="policy.toml")
    assert (policy.disclosure.floor, policy.disclosure.network_floor) == (20, 11)


PARTICIPANTS = [
    (("hcl", "a1", "b2"), 3, False, True),
    (("hcl", "a1", "b2"), 2, False, False),
    (("hcl", "a1"), 3, False, False),
    (("hcl", "a1"), 1, True, True),
]


@pytest.mark.parametrize(("participants", "minimum", "alone", "enough"), PARTICIPANTS)
def test_a_total_hides_each_of_its_hospitals(
    participants: tuple[str, ...], minimum: int, alone: bool, enough: bool
) -> None:
    policy = parse_policy(f"shown_alone = {str(alone).lower()}".encode(), name="policy.toml")
    task = node_task(participants=participants, minimum_participants=minimum)
    assert has_enough_participants(task, policy=policy) is enough
