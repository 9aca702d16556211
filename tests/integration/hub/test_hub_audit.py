"""The audit: one line a change, that the application cannot edit; an edit made behind its back is found."""

import pytest
from django.db import DatabaseError, connection

from maillage.base.errors import Kind
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.one_django import only_on_sqlite


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'mallory' WHERE sequence = 1",
        "DELETE FROM audit_event WHERE sequence = 1",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event"
        " SELECT sequence, at, type, 'mallory', subject, facts, previous, hash FROM audit_event",
    ],
)
def test_the_database_refuses_to_change_a_line(network: Network, statement: str) -> None:
    before = network.audit()
    with pytest.raises(DatabaseError):
        run(statement)
    assert network.audit() == before


def test_each_change_has_its_line(network: Network) -> None:
    (node,) = network.enrol("hcl")
    network.ask()
    opened = node.take()
    node.answer(opened, node.partial(opened, content=TWO_STEPS))
    assert network.audit() == [
        "operator:permit:publish",
        "operator:token:create",
        "operator:member:register",
        "node:boot:greet",
        "requester:question:ask",
        "hub:task:deliver",
        "node:answer:record",
    ]


@only_on_sqlite
@pytest.mark.parametrize(
    ("trigger", "tampering"),
    [
        ("never_updated", "UPDATE audit_event SET actor = 'mallory' WHERE sequence = 3"),
        ("never_updated", "UPDATE audit_event SET facts = '{}' WHERE sequence = 3"),
        ("never_deleted", "DELETE FROM audit_event WHERE sequence = 3"),
    ],
)
def test_an_edit_made_without_the_trigger_is_found(network: Network, trigger: str, tampering: str) -> None:
    from maillage.governance.audit.chain import AuditError, verify

    network.enrol("hcl", "chu-grenoble")
    assert verify() == 6
    run(f"DROP TRIGGER audit_event_{trigger}")
    run(tampering)
    with pytest.raises(AuditError) as caught:
        verify()
    assert caught.value.kind is Kind.INTEGRITY
    assert "3" in caught.value.what


def test_a_line_outside_a_transaction_is_a_defect(network: Network) -> None:
    from maillage.governance.audit.chain import record
    from maillage.governance.audit.events import EventType

    with pytest.raises(RuntimeError):
        record(EventType.NODE_GREETED, actor="hcl", subject="hcl", at=network.clock())


def test_a_change_that_fails_leaves_no_line(network: Network) -> None:
    from maillage.governance.group import actions
    from maillage.governance.group.errors import MemberStateError, UnknownMemberError

    network.enrol("hcl")
    before = network.audit()
    with pytest.raises(UnknownMemberError):
        actions.suspend("chu-grenoble", by="operator:test", at=network.clock())
    with pytest.raises(MemberStateError):
        actions.reinstate("hcl", by="operator:test", at=network.clock())
    assert network.audit() == before


def test_every_event_has_its_sentence() -> None:
    from maillage.governance.audit.events import EventType, describe

    assert list(EventType) == sorted(EventType, key=lambda event: event.name)
    assert all("  " not in describe(event, actor="a", subject="b") for event in EventType)
