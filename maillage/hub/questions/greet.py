"""A node starts: note what it says of itself, release what its former process held."""

from dataclasses import dataclass
from typing import Any

from maillage.exchange.result import Anchor
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.group.models import Member
from maillage.hub.access.nodes import Caller, take_nonce
from maillage.hub.boot import Hub
from maillage.hub.questions.ask import seal, write_message
from maillage.hub.questions.lease import release_former_boots
from maillage.hub.questions.models import Task
from maillage.hub.questions.states import TaskState
from maillage.hub.writing import writing


@dataclass(frozen=True)
class Greeting:
    """What a node says when it starts, or when its health changes."""

    protocol: int
    software: str
    boot: str
    analyses: dict[str, dict[str, Any]]
    reference: str
    health: str


def greet(caller: Caller, greeting: Greeting, *, hub: Hub) -> Anchor | None:
    """Note the node's state; the furthest head of its ledger that the hub has kept."""
    now = hub.clock()
    with writing(hub):
        take_nonce(caller)
        Member.objects.filter(site=caller.site).update(
            protocol=greeting.protocol,
            software=greeting.software,
            boot=greeting.boot,
            analyses=greeting.analyses,
            reference=greeting.reference,
            health=greeting.health,
            last_seen=now,
            clock_skew_s=caller.skew.total_seconds(),
        )
        release_former_boots(caller.site, boot=greeting.boot, at=now)
        _rewrite_waiting(caller.site, protocol=greeting.protocol, hub=hub)
        facts = {"protocol": greeting.protocol, "software": greeting.software, "health": greeting.health}
        record(EventType.NODE_GREETED, actor=caller.site, subject=caller.site, at=now, facts=facts)
    hub.doorbell.ring(caller.site)
    if caller.signer.anchor_sequence is None:
        return None
    return Anchor(sequence=caller.signer.anchor_sequence, hash=caller.signer.anchor_hash)


def _rewrite_waiting(site: str, *, protocol: int, hub: Hub) -> None:
    """Tasks that the node has never seen are written in the version that it speaks now."""
    unseen = Task.objects.filter(site=site, state=TaskState.WAITING.value, deliveries=0)
    for task in unseen.exclude(protocol=protocol).select_related("question"):
        seal(task, message=write_message(task.question, hub=hub), protocol=protocol, hub=hub)
        task.save(update_fields=["protocol", "envelope", "task_hash"])
