"""S12: an operator of the hub with its database, and an event to make disappear."""

from pathlib import Path

import pytest

from maillage.cli.main import run
from maillage.exchange.export import open_export
from maillage.exchange.testimony import Comparison, ForkError
from maillage.node.folder import Node
from maillage.node.verify import verify as verify_ledger
from maillage.node.verify import verify_against
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.ledgers import check_proof, export_hub, export_node, join, meet, rewrite_audit, tell
from tests.support.one_django import only_on_sqlite


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


@only_on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'bob' WHERE sequence = 3",
        "UPDATE audit_body SET actor = 'bob' WHERE sequence = 3",
        "DELETE FROM audit_body WHERE sequence = 3",
        "DELETE FROM audit_body",
        "REPLACE INTO audit_body SELECT sequence, salt, 'bob', subject, facts FROM audit_body",
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


@only_on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET actor = 'bob' WHERE sequence = 3",
        "UPDATE audit_event SET facts = '{}' WHERE sequence = 3",
        "UPDATE audit_event SET version = 1 WHERE sequence = 3",
        "UPDATE audit_body SET actor = 'bob' WHERE sequence = 3",
        "UPDATE audit_body SET facts = '{}' WHERE sequence = 3",
        "UPDATE audit_body SET salt = '' WHERE sequence = 3",
        "DELETE FROM audit_body WHERE sequence = 3",
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
        "DROP TRIGGER audit_body_never_updated",
        "DROP TRIGGER audit_body_deleted_when_told",
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


def compare(node: Node, export: Path) -> Comparison | int:
    with node.open_store() as store:
        verify_ledger(store, node=node)
        return verify_against(store, node=node, export=open_export(export))


@only_on_sqlite
def test_an_audit_hashed_anew_by_whoever_has_all_rights_shows_at_any_node(
    network: Network, tmp_path: Path
) -> None:
    from maillage.governance.audit.chain import verify

    node = join(network, tmp_path / "hcl")
    tell(node)
    meet(network, node)
    whole = compare(node, export_hub(network, tmp_path / "before.jsonl"))
    assert isinstance(whole, Comparison)
    assert min(whole.theirs, whole.ours) > 0
    rewrite_audit(sequence=2)
    # Alone, the hub sees nothing: each line follows the one before.
    assert verify() == len(network.audit())
    with pytest.raises(ForkError) as caught:
        compare(node, export_hub(network, tmp_path / "after.jsonl"))
    assert caught.value.fork.name == network.hub.settings.name
    check_proof(caught.value.fork, tmp_path / "proof.jsonl", key=network.hub.key.public)


@only_on_sqlite
def test_without_the_exchange_of_heads_the_audit_hashed_anew_passes(network: Network, tmp_path: Path) -> None:
    node = join(network, tmp_path / "hcl")
    rewrite_audit(sequence=2)
    assert compare(node, export_hub(network, tmp_path / "after.jsonl")) == Comparison(0, 0)


@only_on_sqlite
def test_an_audit_cut_short_shows_at_any_node(network: Network, tmp_path: Path) -> None:
    from maillage.exchange.testimony import CutError
    from maillage.governance.audit.models import Body, Event

    node = join(network, tmp_path / "hcl")
    meet(network, node)
    rewrite_audit(sequence=0)
    sql("DROP TRIGGER audit_body_deleted_when_told")
    for table, column in ((Body, "event_id"), (Event, "sequence")):
        table.objects.filter(**{f"{column}__gt": 3}).delete()
    with pytest.raises(CutError):
        compare(node, export_hub(network, tmp_path / "after.jsonl"))


def two_views(network: Network, tmp_path: Path) -> tuple[Node, Path]:
    """A hub that shows one past to a hospital and another to the next: the first, and the second's export."""
    first, second = (join(network, tmp_path / site, site=site) for site in ("hcl", "chu-grenoble"))
    for _line in range(3):
        network.nodes["hcl"].hello()
        network.nodes["chu-grenoble"].hello()
    meet(network, first)
    rewrite_audit(sequence=2)
    meet(network, second)
    return first, export_node(second, tmp_path / "second.jsonl")


@only_on_sqlite
def test_a_hub_that_shows_two_pasts_is_caught_when_two_hospitals_compare(
    network: Network, tmp_path: Path
) -> None:
    first, export = two_views(network, tmp_path)
    with pytest.raises(ForkError) as caught:
        compare(first, export)
    check_proof(caught.value.fork, tmp_path / "proof.jsonl", key=network.hub.key.public)


@only_on_sqlite
def test_without_the_round_lines_in_a_head_the_two_hospitals_have_nothing_to_compare(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maillage.hub.ledger import heads

    monkeypatch.setattr(heads, "round_numbers", lambda _sequence: [])
    first, export = two_views(network, tmp_path)
    assert compare(first, export) == 0


@only_on_sqlite
def test_the_command_prints_both_signed_heads_and_keeps_the_proof(
    network: Network, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    node = join(network, tmp_path / "hcl")
    meet(network, node)
    whole, forged = export_hub(network, tmp_path / "before.jsonl"), tmp_path / "after.jsonl"
    command = ["node", "verify", str(node.folder), "--proof", str(tmp_path / "proof.jsonl"), "--against"]
    assert run([*command, str(whole)]) == 0
    assert "Concordent : 1 lignes" in capsys.readouterr().out
    rewrite_audit(sequence=2)
    export_hub(network, forged)
    assert run([*command, str(forged)]) == 6
    told = capsys.readouterr()
    rows = (tmp_path / "proof.jsonl").read_text().splitlines()
    assert all(row in told.out for row in rows[:2])
    assert "--proof" in told.err
