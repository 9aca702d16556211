"""A chain of lines, which the node's ledger and the hub's audit both are: each line hashes the one before.

A line of version 1 holds its body. One of version 2 holds the hash of its body together with a random salt;
both lie beside it. They can go and the chain still holds, and without the salt nobody can try bodies against
the hash.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.base.i18n import _, mark
from maillage.exchange.errors import ChainError

GENESIS = "sha256:" + "0" * 64
"""What the first line names as the one before it."""
LINE_VERSION = 2

HUB_ANCHORED = "hub:audit:anchored"
HUB_DIFFERED = "hub:audit:differed"
NODE_ANCHORED = "node:ledger:anchor"
NODE_DIFFERED = "node:ledger:differ"
ANCHORING = (HUB_ANCHORED, HUB_DIFFERED, NODE_ANCHORED, NODE_DIFFERED)
"""Lines that tell the other's head. They do not count as news: else two chains would never rest."""
NODE_RETAINED = "person:ledger:retained"
HUB_RETAINED = "operator:audit:retain"
RETAINING = (NODE_RETAINED, HUB_RETAINED)
"""Lines that tell which bodies went."""


@dataclass(frozen=True)
class Head:
    """The last line: its number and its hash. An empty chain has number 0."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Link:
    """A line as it is hashed: `data` are the very bytes. `hash` is the one that it is known by.

    `body_hash` is None in version 1, whose body is in `data`; `body_data` is None there too, and where the
    body was removed.
    """

    sequence: int
    at: str
    event: str
    previous: str
    hash: str
    data: bytes
    body_hash: str | None = None
    body_data: bytes | None = None

    @property
    def is_removed(self) -> bool:
        """Whether its body is no longer there."""
        return self.body_hash is not None and self.body_data is None

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the line tells, the hub's actor and subject aside; nothing when its body was removed."""
        if self.is_removed:
            return {}
        line: dict[str, Any] = json.loads(self.data)
        body = json.loads(self.body_data)["body"] if self.body_data else line.get("body", line)
        return cast("dict[str, Any]", body["facts"] if "type" in line else body)


class Fault(StrEnum):
    """What is wrong with a line."""

    NUMBER = "number"
    PREVIOUS = "previous"
    HASH = "hash"
    BODY = "body"
    ABSENT = "absent"


_FAULTS: Mapping[Fault, str] = {
    Fault.NUMBER: mark("Une ligne manque avant celle-ci, ou elle n’est pas à sa place."),
    Fault.PREVIOUS: mark("Elle ne suit pas la ligne d’avant : l’une des deux a été modifiée ou insérée."),
    Fault.HASH: mark("Son contenu n’est pas celui que dit son empreinte : elle a été modifiée."),
    Fault.BODY: mark("Son détail n’est pas celui que dit la ligne : il a été modifié."),
    Fault.ABSENT: mark("Son détail manque, et aucune ligne ne dit qu’il a été retiré."),
}


def seal_body(body: Mapping[str, Any]) -> bytes:
    """A body with a fresh salt, as its hash is taken."""
    return canonical_bytes({"body": dict(body), "salt": secrets.token_hex(16)})


def read_link(data: bytes, *, body_data: bytes | None) -> Link:
    """A line from the bytes that are hashed. Raises ValueError, KeyError or TypeError when it is none."""
    found: dict[str, Any] = json.loads(data)
    event = found["event"] if "event" in found else found["type"]
    body_hash = found["body"] if found.get("version", 1) == LINE_VERSION else None
    return Link(
        sequence=int(found["sequence"]),
        at=str(found["at"]),
        event=str(event),
        previous=str(found["previous"]),
        hash=sha256_hex(data),
        data=data,
        body_hash=None if body_hash is None else str(body_hash),
        body_data=body_data,
    )


def follow(
    links: Iterable[Link], *, start: Head = Head(0, GENESIS), removed_before: str = ""
) -> Iterator[Link]:
    """Each line once it was found to follow the one before; `start` is what the first follows.

    A body may be absent when a later line says that those before some instant went, or the caller that those
    before `removed_before` did. Raises ChainError at the first line that does not fit.
    """
    last, missing = start, ("", 0)
    for link in links:
        fault = _find_fault(link, last=last)
        if fault is not None:
            raise broken(last.sequence + 1 if fault is Fault.NUMBER else link.sequence, fault=fault)
        if link.is_removed and link.at >= removed_before:
            missing = max(missing, (link.at, link.sequence))
        if link.event in RETAINING and missing[0] < str(link.facts.get("removed_before", "")):
            missing = ("", 0)
        last = Head(link.sequence, link.hash)
        yield link
    if missing[1]:
        raise broken(missing[1], fault=Fault.ABSENT)


def _find_fault(link: Link, *, last: Head) -> Fault | None:
    if link.sequence != last.sequence + 1:
        return Fault.NUMBER
    if link.previous != last.hash:
        return Fault.PREVIOUS
    if sha256_hex(link.data) != link.hash:
        return Fault.HASH
    if link.body_data is not None and sha256_hex(link.body_data) != link.body_hash:
        return Fault.BODY
    if link.is_removed and link.event in (*ANCHORING, *RETAINING):
        return Fault.ABSENT
    return None


def broken(sequence: int, *, fault: Fault) -> ChainError:
    """The error that names the line."""
    return ChainError(
        _("Le registre est rompu à la ligne {sequence}.").format(sequence=sequence),
        why=_(_FAULTS[fault]),
        remedy=_("Comparez avec une sauvegarde ; prévenez le groupement."),
        sequence=sequence,
    )
