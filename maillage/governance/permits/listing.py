"""What the hub shows of its permits: to nodes, the signed bytes; to people, a line for each."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from maillage.base.clock import format_instant
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import Signers, open_permit
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.permit import Permit
from maillage.governance.permits.models import PublishedPermit
from maillage.governance.permits.states import PermitState
from maillage.governance.statements import execute


@dataclass(frozen=True)
class Published:
    """Envelopes as texts."""

    permits: list[str]
    revocations: list[str]


def read_edition() -> str:
    """A mark that changes with every change of any permit; one read, for each look of each waiting node."""
    ((count, latest),) = execute("SELECT count(*), max(changed_at) FROM permits_publishedpermit")
    return f"{count}-{latest}".replace(" ", "T") if count else "0"


def list_for(site: str, *, signers: Signers) -> Published:
    """What is for this hospital. Revocations go to all: a hospital holds what it was once given."""
    rows = list(PublishedPermit.objects.all())
    offered = [row for row in rows if row.state == PermitState.PUBLISHED]
    return Published(
        permits=[row.envelope for row in offered if _is_for(row, site=site, signers=signers)],
        revocations=[row.revocation for row in rows if row.revocation],
    )


def _is_for(row: PublishedPermit, *, site: str, signers: Signers) -> bool:
    permit = read_permit(row, signers=signers)
    return permit is None or permit.names(site)


def read_permit(row: PublishedPermit, *, signers: Signers) -> Permit | None:
    """The permit; None when the key that signed it is no longer among the committee's."""
    try:
        return open_published(row.envelope, signers=signers)
    except EnvelopeError:
        return None


def open_published(envelope: str, *, signers: Signers) -> Permit:
    """The permit that a row's envelope holds. Raises EnvelopeError."""
    return _open(envelope, tuple(sorted(signers.items(), key=lambda one: one[0])))


# Every page with a budget on it reads permits: the same bytes under the same keys are verified once.
@lru_cache(maxsize=64)
def _open(envelope: str, signers: tuple[tuple[str, PublicKey], ...]) -> Permit:
    return open_permit(envelope.encode(), signers=dict(signers)).message


def describe_all(*, signers: Signers) -> list[dict[str, Any]]:
    """For people: name, hash, state, dates, what each hospital said; oldest first."""
    return [_describe(row, signers=signers) for row in PublishedPermit.objects.prefetch_related("words")]


def _describe(row: Any, *, signers: Signers) -> dict[str, Any]:
    permit = read_permit(row, signers=signers)
    return {
        "permit_id": row.permit_id,
        "hash": row.hash,
        "state": row.state,
        "published_at": format_instant(row.published_at),
        "expires_at": format_instant(permit.expires_at) if permit else None,
        "sites": {word.site: word.decision for word in row.words.all()},
    }


def list_in_force(*, signers: Signers, at: datetime) -> list[Permit]:
    """The published permits that are valid at this instant, by name."""
    rows = PublishedPermit.objects.filter(state=PermitState.PUBLISHED.value).order_by("permit_id")
    permits = [permit for row in rows if (permit := read_permit(row, signers=signers))]
    return [permit for permit in permits if permit.starts_at <= at < permit.expires_at]
