"""Whether the ledger is whole, and whether the answers kept are those that it names (S9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from maillage.base.canon import sha256_hex
from maillage.base.i18n import _
from maillage.exchange.result import Anchor
from maillage.node import ledger
from maillage.node.errors import LedgerBrokenError
from maillage.node.folder import Node
from maillage.node.heads import read_signed_head
from maillage.node.ledger import Head, Line
from maillage.node.store import Store


@dataclass(frozen=True)
class Verification:
    """What was checked and holds."""

    head: Head
    answers: int
    hub: bool


def verify(store: Store, *, node: Node, anchor: Anchor | None = None) -> Verification:
    """Check chain, signed head, answers, and the hub's anchor when one is given. Raises LedgerBrokenError."""
    # The file first: a line that the agent adds between the two reads makes the ledger longer, never shorter.
    signed = read_signed_head(node.head_path, site=node.site, key=node.key.public)
    lines = ledger.read_lines(store)
    head = ledger.check_chain(lines)
    _check_reaches(lines, signed, keeper=_("la tête signée"))
    if anchor is not None:
        _check_reaches(lines, Head(anchor.sequence, anchor.hash), keeper=_("le hub"))
    return Verification(head, _check_answers(store, lines), anchor is not None)


def _check_reaches(lines: Sequence[Line], known: Head, *, keeper: str) -> None:
    if known.sequence == 0:
        return
    if known.sequence > len(lines):
        raise LedgerBrokenError(
            _("La fin du registre manque."),
            why=_("Il a {count} lignes ; {keeper} en connaît {known}.").format(
                count=len(lines), keeper=keeper, known=known.sequence
            ),
        )
    if lines[known.sequence - 1].hash != known.hash:
        raise LedgerBrokenError(
            _("Le registre a été réécrit."),
            why=_("À la ligne {sequence}, {keeper} connaît une autre empreinte.").format(
                sequence=known.sequence, keeper=keeper
            ),
        )


def _check_answers(store: Store, lines: Iterable[Line]) -> int:
    """Every recorded answer is there, unchanged, and none is there that was not recorded."""
    recorded = {_of(line) for line in lines if _is_record(line)}
    kept = {(row["task_id"], row["hash"]) for row in store.rows("answers")}
    changed = [row["task_id"] for row in store.rows("answers") if sha256_hex(row["envelope"]) != row["hash"]]
    if recorded != kept or changed:
        raise LedgerBrokenError(
            _("Les réponses gardées ne sont pas celles du registre."),
            why=_("{count} réponses diffèrent.").format(count=len(recorded ^ kept) + len(changed)),
        )
    return len(kept)


def _is_record(line: Line) -> bool:
    # Lines about sending name the answer too, with the hub's word for it.
    return "answer" in line.body and "hub" not in line.body


def _of(line: Line) -> tuple[str | None, str]:
    return line.task_id, str(line.body["answer"])
