"""One session, step by step: what is said next, what is taken from the hub, and what is refused.

`disclosure.masking` says what each step protects. Here its conditions are kept: one session a question, one
opening, one list, each on disk before anything that follows from it leaves; and of the same persons one list
for ever, in whatever session.
"""

import json
from dataclasses import dataclass
from functools import cached_property

from maillage.base.i18n import _
from maillage.base.keys import PublicKey
from maillage.disclosure.masking import (
    LEAST_SURVIVORS,
    MaskingError,
    Offer,
    Session,
    agree,
    mask,
    offer,
    open_session,
    reveal,
)
from maillage.disclosure.sketches import may_be_near
from maillage.exchange.permit import Masked
from maillage.exchange.sums import (
    Agreement,
    Agreements,
    KeyOffer,
    MaskedNumbers,
    Opening,
    Step,
    Survivors,
)
from maillage.exchange.task import Task
from maillage.node.answer import Lifted, Maker, make_summed
from maillage.node.check import Delivery
from maillage.node.errors import TooCloseError
from maillage.node.folder import Node
from maillage.node.permits.terms import Terms
from maillage.node.store import Store
from maillage.node.sums.begin import scope_of
from maillage.node.sums.rows import SumRow, list_signed_otherwise, open_row, sign_row
from maillage.node.sums.sealing import Part, Seal
from maillage.node.sums.states import SumState


@dataclass(frozen=True)
class Place:
    """A session with all that judging it takes: the task, and the terms that hold now."""

    row: SumRow
    node: Node
    delivery: Delivery
    task: Task
    terms: Terms

    @property
    def identities(self) -> dict[str, PublicKey]:
        """Those who may take part, by the keys that the committee signed: the question's hospitals."""
        sums = self.terms.sums
        known = sums.identities if isinstance(sums, Masked) else {}
        return {site: key for site, key in known.items() if site in self.task.participants}

    @property
    def least(self) -> int:
        """How many hospitals the sum mixes at least."""
        return max(LEAST_SURVIVORS, self.terms.least)

    @property
    def stands(self) -> bool:
        """Whether the rules are still those under which the numbers were computed."""
        return (scope_of(self.terms, self.task), self.terms.disclosure.floor) == (
            self.row.scope,
            self.row.floor,
        )

    @cached_property
    def seal(self) -> Seal:
        """What opens them."""
        return Seal(self.node.folder)

    @cached_property
    def part(self) -> Part:
        """The numbers and the seeds."""
        return self.seal.open(self.row.sealed or b"", session=self.row.session)

    @property
    def offer(self) -> Offer:
        """This hospital's own key."""
        return offer(
            self.part.secrets, session_id=self.row.session, node=self.node.site, identity=self.node.key
        )


def write_step(place: Place) -> Step:
    """What this hospital says in its present state; the same bytes each time. Raises MaskingError."""
    row, node = place.row, place.node
    match row.state:
        case SumState.OFFERED:
            return _to_wire(place.offer)
        case SumState.MASKED:
            session = _read_session(place)
            part = place.part
            masked = mask(part.numbers, session=session, node=node.site, secrets=part.secrets)
            return MaskedNumbers(numbers=masked.astype("<u8").tobytes().hex())
        case _:
            return Agreement(signature=_sign(place, _read_survivors(place)).hex())


def take_opening(store: Store, place: Place, news: Opening) -> None:
    """Every key is a known hospital's, and this one's is its own. Raises MaskingError or MoveError."""
    _open(place, news)
    open_row(
        store,
        node=place.node,
        row=place.row,
        offers=news.model_dump_json(),
        sites=sorted(news.offers),
    )


def take_survivors(store: Store, place: Place, news: Survivors) -> None:
    """Sign the list, unless another was signed. Raises MaskingError, TooCloseError or MoveError."""
    survivors = frozenset(news.sites)
    _sign(place, survivors)
    check_former_lists(store, place, survivors)
    sign_row(store, node=place.node, row=place.row, sites=sorted(survivors))


def check_former_lists(store: Store, place: Place, survivors: frozenset[str]) -> None:
    """Of the same persons this hospital is in sums of one list, for ever. Raises TooCloseError for another.

    Then two lists of the same persons are one list or share no hospital, since a hospital of both would have
    refused; and sums of lists that share nobody, added and subtracted, are sums of whole lists. A hospital
    cannot allow more: it knows only lists that it is on. Of seven hospitals a…g, the lists abcdefg, bcd and
    efg give a's number, and no hospital is on all three.
    """
    for former in list_signed_otherwise(store, sites=sorted(survivors)):
        if _is_of_the_same(place, former):
            raise TooCloseError(former.session)


def _is_of_the_same(place: Place, former: SumRow) -> bool:
    """Whether the persons are the former sum's, or nearly: whoever asked, in whatever words.

    One cohort, whatever became of its persons; persons whom the guard between questions takes for those of a
    former answer; those whom sketches do not tell apart, or without sketches the same number.
    """
    row = place.row
    if former.cohort == row.cohort or (row.repeated and former.scope == row.scope):
        return True
    sketches = [place.seal.open_sketch(one.sketch, session=one.session) for one in (row, former)]
    if all(sketches):
        return may_be_near(*sketches, floor=row.floor)
    return former.numbers == row.numbers


def take_agreements(place: Place, news: Agreements) -> Maker:
    """The answer that lifts the masks from the sum, once all signed the list. Raises MaskingError."""
    survivors, part = _read_survivors(place), place.part
    revealed = reveal(
        survivors,
        agreements={site: bytes.fromhex(text) for site, text in news.signatures.items()},
        session=_read_session(place),
        node=place.node.site,
        secrets=part.secrets,
        identities=place.identities,
    )
    lifted = Lifted(
        own=revealed.own,
        shared=revealed.shared,
        survivors=survivors,
        floor=place.row.floor,
        repeated=place.row.repeated,
        reference=place.row.reference,
    )
    return make_summed(place.delivery, place.task, lifted=lifted)


def _sign(place: Place, survivors: frozenset[str]) -> bytes:
    return agree(survivors, session=_read_session(place), node=place.node.site, identity=place.node.key)


def _read_session(place: Place) -> Session:
    # Verified again: what a disk gave back is not trusted more than what a network gave.
    return _open(place, Opening.model_validate_json(place.row.offers))


def _open(place: Place, news: Opening) -> Session:
    session = open_session(
        place.row.session,
        offers={site: _from_wire(made) for site, made in news.offers.items()},
        identities=place.identities,
        least=place.least,
    )
    if session.keys.get(place.node.site) != place.offer.key:
        raise MaskingError(
            _("La clé de cet hôpital n’est pas celle qu’il a donnée."),
            why=_("Le hub propose une somme masquée dont il n’est pas, ou sous une autre clé."),
        )
    return session


def _read_survivors(place: Place) -> frozenset[str]:
    return frozenset(json.loads(place.row.survivors))


def _to_wire(made: Offer) -> KeyOffer:
    return KeyOffer(key=made.key.hex(), signature=made.signature.hex())


def _from_wire(made: KeyOffer) -> Offer:
    return Offer(bytes.fromhex(made.key), bytes.fromhex(made.signature))
