"""The audit's two tables: lines, which never change, and their bodies, which only a retention removes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from maillage.base.canon import CanonError, canonical_bytes, read_json
from maillage.base.clock import format_instant
from maillage.exchange.chain import LINE_VERSION, Fault, Link, broken
from maillage.governance import fields
from maillage.governance.audit.events import describe, word_removed

_MAX_FACTS_BYTES = 100_000


@dataclass(frozen=True)
class Told:
    """What a line tells beside its event: who acted, on what, and the facts."""

    actor: str
    subject: str
    facts: dict[str, Any]


class Event(models.Model):
    """One line. `body` is the hash of its body; actor, subject and facts are empty here.

    A line of version 1 has no body: it holds actor, subject and facts itself. `facts` is canonical JSON kept
    as text, because its exact bytes are hashed.
    """

    sequence: int = fields.whole(primary_key=True)
    at: datetime = fields.instant()
    type: str = fields.short_text(max_length=60)
    actor: str = fields.short_text(max_length=120)
    subject: str = fields.short_text(max_length=120, db_index=True)
    facts: str = fields.long_text()
    previous: str = fields.short_text(max_length=71)
    hash: str = fields.short_text(max_length=71)
    version: int = fields.whole(default=1)
    body: str = fields.short_text(max_length=71, blank=True, default="")

    objects = models.Manager()

    class Meta:
        ordering = ("sequence",)
        indexes = (
            models.Index(
                fields=["sequence"],
                name="audit_anchoring",
                condition=models.Q(type__in=["node:ledger:anchor", "node:ledger:differ"]),
            ),
        )

    def __str__(self) -> str:
        told = self.told
        if told is None:
            return word_removed(self.type)
        return describe(self.type, actor=told.actor, subject=told.subject)

    @property
    def told(self) -> Told | None:
        """Who did it and what; None when it was removed."""
        source = self if self.version == 1 else self._kept
        if source is None:
            return None
        return Told(source.actor, source.subject, read_json(source.facts, max_bytes=_MAX_FACTS_BYTES))

    def to_json(self) -> dict[str, Any]:
        """The line for people and programs, whatever its version; None where the body was removed."""
        told = self.told
        return {
            "sequence": self.sequence,
            "at": format_instant(self.at),
            "type": self.type,
            "actor": told and told.actor,
            "subject": told and told.subject,
            "facts": told and told.facts,
            "previous": self.previous,
        }

    def to_link(self) -> Link:
        """The line as it is hashed. Raises ChainError for what has no canonical form."""
        is_sealed = self.version == LINE_VERSION
        try:
            line = self._write_sealed() if is_sealed else canonical_bytes(self.to_json())
            kept = self._kept if is_sealed else None
            sealed = None if kept is None else kept.seal()
        except CanonError as error:
            raise broken(self.sequence, fault=Fault.HASH) from error
        return Link(
            sequence=self.sequence,
            at=format_instant(self.at),
            event=self.type,
            previous=self.previous,
            hash=self.hash,
            data=line,
            body_hash=self.body if is_sealed else None,
            body_data=sealed,
        )

    def _write_sealed(self) -> bytes:
        if self.actor or self.subject or self.facts:
            # These columns are not hashed in this version: what stands there was put there.
            raise broken(self.sequence, fault=Fault.HASH)
        return write_line(
            {
                "sequence": self.sequence,
                "at": self.at,
                "type": self.type,
                "body": self.body,
                "previous": self.previous,
            }
        )

    @property
    def _kept(self) -> "Body | None":
        try:
            return self.kept  # pyright: ignore[reportAttributeAccessIssue]
        except ObjectDoesNotExist:
            return None


class Body(models.Model):
    """What a line tells, and the salt without which its hash says nothing of it."""

    event: Event = models.OneToOneField(  # pyright: ignore[reportAssignmentType]
        Event,
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="kept",
        db_column="sequence",
        db_constraint=False,
    )
    salt: str = fields.short_text(max_length=32)
    actor: str = fields.short_text(max_length=120)
    subject: str = fields.short_text(max_length=120)
    facts: str = fields.long_text()

    objects = models.Manager()

    def __str__(self) -> str:
        return str(self.event)

    def seal(self) -> bytes:
        """The bytes whose hash the line holds."""
        facts = read_json(self.facts, max_bytes=_MAX_FACTS_BYTES)
        return write_body(actor=self.actor, subject=self.subject, facts=facts, salt=self.salt)


def write_line(columns: Mapping[str, Any]) -> bytes:
    """What is hashed of a line: sequence, at, type, body, previous; the instant as its RFC 3339 text."""
    return canonical_bytes({**columns, "at": format_instant(columns["at"]), "version": LINE_VERSION})


def write_body(*, actor: str, subject: str, facts: Mapping[str, Any], salt: str) -> bytes:
    """What is hashed of a body."""
    return canonical_bytes({"body": {"actor": actor, "subject": subject, "facts": dict(facts)}, "salt": salt})
