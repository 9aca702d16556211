"""Answers that wait for a person, as rows: put there by the agent, opened again by whoever checks them."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage.base.canon import sha256_hex
from maillage.base.clock import format_instant, parse_instant
from maillage.base.i18n import _
from maillage.exchange.reasons import Reason
from maillage.exchange.release import Outcome, ReleaseStateError, Standing, Word, word_standing
from maillage.node import tasks
from maillage.node.answer import make_hold
from maillage.node.errors import HeldBrokenError
from maillage.node.folder import Node
from maillage.node.release.ready import Ready
from maillage.node.release.sealing import Sealed, seal, unseal
from maillage.node.states import Event, State
from maillage.node.store import Store


@dataclass(frozen=True)
class Held:
    """An answer that waits; `register` is that of its computation, `sealed` is empty once it is over."""

    task_id: str
    standing: Standing
    round: int
    checkers: int
    sealed: bytes
    sealed_hash: str
    register: int
    computed_at: str

    def age(self, *, now: datetime) -> timedelta:
        """How long it has waited."""
        return now - parse_instant(self.computed_at)


@dataclass(frozen=True)
class Said:
    """A word with its round and instant."""

    word: Word
    round: int
    at: str


def hold(store: Store, *, node: Node, ready: Ready, checkers: int) -> bool:
    """Seal the answer, and tell the hub that persons look at it. False when it was answered meanwhile."""
    task_id = ready.task.task_id
    terms = ready.terms
    document = Sealed(
        computed=ready.computed,
        permit=terms.permit,
        floor=terms.disclosure.floor,
        network_floor=terms.disclosure.network_floor,
        objections=ready.register,
    )
    sealed = seal(document, task_id=task_id, folder=node.folder)
    facts = {"sealed": sha256_hex(sealed), "register": ready.register, "checkers": checkers}
    make = make_hold(ready.delivery, reason=Reason.HELD_FOR_RELEASE)
    with store.transaction():
        if not tasks.hold_computed(store, node=node, task_id=task_id, make=make, body=facts):
            return False
        store.change(
            "hold_computed",
            task_id=task_id,
            checkers=checkers,
            sealed=sealed,
            sealed_hash=facts["sealed"],
            register=ready.register,
            computed_at=format_instant(node.clock()),
        )
    return True


def list_held(store: Store) -> list[Held]:
    """Those that wait, oldest first."""
    return [_read(row) for row in store.rows("held_open")]


def find_held(store: Store, task_id: str) -> Held:
    """One that waits. Raises TaskUnknownError, ReleaseStateError."""
    row = tasks.find_task(store, task_id)
    found = store.row("held", task_id=task_id)
    if found is None or row.state is not State.COMPUTED:
        raise ReleaseStateError(
            _("La question {task} n’attend pas de contrôle de sortie.").format(task=task_id),
            why=_("Elle est dans l’état « {state} ».").format(
                state=word_standing(Standing(found["standing"])) if found else row.state
            ),
            remedy=_("Celles qui attendent : maillage node releases list."),
        )
    return _read(found)


def _read(row: sqlite3.Row) -> Held:
    found = dict(row)
    return Held(standing=Standing(found.pop("standing")), **found)


def open_held(store: Store, *, node: Node, held: Held) -> Sealed:
    """What was computed. Raises HeldBrokenError unless it is what the ledger says was sealed."""
    line = store.row("held_line", task_id=held.task_id)
    noted = json.loads(line["body"]) if line else {}
    sealed = unseal(held.sealed, task_id=held.task_id, folder=node.folder, expected=str(noted.get("sealed")))
    if (sealed.objections, held.checkers) != (noted["register"], noted["checkers"]):
        raise HeldBrokenError(
            _("La réponse retenue ne peut pas être ouverte."), why=_("Ses conditions ont été modifiées.")
        )
    return sealed


def list_words(store: Store, task_id: str) -> Sequence[Said]:
    """Everything that was said of an answer, in order."""
    return [
        Said(
            Word(row["checker"], Outcome(row["outcome"]), frozenset(json.loads(row["masks"])), row["note"]),
            row["round"],
            row["at"],
        )
        for row in store.rows("words", task_id=task_id)
    ]


def read_round(store: Store, task_id: str) -> list[Word]:
    """The words that count: those in the ledger since it was held, or since two persons disagreed.

    The table beside it has the notes, and no chain that shows a word slipped in.
    """
    said: list[Word] = []
    for line in store.rows("release_lines", task_id=task_id):
        body = json.loads(line["body"])
        if line["event"] == Event.AGENT_RELEASE_HELD or body["standing"] == Standing.EXAMINED:
            said = []
        else:
            outcome = Outcome(body["outcome"])
            # A refusal's note is not in the ledger; that there was one was checked when it was said.
            said.append(Word(body["by"], outcome, frozenset(body["masks"]), note="…"))
    return said


def is_outdated(store: Store, held: Held) -> bool:
    """Whether somebody objected, or took an objection back, since it was computed."""
    return held.register != read_register_version(store)


def read_register_version(store: Store) -> int:
    """Which register of objections is in force."""
    line = store.row("register_line")
    return line["sequence"] if line else 0
