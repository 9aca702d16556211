"""How many patients the group has of each concept, about: what hospitals said, band by band, added up."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType

from maillage.base.keys import PublicKey
from maillage.disclosure.catalogue import round_down
from maillage.exchange.catalogue import Catalogue as Message
from maillage.exchange.catalogue import Years
from maillage.exchange.envelope import open_catalogue
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.permit import Decision
from maillage.governance.group.models import Member
from maillage.governance.group.states import MemberState
from maillage.governance.permits.models import SiteWord
from maillage.governance.permits.states import PermitState
from maillage.hub.boot import Hub
from maillage.hub.terms.models import Catalogue

KEPT = timedelta(days=15)
"""An older catalogue says nothing of today: a node that stopped is not counted for ever."""


@dataclass(frozen=True)
class Bucket:
    """`at_least` patients, about, in `sites` hospitals; a patient of two hospitals counts twice.

    `at_least` 0: too few hospitals to show what they have together.
    """

    at_least: int
    sites: int


@dataclass(frozen=True)
class Buckets:
    """By concept id."""

    known: Mapping[int, Bucket]

    def find(self, concept_id: int) -> Bucket | None:
        """None where no hospital has enough patients to say so."""
        return self.known.get(concept_id)


def read_buckets(*, hub: Hub) -> Buckets:
    """What the hospitals' last catalogues give together, of those that stand behind them today."""
    kept = _list_kept(hub=hub)
    return _add_up(tuple(kept.values()), hub.settings.minimum_sites)


def read_years(*, hub: Hub) -> Mapping[str, Years]:
    """By hospital that tells them: the first and the last year of its patients."""
    kept = {
        site: _open(digest, key=PublicKey.parse(key)) for site, (digest, key) in _list_kept(hub=hub).items()
    }
    return {site: told.years for site, told in kept.items() if told and told.years}


def _list_kept(*, hub: Hub) -> Mapping[str, tuple[str, str]]:
    """By hospital whose last catalogue it stands behind today: that one's hash, and the hospital's key."""
    recent = Catalogue.objects.filter(received_at__gte=hub.clock() - KEPT).order_by("site")
    accepted, keys = _list_accepted(), _read_keys()
    return {
        site: (digest, keys[site])
        for site, permit, digest in recent.values_list("site", "permit", "digest")
        if site in keys and (site, permit) in accepted
    }


def _read_keys() -> Mapping[str, str]:
    """The keys of active members, by hospital."""
    members = Member.objects.filter(state=MemberState.ACTIVE.value)
    return dict(members.values_list("site", "public_key"))


def _list_accepted() -> Set[tuple[str, str]]:
    """Hospitals with each permit that is in force and that they accept."""
    words = SiteWord.objects.filter(
        decision=Decision.ACCEPTED.value, permit__state=PermitState.PUBLISHED.value
    )
    return set(words.values_list("site", "permit_id"))


# The last two: a hospital's new catalogue comes while pages are asked for.
@lru_cache(maxsize=2)
def _add_up(kept: tuple[tuple[str, str], ...], minimum_sites: int) -> Buckets:
    """From the catalogues' hashes and their hospitals' keys."""
    sums: dict[int, list[int]] = {}
    for digest, key in kept:
        message = _open(digest, key=PublicKey.parse(key))
        for concept, least in message.by_concept().items() if message else ():
            total = sums.setdefault(concept, [0, 0, 0])
            total[0] += least
            total[1] += 1
            total[2] += message is not None and message.shown_alone
    shown = {concept: _show(*total, minimum_sites=minimum_sites) for concept, total in sums.items()}
    return Buckets(MappingProxyType(shown))


def _open(digest: str, *, key: PublicKey) -> Message | None:
    """None where it went meanwhile, or where the hospital has another key since."""
    row = Catalogue.objects.filter(digest=digest).first()
    try:
        return row and open_catalogue(row.envelope.encode(), signers={key.fingerprint: key}).message
    except EnvelopeError:
        return None


def _show(total: int, sites: int, alone: int, *, minimum_sites: int) -> Bucket:
    """Of fewer hospitals than a total mixes, the sum is shown where each agrees to be shown alone."""
    if sites < minimum_sites and alone < sites:
        return Bucket(0, sites)
    return Bucket(round_down(total), sites)
