"""When a catalogue is due, under which permit, and how it is recorded: with one line of the ledger."""

from dataclasses import dataclass, replace

from maillage.base.canon import sha256_hex
from maillage.disclosure.rules import DisclosureRules
from maillage.exchange.catalogue import BandOfConcepts, Catalogue, Years, allows_catalogue
from maillage.exchange.envelope import seal_catalogue
from maillage.node import ledger
from maillage.node.folder import Node
from maillage.node.permits.documents import Stored, is_accepted, list_permits
from maillage.node.states import Event
from maillage.node.store import Store
from maillage.node.worker.messages import Catalogued
from maillage.warehouse.place import FilePlace
from maillage.warehouse.watch import identify


@dataclass(frozen=True)
class Due:
    """What is to be counted, and under what: permit and policy by their hashes."""

    network: str
    permit: str
    policy: str
    disclosure: DisclosureRules
    shown_alone: bool
    day: str
    warehouse: str


def find_due(store: Store, *, node: Node) -> Due | None:
    """What is due now. Raises PolicyError, FloorError.

    Nothing without a permit that this hospital accepted, nor twice a day of one warehouse under one permit.
    """
    found = find_permit(store, node=node)
    if found is None or found.permit is None:
        return None
    permit, policy = found.permit, node.read_policy()
    due = Due(
        network=permit.network,
        permit=found.hash,
        policy=policy.hash,
        disclosure=replace(policy.disclosure, floor=max(policy.disclosure.floor, permit.minimum_cell)),
        shown_alone=policy.shown_alone and permit.is_per_hospital,
        day=node.clock().date().isoformat(),
        warehouse=_name_warehouse(node),
    )
    last = store.row("catalogue")
    told = None if last is None else (last["day"], last["warehouse"], last["permit"])
    return None if told == (due.day, due.warehouse, due.permit) else due


def find_permit(store: Store, *, node: Node) -> Stored | None:
    """The permit of the highest floor among those in force that allow a catalogue."""
    allowed = [found for found in list_permits(store) if _allows(found, node=node)]
    return max(allowed, key=_strictness, default=None)


def _strictness(found: Stored) -> tuple[int, str]:
    return (found.permit.minimum_cell if found.permit else 0), found.hash


def _allows(found: Stored, *, node: Node) -> bool:
    permit = found.permit
    return (
        permit is not None
        and permit.starts_at <= node.clock() < permit.expires_at
        and is_accepted(found, node=node)
        and allows_catalogue(permit, network=permit.network, site=node.site)
    )


def _name_warehouse(node: Node) -> str:
    """Another text when another file took its place; a database that is read in place has one for ever."""
    place = node.place
    identity = identify(place.path) if isinstance(place, FilePlace) else None
    return sha256_hex(repr((type(place).__name__, identity)).encode())


def _tell_years(counted: Catalogued) -> Years | None:
    return None if counted.years is None else Years(first=counted.years[0], last=counted.years[1])


def record(store: Store, due: Due, counted: Catalogued, *, node: Node) -> None:
    """Sign what was counted and keep it to be sent, unless the permit went meanwhile."""
    catalogue = Catalogue(
        network=due.network,
        site=node.site,
        day=due.day,
        reference=counted.reference,
        permit=due.permit,
        floor=due.disclosure.floor,
        shown_alone=due.shown_alone,
        bands=tuple(
            BandOfConcepts(least=least, concepts=tuple(concepts)) for least, concepts in counted.bands
        ),
        years=_tell_years(counted) if due.shown_alone else None,
    )
    envelope = seal_catalogue(catalogue, key=node.key)
    facts = {"day": due.day, "permit": due.permit, "hash": sha256_hex(envelope)}
    with store.transaction():
        found = find_permit(store, node=node)
        if found is None or found.hash != due.permit:
            return
        store.change("keep_catalogue", **facts, warehouse=due.warehouse, envelope=envelope)
        body = facts | {"policy": due.policy, "reference": counted.reference}
        ledger.append(store, event=Event.AGENT_CATALOGUE_RECORDED, at=node.clock(), body=body)
