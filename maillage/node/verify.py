"""Whether the ledger is whole, the answers kept are those that it names, the hub's heads agree (S9)."""

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from maillage.base.canon import sha256_hex
from maillage.base.i18n import _
from maillage.exchange.chain import Head, Link, follow
from maillage.exchange.errors import ChainError
from maillage.exchange.export import Export
from maillage.exchange.result import Anchor
from maillage.exchange.testimony import Comparison, ForkError, Witness, compare_peers, compare_witnesses
from maillage.node import ledger
from maillage.node.errors import LedgerBrokenError
from maillage.node.folder import Node
from maillage.node.heads import read_signed_head
from maillage.node.store import Store


@dataclass(frozen=True)
class Verification:
    """What was checked and holds. `hub_lines` counts the lines of the hub's audit that signed heads name."""

    head: Head
    answers: int
    hub: bool
    hub_lines: int


Watch = Callable[[int], None]
"""Told now and then how many lines were read."""
WATCH_EVERY = 1000


def verify(
    store: Store, *, node: Node, anchor: Anchor | None = None, watch: Watch | None = None
) -> Verification:
    """Check chain, signed head, answers, the hub's anchor when one is given, and the hub's signed heads.

    Raises LedgerBrokenError when this ledger is not whole, then ForkError when the hub signed two pasts.
    """
    # The file first: a line that the agent adds between the two reads makes the ledger longer, never shorter.
    signed = read_signed_head(node.head_path, site=node.site, key=node.key.public)
    with own_faults():
        found = _walk(store, watch=watch)
    _check_reaches(store, found.head, signed, keeper=_("la tête signée"))
    if anchor is not None:
        _check_reaches(store, found.head, Head(anchor.sequence, anchor.hash), keeper=_("le hub"))
    answers = _check_answers(store, found)
    with own_faults():
        hub = _listen(store, node=node)
    return Verification(found.head, answers, anchor is not None, len(hub.claims))


def verify_against(store: Store, *, node: Node, export: Export) -> Comparison | int:
    """Compare with the export of the hub's audit, in both directions; or with that of another hospital.

    In the second case: how many lines of the hub's audit both know. Raises RewrittenError or CutError when
    this ledger is not the one that the hub holds signed heads of, ForkError when the hub contradicts itself,
    ExportError or ChainError when the export is not whole.
    """
    if export.keeper == "node":
        return compare_witnesses(ledger.each_link(store), signers=node.signers, export=export)
    own = {node.key.public.fingerprint: node.key.public}
    return compare_peers(lambda: ledger.each_link(store), name=node.site, signers=own, export=export)


@contextmanager
def own_faults() -> Generator[None]:
    """A fault of this node's own chain, told as such; a hub's fork stays what it is."""
    try:
        yield
    except ForkError:
        raise
    except ChainError as error:
        raise LedgerBrokenError(error.what, why=error.why, remedy=error.remedy) from error


_EMPTY = Head(0, ledger.GENESIS)


@dataclass
class _Found:
    """What one reading of the ledger gives: recorded answers, and tasks of which some body was removed."""

    head: Head = field(default=_EMPTY)
    recorded: set[tuple[str | None, str]] = field(default_factory=set[tuple[str | None, str]])
    forgotten: set[str | None] = field(default_factory=set[str | None])

    def add(self, link: Link) -> None:
        self.head = Head(link.sequence, link.hash)
        if link.is_removed:
            self.forgotten.add(_task_of(link))
        elif _is_record(link):
            self.recorded.add((_task_of(link), str(link.facts["answer"])))


def _walk(store: Store, *, watch: Watch | None) -> _Found:
    found = _Found()
    for link in follow(ledger.each_link(store)):
        found.add(link)
        if watch is not None and link.sequence % WATCH_EVERY == 0:
            watch(link.sequence)
    return found


def _listen(store: Store, *, node: Node) -> Witness:
    hub = Witness("", node.signers)
    for link in ledger.each_anchoring(store):
        hub.add(link)
    return hub


def _is_record(link: Link) -> bool:
    # Lines about sending name the answer too, with the hub's word for it.
    facts = link.facts
    return "answer" in facts and "hub" not in facts


def _task_of(link: Link) -> str | None:
    return json.loads(link.data)["task_id"]


def _check_reaches(store: Store, head: Head, known: Head, *, keeper: str) -> None:
    if known.sequence == 0:
        return
    if known.sequence > head.sequence:
        raise LedgerBrokenError(
            _("La fin du registre manque."),
            why=_("Il a {count} lignes ; {keeper} en connaît {known}.").format(
                count=head.sequence, keeper=keeper, known=known.sequence
            ),
            remedy=_("Comparez avec une sauvegarde ; prévenez le groupement."),
        )
    if not ledger.holds(store, sequence=known.sequence, hash=known.hash):
        raise LedgerBrokenError(
            _("Le registre a été réécrit."),
            why=_("À la ligne {sequence}, {keeper} connaît une autre empreinte.").format(
                sequence=known.sequence, keeper=keeper
            ),
            remedy=_("Comparez avec une sauvegarde ; prévenez le groupement."),
        )


def _check_answers(store: Store, found: _Found) -> int:
    """Every recorded answer is there, unchanged, and none is there that was not recorded.

    Of a task whose line lost its body the ledger no longer says which answer it was.
    """
    kept, changed = set[tuple[str | None, str]](), 0
    for row in store.each("answers"):
        changed += sha256_hex(row["envelope"]) != row["hash"]
        kept.add((row["task_id"], row["hash"]))
    known = {each for each in kept if each in found.recorded or each[0] not in found.forgotten}
    if found.recorded != known or changed:
        raise LedgerBrokenError(
            _("Les réponses gardées ne sont pas celles du registre."),
            why=_("{count} réponses diffèrent.").format(count=len(found.recorded ^ known) + changed),
            remedy=_("Comparez avec une sauvegarde ; prévenez le groupement."),
        )
    return len(kept)
