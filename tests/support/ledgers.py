"""A real node beside the hub of a test, exchanging signed heads with it; and what attackers do to chains."""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.base.ids import SiteId
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import Signers, open_head, open_manifest
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.head import ANCHOR_EVERY, Standing
from maillage.exchange.testimony import Fork, write_proof
from maillage.node import ledger
from maillage.node.anchors import sign_head, take_head
from maillage.node.export import export_ledger
from maillage.node.folder import Node
from maillage.node.heads import write_head
from maillage.node.ledger import Head
from maillage.node.states import Event
from tests.integration.hub.conftest import Network
from tests.support.hubs import ProbeNode
from tests.support.nodes import make_node


def join(network: Network, folder: Path, *, site: str = "hcl") -> Node:
    """A node with a folder, registered at the hub."""
    from maillage.governance.group import actions

    node = make_node(folder, site=site, hub_key=network.hub.key.public, clock=network.clock, permit=None)
    registration = actions.Registration(SiteId(site), f"Hôpital {site}", node.key.public)
    actions.register(registration, by="operator:test", at=network.clock())
    network.nodes[site] = ProbeNode(
        site, network.http, network.hub.key.public, key=node.key, clock=network.clock
    )
    return node


def meet(network: Network, node: Node) -> Standing:
    """The node's exchange of heads, ten minutes after the last one."""
    network.clock.advance(seconds=ANCHOR_EVERY.total_seconds())
    return exchange(network, node)


def exchange(network: Network, node: Node) -> Standing:
    """The same at once."""
    with node.open_store() as store:
        response = network.nodes[node.site].send("POST", "/api/node/v1/head", sign_head(store, node=node))
        assert response.status_code == 200, response.text
        return take_head(store, response.content, node=node)


def tell(node: Node, event: Event = Event.AGENT_NODE_STARTED, **body: object) -> None:
    """Something happens at the node."""
    with node.open_store() as store, store.transaction():
        ledger.append(store, event=event, at=node.clock(), body=body or {"software": "0.1.0"})


def export_node(node: Node, path: Path) -> Path:
    """The whole ledger in a file."""
    with node.open_store() as store:
        export_ledger(store, node=node, path=path)
    return path


def export_hub(network: Network, path: Path) -> Path:
    """The whole audit in a file."""
    from maillage.hub.ledger.export import export_audit

    export_audit(path, hub=network.hub)
    return path


def check_proof(fork: Fork, path: Path, *, key: PublicKey) -> None:
    """Write the proof, and read it as somebody with nothing but the key would: two pasts, one signature."""
    write_proof(path, fork)
    first, second, *rows = path.read_bytes().splitlines()
    signers = {key.fingerprint: key}
    said = open_head(first, signers=signers).message.claims
    if not rows:
        other = open_other(second, signers=signers)
        assert said[fork.sequence] != other[fork.sequence]
        return
    # The rows lead, hash by hash, from the line that was denied to the one that the manifest signs.
    digests = [sha256_hex(row) for row in rows]
    assert json.loads(rows[0])["sequence"] == fork.sequence
    assert [json.loads(row)["previous"] for row in rows[1:]] == digests[:-1]
    assert digests[-1] == open_manifest(second, signers=signers).message.hash
    assert said[fork.sequence] != digests[0]


def open_other(envelope: bytes, *, signers: Signers) -> Mapping[int, str]:
    """What a head, or a manifest, signs."""
    try:
        return open_head(envelope, signers=signers).message.claims
    except EnvelopeError:
        return open_manifest(envelope, signers=signers).message.claims


def rewrite_ledger(node: Node, *, sequence: int, cut: int = 0) -> None:
    """What only the owner of the node's key can do: date a line otherwise, hash the rest again, sign anew.

    `cut` lines are taken off the end.
    """
    with node.open_store() as reader:
        lines = ledger.read_lines(reader)
    lines, gone = lines[: len(lines) - cut], lines[len(lines) - cut :]
    previous = ledger.GENESIS
    with closing(sqlite3.connect(node.folder / "node.sqlite")) as store:
        for trigger in ("ledger_lines_are_written_once", "ledger_lines_are_kept", "ledger_bodies_are_kept"):
            store.execute(f"DROP TRIGGER IF EXISTS {trigger}")
        for line in lines:
            at = "2020-01-01T00:00:00.000Z" if line.sequence == sequence else line.at
            content = {
                "version": 2,
                "sequence": line.sequence,
                "at": at,
                "event": line.event,
                "task_id": line.task_id,
                "body": line.link.body_hash,
                "previous": previous,
            }
            digest = sha256_hex(canonical_bytes(content))
            change = "UPDATE ledger SET at = ?, previous = ?, hash = ? WHERE sequence = ?"
            store.execute(change, (at, previous, digest, line.sequence))
            previous = digest
        for line in gone:
            store.execute("DELETE FROM ledger_bodies WHERE sequence = ?", (line.sequence,))
            store.execute("DELETE FROM ledger WHERE sequence = ?", (line.sequence,))
        store.commit()
    write_head(node.head_path, head=Head(len(lines), previous), site=node.site, key=node.key)


def rewrite_audit(*, sequence: int) -> None:
    """What an operator with all rights does: drop the triggers, date a line anew, hash the rest again."""
    from django.db import connection

    from maillage.governance.audit.models import Event as AuditEvent
    from maillage.governance.audit.models import write_line
    from maillage.governance.transactions import atomic

    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_event%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
    previous = ledger.GENESIS
    with atomic():
        for event in AuditEvent.objects.order_by("sequence"):
            at = event.at - timedelta(days=90) if event.sequence == sequence else event.at
            columns = {"sequence": event.sequence, "at": at, "type": event.type, "body": event.body}
            digest = sha256_hex(write_line(columns | {"previous": previous}))
            AuditEvent.objects.filter(sequence=event.sequence).update(at=at, previous=previous, hash=digest)
            previous = digest
