"""What a person does to the register: each change is one transaction, with one line of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.base.clock import format_instant
from maillage.node import ledger
from maillage.node.folder import Node
from maillage.node.objections.patients import Patient
from maillage.node.objections.register import (
    Key,
    Register,
    drop_other_keys,
    hash_names,
    load_register,
    make_key,
)
from maillage.node.states import Event
from maillage.node.store import Store


@dataclass(frozen=True)
class Change:
    """Objections that were added or withdrawn, and patients for whom there was nothing to do."""

    changed: int
    unchanged: int


def add(store: Store, *, node: Node, patient: Patient, by: str) -> Change:
    """Record the objection of one patient."""
    return _add(store, node=node, patients=[patient], by=by, event=Event.PERSON_OBJECTION_ADDED)


def add_list(store: Store, *, node: Node, patients: Sequence[Patient], by: str) -> Change:
    """Record the objections of a list, beside those that are there."""
    return _add(store, node=node, patients=patients, by=by, event=Event.PERSON_OBJECTIONS_IMPORTED)


def withdraw(store: Store, *, node: Node, patient: Patient, by: str) -> Change:
    """Forget every objection of a patient: the next question counts them again."""
    with store.transaction():
        register = load_register(store, folder=node.folder)
        if register.key is None:
            return Change(0, 1)
        found = _find(store, patient, key=register.key)
        for objection in found:
            store.change("drop_names", objection_id=objection)
            store.change("drop_objection", objection_id=objection)
        if found:
            _tell(store, node=node, key=register.key, by=by, event=Event.PERSON_OBJECTION_WITHDRAWN)
    return Change(changed=len(found), unchanged=int(not found))


def replace_all(store: Store, *, node: Node, patients: Sequence[Patient], by: str) -> Change:
    """Make the register anew from a whole list, under a new key; the former need not be readable."""
    key = make_key(node.folder)
    with store.transaction():
        for query in ("drop_every_name", "drop_every_objection"):
            store.change(query)
        change = _record(store, patients, key=key, node=node)
        _tell(store, node=node, key=key, by=by, event=Event.PERSON_OBJECTIONS_REPLACED)
    drop_other_keys(node.folder, kept=key)
    return change


def _add(store: Store, *, node: Node, patients: Sequence[Patient], by: str, event: Event) -> Change:
    with store.transaction():
        register = load_register(store, folder=node.folder)
        key = register.key or make_key(node.folder)
        change = _record(store, patients, key=key, node=node)
        if _is_changed(store, register):
            _tell(store, node=node, key=key, by=by, event=event)
    return change


def _record(store: Store, patients: Sequence[Patient], *, key: Key, node: Node) -> Change:
    at = format_instant(node.clock())
    added = sum(_record_one(store, patient, key=key, at=at) for patient in patients)
    return Change(changed=added, unchanged=len(patients) - added)


def _record_one(store: Store, patient: Patient, *, key: Key, at: str) -> bool:
    """Whether it is a new objection; one that is known gains the names that it lacked."""
    found = _find(store, patient, key=key)
    if found:
        kept, *merged = found
        for other in merged:
            store.change("move_names", kept=kept, merged=other)
            store.change("drop_objection", objection_id=other)
        if merged or patient.kind == "both":
            store.change("set_objection_kind", objection_id=kept, kind="both")
    else:
        store.change("add_objection", kind=patient.kind, recorded_at=at)
        kept = _last_objection(store)
    for name in patient.names:
        hashed = key.hash_name(name)
        if store.row("objection_of_name", name=hashed) is None:
            store.change("name_objection", name=hashed, objection_id=kept)
    return not found


def _find(store: Store, patient: Patient, *, key: Key) -> list[int]:
    """The objections that a patient has under any name, the oldest first."""
    rows = [store.row("objection_of_name", name=key.hash_name(name)) for name in patient.names]
    return sorted({row["objection_id"] for row in rows if row is not None})


def _last_objection(store: Store) -> int:
    row = store.row("last_objection")
    if row is None:
        raise RuntimeError("an aggregate gives a row")
    return row["objection_id"]


def _is_changed(store: Store, before: Register) -> bool:
    return before.version == 0 or hash_names(_read_names(store)) != hash_names(before.names)


def _tell(store: Store, *, node: Node, key: Key, by: str, event: Event) -> None:
    body = {"by": by, "key": key.fingerprint, "register": hash_names(_read_names(store))}
    ledger.append(store, event=event, at=node.clock(), body=body)


def _read_names(store: Store) -> list[bytes]:
    return [row["name"] for row in store.rows("register_names")]
