"""The audit's table. No foreign keys: a line outlives what it speaks of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from maillage.base.canon import canonical_hash, read_json
from maillage.base.clock import format_instant
from maillage.governance import fields
from maillage.governance.audit.events import describe

FIRST_HASH = "sha256:" + "0" * 64
"""What the first event names as its predecessor."""

_MAX_FACTS_BYTES = 100_000


class Event(models.Model):
    """One line. `facts` is canonical JSON kept as text, because its exact bytes are hashed."""

    sequence: int = fields.whole(primary_key=True)
    at: datetime = fields.instant()
    type: str = fields.short_text(max_length=60)
    actor: str = fields.short_text(max_length=120)
    subject: str = fields.short_text(max_length=120, db_index=True)
    facts: str = fields.long_text()
    previous: str = fields.short_text(max_length=71)
    hash: str = fields.short_text(max_length=71)

    objects = models.Manager()

    class Meta:
        ordering = ("sequence",)

    def __str__(self) -> str:
        return describe(self.type, actor=self.actor, subject=self.subject)

    def to_json(self) -> dict[str, Any]:
        """The line as it is hashed, without its own hash."""
        return {
            "sequence": self.sequence,
            "at": format_instant(self.at),
            "type": self.type,
            "actor": self.actor,
            "subject": self.subject,
            "facts": read_json(self.facts, max_bytes=_MAX_FACTS_BYTES),
            "previous": self.previous,
        }

    def compute_hash(self) -> str:
        """The hash that this line should carry."""
        return hash_line(self.to_json())


def hash_line(line: Mapping[str, Any]) -> str:
    """The hash of a line's seven columns; an instant counts as its RFC 3339 text."""
    at = line["at"]
    return canonical_hash({**line, "at": at if isinstance(at, str) else format_instant(at)})
