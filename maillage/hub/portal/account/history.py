"""The lines of the audit in which somebody acted, or that are about them."""

from typing import Any

from django.db.models import Q

from maillage.base.clock import format_instant
from maillage.governance.audit.chain import read_head
from maillage.governance.audit.models import Event

SEARCHED = 50_000
"""How many lines back, from the last: the audit grows with each answer of each hospital."""


def list_events(name: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """The last ones in words, newest first."""
    recent = Event.objects.filter(sequence__gt=read_head().sequence - SEARCHED).select_related("kept")
    mine = recent.filter(Q(kept__actor=name) | Q(kept__subject=name))
    return [
        {"at": format_instant(event.at), "words": str(event)} for event in mine.order_by("-sequence")[:limit]
    ]
