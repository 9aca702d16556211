"""Retention at the hub: old bodies go after a line that says so, and by no other way; exports stay whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from maillage.base.canon import canonical_bytes, canonical_hash
from maillage.base.clock import format_instant
from maillage.exchange.export import open_export
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.ledgers import join, meet
from tests.support.one_django import only_on_sqlite

THEN = datetime(2020, 1, 1, 8, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
DAY = datetime(2021, 1, 1, tzinfo=UTC)


@pytest.fixture
def old(network: Network) -> Network:
    """A network whose questions were asked in 2020, one of them still open; bodies may go after a year."""
    network.clock.now = THEN
    network.configure(audit_keep_years=1)
    (node,) = network.enrol("hcl")
    for _question in range(2):
        network.ask()
    opened = node.take()
    node.answer(opened, node.partial(opened, content=TWO_STEPS))
    network.clock.now = NOW
    return network


def run(network: Network, *, before: datetime = DAY) -> tuple[int, int]:
    from maillage.hub.ledger.retention import retain

    found = retain(before, hub=network.hub, by="operator:test")
    return found.removed, found.kept


def removed(network: Network) -> list[str]:
    from maillage.governance.audit.chain import each_event

    return [event.type for event in each_event() if event.told is None]


def test_a_closed_question_goes_an_open_one_stays(old: Network) -> None:
    from maillage.governance.audit.chain import verify

    gone, kept = run(old)
    assert removed(old) == ["requester:question:ask", "hub:task:deliver", "node:answer:record"]
    assert gone == 3
    # The hospital's registration and greeting, the question that is still open.
    assert kept == 3
    assert old.audit()[-1] == "operator:audit:retain"
    assert verify() == len(old.audit())


def test_who_and_what_are_no_longer_in_the_database(old: Network) -> None:
    from django.db import connection

    run(old)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_body WHERE actor = 'alice'")
        assert cursor.fetchone() == (1,)


def test_it_is_told_once_and_done_once(old: Network) -> None:
    run(old)
    lines = old.audit()
    assert run(old)[0] == 0
    assert old.audit() == lines


def test_what_the_settings_keep_is_kept(old: Network) -> None:
    from maillage.hub.ledger.errors import RetentionError

    with pytest.raises(RetentionError, match="1 ans"):
        run(old, before=NOW - timedelta(days=364))
    assert removed(old) == []


def sql(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_lets_a_body_go_only_where_a_line_covers_it(old: Network) -> None:
    from django.db import DatabaseError

    run(old)
    of_2020 = "SELECT min(sequence) FROM audit_event WHERE at < '2021-01-01'"
    # It is covered now by a line that nobody can take back; this year's are not.
    sql(f"DELETE FROM audit_body WHERE sequence = ({of_2020})")
    for statement in (
        "DELETE FROM audit_body WHERE sequence = (SELECT max(sequence) FROM audit_event)",
        "DELETE FROM audit_body WHERE sequence = 1",
    ):
        with pytest.raises(DatabaseError, match="audit events are never"):
            sql(statement)


def test_a_line_that_tells_of_bodies_not_a_year_old_lets_none_go(old: Network) -> None:
    from django.db import DatabaseError

    from maillage.governance.audit.chain import record
    from maillage.governance.audit.events import EventType
    from maillage.governance.transactions import atomic

    before = NOW - timedelta(days=100)
    facts = {"removed_before": format_instant(before), "bodies": 1}
    with atomic():
        record(EventType.AUDIT_RETAINED, actor="operator:x", subject="x", at=NOW, facts=facts)
    with pytest.raises(DatabaseError, match="audit events are never"):
        sql("DELETE FROM audit_body WHERE sequence = 4")


@only_on_sqlite
def test_with_the_triggers_gone_a_missing_body_shows(old: Network) -> None:
    from maillage.governance.audit.chain import AuditError, verify

    sql("DROP TRIGGER audit_body_deleted_when_told")
    sql("DELETE FROM audit_body WHERE sequence = 4")
    with pytest.raises(AuditError, match="ligne 4"):
        verify()


def test_heads_of_nodes_stay_and_an_export_after_it_is_whole(old: Network, tmp_path: Path) -> None:
    from maillage.hub.ledger.export import export_audit
    from maillage.hub.ledger.verify import verify_audit

    old.clock.now = THEN + timedelta(days=2)
    node = join(old, tmp_path / "chu-grenoble", site="chu-grenoble")
    meet(old, node)
    old.clock.now = NOW
    run(old)
    assert verify_audit().node_lines > 0
    export_audit(tmp_path / "audit.jsonl", hub=old.hub)
    links = list(open_export(tmp_path / "audit.jsonl").links())
    assert len(links) == len(old.audit())
    assert sum(link.is_removed for link in links) == 3
    part = export_audit(tmp_path / "part.jsonl", hub=old.hub, since=THEN, until=DAY)
    assert not part.is_whole
    assert len(list(open_export(tmp_path / "part.jsonl").links())) == part.last - part.first + 1


@only_on_sqlite
def test_a_line_of_the_former_version_stays_whole(network: Network) -> None:
    from maillage.governance.audit.chain import AuditError, read_head, verify

    head = read_head()
    facts = canonical_bytes({"n": 1}).decode()
    line = {
        "sequence": head.sequence + 1,
        "at": format_instant(THEN),
        "type": "operator:link:create",
        "actor": "operator:test",
        "subject": "zoe",
        "facts": {"n": 1},
        "previous": head.hash,
    }
    sql(
        "INSERT INTO audit_event (sequence, at, type, actor, subject, facts, previous, hash) VALUES "
        f"({line['sequence']}, '2020-01-01 08:00:00', '{line['type']}', 'operator:test', 'zoe', "
        f"'{facts}', '{head.hash}', '{canonical_hash(line)}')"
    )
    network.enrol("hcl")
    assert verify() == len(network.audit())
    network.configure(audit_keep_years=1)
    assert run(network) == (0, 0)
    sql("DROP TRIGGER audit_event_never_updated")
    sql("UPDATE audit_event SET actor = 'operator:bob' WHERE version = 1")
    with pytest.raises(AuditError, match=f"ligne {line['sequence']}"):
        verify()
