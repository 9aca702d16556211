"""The evidence of a release: made with the answer, kept signed beside it, read and verified later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from maillage import __version__
from maillage.base.canon import canonical_hash, sha256_hex
from maillage.base.i18n import _
from maillage.base.keys import PublicKey
from maillage.disclosure.evidence import Relation, RuleName, Trace, band_former
from maillage.exchange.envelope import AnyAnswer, open_evidence, seal_evidence
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.evidence import (
    Evidence,
    EvidenceRecord,
    Gated,
    GateTrace,
    Line,
    PersonCheck,
    count_cells,
)
from maillage.exchange.result import Partial, Summed
from maillage.exchange.task import Task
from maillage.node import ledger
from maillage.node.errors import EvidenceBrokenError, EvidenceMissingError
from maillage.node.folder import Node
from maillage.node.permits.terms import Terms
from maillage.node.store import Store
from maillage.node.worker.messages import Computed


def make_evidence(
    task: Task, *, computed: Computed, terms: Terms, checked: PersonCheck | None, at: datetime
) -> Evidence:
    """What goes with the answer: nothing that its cells do not show."""
    trace = computed.trace
    return Evidence(
        task_id=task.task_id,
        question_id=task.question_id,
        site=task.site,
        content=canonical_hash(computed.content),
        rules=(*trace.rules, *([RuleName.PERSON] if checked else [])),
        floor=terms.disclosure.floor,
        cells=count_cells(computed.content),
        former=None if trace.former is None else band_former(trace.former),
        checked=checked,
        analysis=task.analysis,
        software=__version__,
        reference=computed.reference,
        permit=terms.permit,
        policy=terms.policy,
        at=at,
    )


@dataclass(frozen=True)
class Recorded:
    """An answer that this transaction has just recorded, and the hash of its envelope."""

    message: AnyAnswer
    hash: str


def keep_evidence(
    store: Store, *, node: Node, answer: Recorded, trace: Trace, checkers: Sequence[str] = ()
) -> None:
    """Sign the node's own record, inside the transaction that just recorded the answer."""
    if not isinstance(answer.message, Partial) or answer.message.evidence is None:
        raise RuntimeError("evidence belongs to a partial answer")
    gated = Gated(evidence=answer.message.evidence, trace=_to_message(trace))
    _keep(store, node=node, answer=answer, gated=gated, checkers=checkers)


def make_gated(task: Task, *, computed: Computed, terms: Terms, content: str, at: datetime) -> Gated:
    """What numbers went through before they were masked; `content` is a keyed hash of them.

    A plain hash of a few numbers is undone by trying them all.
    """
    made = make_evidence(task, computed=computed, terms=terms, checked=None, at=at)
    evidence = made.model_copy(update={"content": content, "rules": (*made.rules, RuleName.MASKED)})
    return Gated(evidence=evidence, trace=_to_message(computed.trace))


def keep_gated(store: Store, *, node: Node, answer: Recorded, gated: Gated) -> None:
    """The same of a masked sum, inside the transaction that lifts this hospital's masks from it."""
    if not isinstance(answer.message, Summed):
        raise RuntimeError("this evidence belongs to an answer of a masked sum")
    _keep(store, node=node, answer=answer, gated=gated, checkers=())


def _keep(store: Store, *, node: Node, answer: Recorded, gated: Gated, checkers: Sequence[str]) -> None:
    head = ledger.read_head(store)
    record = EvidenceRecord(
        evidence=gated.evidence,
        trace=gated.trace,
        checkers=tuple(checkers),
        answer=answer.hash,
        line=Line(sequence=head.sequence, hash=head.hash),
    )
    envelope = seal_evidence(record, key=node.key)
    store.change("keep_evidence", task_id=answer.message.task_id, envelope=envelope)


def _to_message(trace: Trace) -> GateTrace:
    return GateTrace(
        given=trace.given,
        shown=trace.shown,
        below_floor=trace.below_floor,
        protected=trace.protected,
        former=trace.former,
        same=_jobs(trace, Relation.SAME),
        near=_jobs(trace, Relation.NEAR),
    )


def _jobs(trace: Trace, relation: Relation) -> tuple[str, ...]:
    return tuple(other.job for other in trace.neighbours if other.relation is relation)


@dataclass(frozen=True)
class Kept:
    """A record as kept: its signed bytes, and what they say."""

    envelope: bytes
    record: EvidenceRecord


def find_evidence(store: Store, *, node: Node, name: str) -> Kept:
    """That of a task, or of a question's task here. Raises EvidenceMissingError, EvidenceBrokenError."""
    row = store.row("evidence", task_id=name)
    if row is None:
        found = store.row("task_of_question", question=name)
        row = store.row("evidence", task_id=found["task_id"]) if found else None
    if row is None:
        raise EvidenceMissingError(
            _("Rien n’est sorti d’ici pour {name}.").format(name=name[:60]),
            remedy=_("Ce qui est sorti : maillage node ledger."),
        )
    record = verify_evidence(row["envelope"], key=node.key.public)
    _check_ledger(store, record, task_id=row["task_id"])
    return Kept(row["envelope"], record)


def verify_evidence(data: bytes, *, key: PublicKey) -> EvidenceRecord:
    """A record that this key signed. Raises EvidenceBrokenError."""
    try:
        return open_evidence(data, signers=_own(key)).message
    except EnvelopeError as error:
        raise EvidenceBrokenError(
            _("La preuve de sortie n’est pas valable."), why=error.what + " " + error.why
        ) from error


def _check_ledger(store: Store, record: EvidenceRecord, *, task_id: str) -> None:
    """The ledger has that line, and the answer kept under it is the one that left."""
    answer = store.row("final_answer", task_id=task_id)
    held = ledger.holds(store, sequence=record.line.sequence, hash=record.line.hash)
    same = answer is not None and sha256_hex(answer["envelope"]) == record.answer
    if not held or not same or record.evidence.task_id != task_id:
        raise EvidenceBrokenError(
            _("La preuve de sortie n’est pas celle de cette réponse."),
            why=_("Sa ligne du registre, sa réponse ou sa tâche diffèrent."),
            remedy=_("Vérifiez le registre : maillage node verify."),
        )


def _own(key: PublicKey) -> Mapping[str, PublicKey]:
    return {key.fingerprint: key}
