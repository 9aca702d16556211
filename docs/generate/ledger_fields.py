"""What the lines of both ledgers hold; `tests/docs/test_ledgers_page.py` compares with real ones."""

from collections.abc import Mapping

from maillage.governance.audit.events import EventType
from maillage.node.states import Event

MEANINGS: Mapping[str, str] = {
    "analysis": "id of the analysis",
    "answer": "hash of the signed answer that is kept",
    "attempt": "which try it was, from 1",
    "bodies": "how many bodies were removed",
    "budget": "that the permit's budget is spent",
    "by": "name that a person of the hospital typed, or the way in to the portal",
    "bytes": "hash of the answer that was refused",
    "code": "error code of the hub",
    "cohort": "hash of the definition",
    "cohort_hash": "hash of the definition",
    "count": "how many tokens",
    "decision": "accepted or withdrawn; at the node, hash of the signed word",
    "delivery": "hash of the task as it came; at the hub, which delivery it was, from 1",
    "fingerprint": "fingerprint of a public key",
    "hash": "hash of a document, or of the other's last line",
    "health": "what a node says of itself: ok, disk_full, warehouse_missing",
    "hub": "the hub's word for what it did",
    "incident": "name under which the node's log has the detail",
    "key": "public key, or fingerprint of the register's key",
    "kind": "partial, refusal, failure or hold",
    "missing": "hospitals that did not answer in time",
    "name": "name of a permit, a hospital, a network",
    "nonce": "random number of the task",
    "participants": "hospitals that were asked",
    "payload": "hash of the signed answer's content",
    "permit": "hash of a permit, or the name that a question quotes",
    "permit_hash": "hash of the permit",
    "policy": "hash of the policy's file",
    "protocol": "version of the protocol",
    "question": "random id of the question",
    "reason": "reason code",
    "reference": "version of the vocabulary",
    "register": "hash of the whole register of objections",
    "removed_before": "bodies of lines before this instant were removed",
    "requester": "the requester's name, as the hub says it",
    "rule": "which rule of the policy decided",
    "seconds": "how wrong the clock is",
    "sequence": "number of a line",
    "signed_head": "the other's signed head, whole",
    "signer": "fingerprint of the committee's key",
    "site": "the hospital's id",
    "software": "version of Maillage",
    "status": "HTTP status",
    "task_hash": "hash of the signed task",
    "test_network": "whether the policy is for invented data",
    "why": "why a person refused, in their words, one line",
}

_ASKED = ("question", "requester", "permit", "analysis", "cohort", "nonce")
_DECIDED = (*_ASKED, "permit_hash", "policy", "rule")
_ANSWERED = ("kind", "reason", "answer")
_HEAD = ("name", "sequence", "hash", "signed_head")
_WORD = ("by", "permit", "name", "decision")
_OBJECTION = ("by", "key", "register")
_OFFER = ("permit", "name", "signer")

LEDGER: Mapping[Event, tuple[str, ...]] = {
    Event.AGENT_ANSWER_RECORDED: (*_ANSWERED, *_DECIDED, "incident"),
    Event.AGENT_ANSWER_REJECTED: ("answer", "kind", "hub"),
    Event.AGENT_ANSWER_SENT: ("answer", "kind", "hub"),
    Event.AGENT_NODE_STARTED: ("software", "policy", "test_network"),
    Event.AGENT_TASK_RECEIVED: ("delivery",),
    Event.AGENT_TASK_RESUMED: (),
    Event.AGENT_TASK_STARTED: ("attempt",),
    Event.COMMITTEE_PERMIT_OFFERED: _OFFER,
    Event.COMMITTEE_PERMIT_REVOKED: _OFFER,
    Event.COMMITTEE_PERMIT_SIGNED_AGAIN: ("permit", "signer"),
    Event.HUB_ANCHOR_DIFFERED: ("sequence",),
    Event.HUB_AUDIT_ANCHORED: _HEAD,
    Event.HUB_AUDIT_DIFFERED: _HEAD,
    Event.HUB_DELIVERY_CONFLICTED: ("delivery",),
    Event.HUB_REQUEST_REFUSED: ("code", "status"),
    Event.PERSON_COMMITTEE_REVOKED: ("by", "fingerprint"),
    Event.PERSON_COMMITTEE_TRUSTED: ("by", "fingerprint"),
    Event.PERSON_LEDGER_RETAINED: ("by", "removed_before", "bodies"),
    Event.PERSON_NODE_CREATED: ("site", "key"),
    Event.PERSON_OBJECTION_ADDED: _OBJECTION,
    Event.PERSON_OBJECTION_WITHDRAWN: _OBJECTION,
    Event.PERSON_OBJECTIONS_IMPORTED: _OBJECTION,
    Event.PERSON_OBJECTIONS_REPLACED: _OBJECTION,
    Event.PERSON_PERMIT_ACCEPTED: _WORD,
    Event.PERSON_PERMIT_WITHDRAWN: _WORD,
    Event.PERSON_REFERENTIEL_APPLIED: ("by", "reference", "hash"),
    Event.PERSON_TASK_REFUSED: ("by", "why", *_ANSWERED),
    Event.PERSON_TASK_RELEASED: ("by",),
    Event.POLICY_TASK_ACCEPTED: _DECIDED,
    Event.POLICY_TASK_HELD: (*_ANSWERED, *_DECIDED, "budget"),
}
"""Beside the line's own: number, instant, event, task, hash of the line before."""

AUDIT: Mapping[EventType, tuple[str, ...]] = {
    EventType.ANSWER_RECORDED: ("kind", "question", "payload", "reason"),
    EventType.ANSWER_REFUSED: ("code", "bytes"),
    EventType.AUDIT_RETAINED: ("removed_before", "bodies"),
    EventType.CLOCK_REFUSED: ("seconds",),
    EventType.LEDGER_ANCHORED: _HEAD,
    EventType.LEDGER_DIFFERED: _HEAD,
    EventType.LINK_CREATED: (),
    EventType.MEMBER_DEPARTED: (),
    EventType.MEMBER_REGISTERED: ("name", "fingerprint"),
    EventType.MEMBER_REINSTATED: (),
    EventType.MEMBER_SUSPENDED: (),
    EventType.NODE_GREETED: ("protocol", "software", "health"),
    EventType.PERMIT_ANSWERED: ("permit", "decision"),
    EventType.PERMIT_PUBLISHED: ("permit", "signer"),
    EventType.PERMIT_REVOKED: ("permit", "signer"),
    EventType.QUESTION_ASKED: ("analysis", "cohort_hash", "permit", "permit_hash", "participants"),
    EventType.QUESTION_CANCELLED: (),
    EventType.QUESTION_EXPIRED: ("missing",),
    EventType.REFERENTIEL_PUBLISHED: ("reference", "hash"),
    EventType.SESSION_OPENED: ("by",),
    EventType.TASK_DELIVERED: ("question", "delivery", "task_hash"),
    EventType.TOKEN_CREATED: (),
    EventType.TOKEN_REVOKED: ("count",),
}
"""Beside the line's own: number, instant, event, hash of the line before; and who acted, on what."""
