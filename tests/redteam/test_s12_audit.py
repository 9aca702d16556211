"""S12: an operator of the hub with its database, and an event to make disappear."""

import pytest

from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS


def sql(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def work(network: Network) -> None:
    nodes = network.enrol(*SITES)
    network.ask()
    for node in nodes:
        opened = node.take()
        node.answer(opened, node.partial(opened, content=TWO_STEPS))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'bob' WHERE sequence = 3",
        "UPDATE audit_event SET sequence = 900 WHERE sequence = 3",
        "DELETE FROM audit_event WHERE sequence = 3",
        "DELETE FROM audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE sequence = 3",
        "REPLACE INTO audit_event (sequence, at, type, actor, subject, facts, previous, hash) "
        "SELECT 2, at, type, 'bob', subject, facts, previous, hash FROM audit_event WHERE sequence = 3",
    ],
)
def test_the_application_can_neither_change_nor_delete_a_line(network: Network, statement: str) -> None:
    from django.db import DatabaseError

    work(network)
    before = network.audit()
    with pytest.raises(DatabaseError, match="audit events are never"):
        sql(statement)
    assert network.audit() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'bob' WHERE sequence = 3",
        "UPDATE audit_event SET facts = '{}' WHERE sequence = 3",
        "UPDATE audit_event SET at = '2020-01-01 00:00:00' WHERE sequence = 3",
        "DELETE FROM audit_event WHERE sequence = 3",
        "DELETE FROM audit_event WHERE sequence = 1",
        "UPDATE audit_event SET sequence = CASE sequence WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE sequence END",
    ],
)
def test_with_the_triggers_dropped_verify_still_sees_it(network: Network, statement: str) -> None:
    from maillage.governance.audit.chain import AuditError, verify

    work(network)
    assert verify() == len(network.audit())
    sql(
        "DROP TRIGGER audit_event_never_updated",
        "DROP TRIGGER audit_event_never_deleted",
        "DROP TRIGGER audit_event_never_replaced",
        statement,
    )
    with pytest.raises(AuditError, match="altéré"):
        verify()


def test_a_change_that_fails_leaves_neither_change_nor_line(network: Network) -> None:
    from maillage.governance.group import actions
    from maillage.governance.group.errors import MemberStateError
    from maillage.governance.group.models import Member

    network.enrol("hcl")
    before = network.audit()
    actions.retire("hcl", by="operator:test", at=network.clock())
    with pytest.raises(MemberStateError):
        actions.reinstate("hcl", by="operator:test", at=network.clock())
    assert network.audit() == [*before, "operator:member:depart"]
    assert Member.objects.get(site="hcl").state == "departed"


def test_no_line_is_written_outside_the_transaction_of_its_change(network: Network) -> None:
    from maillage.governance.audit.chain import record
    from maillage.governance.audit.events import EventType

    with pytest.raises(RuntimeError, match="transaction"):
        record(EventType.LINK_CREATED, actor="a", subject="b", at=network.clock())
