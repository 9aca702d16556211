"""Secure aggregation: the hub adds up hospitals' numbers and learns the sum, not the terms (S7).

Double masking after Bonawitz and others (2017), for tens of hospitals instead of millions of phones. Each
hospital adds to its numbers, modulo 2^64, one mask shared with each other hospital, which cancel in the
sum, and one mask of its own. When all that answer are known, each of them reveals its own mask and the
masks it shares with those that dropped out.

Steps, each a message through the hub: `offer` → `open_session` → `mask` → `agree` on who answered →
`reveal` → `unmask`, at the hub.

**The threat.** The hub is curious: it reads all that passes, and may lie about who dropped out. If it calls
a hospital dropped whose numbers it holds, the others reveal the masks shared with it; its own mask still
covers it. To lift that one too, the hub would have to show that hospital another list, in which it
answered. So a list counts only with the signature of *every* hospital on it, and a hospital signs one list
a session (its caller keeps that promise, across restarts too). Two different lists that share an honest
hospital are then never both complete; two lists without a common hospital give two sums, each of `least`
hospitals or more, and so does any choice of survivors: a permit that wants more than three says so there.
Keys are signed by the identities that hospitals know of each other, so that the hub cannot put itself
between them. Hospitals that work together with the hub can always subtract their own numbers.

**Limits.** A hospital that drops out between its agreement and its reveal ends the session without a sum;
secret shares of own masks would mend that, but any three hospitals of many could then lift them. Asking again
with one hospital less gives the sum with and without it, as two answered questions would: whoever allows
a second session for the same question must refuse that. Nothing shows that a hospital's numbers are true.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from maillage.base.canon import canonical_bytes
from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.base.keys import PublicKey, SigningKey
from maillage.disclosure.rules import DisclosureError

LEAST_SURVIVORS = 3
"""With two, each would learn the other's numbers by subtracting its own."""

Numbers = NDArray[np.uint64]
"""Whole numbers modulo 2^64, one a cell; `fixed_point.py` makes them."""


class MaskingError(DisclosureError):
    """A step of secure aggregation that would give a hospital's numbers away, or give no sum."""

    kind = Kind.REFUSED


@dataclass(frozen=True)
class Secrets:
    """What a hospital draws for one session and never uses again: 32 random bytes each."""

    private: bytes
    own: bytes

    def __repr__(self) -> str:
        return "Secrets(…)"


@dataclass(frozen=True)
class Offer:
    """A hospital's X25519 public key for one session, signed by its identity."""

    key: bytes
    signature: bytes


@dataclass(frozen=True)
class Session:
    """Who takes part, each with its key. `id` is never used twice; `least` is how many must answer."""

    id: str
    keys: Mapping[str, bytes]
    least: int = LEAST_SURVIVORS

    def __post_init__(self) -> None:
        if self.least < LEAST_SURVIVORS or len(self.keys) < self.least:
            raise MaskingError(
                _("Une somme masquée compte au moins trois hôpitaux."),
                why=_("Avec deux, chacun trouverait le nombre de l’autre."),
            )


@dataclass(frozen=True)
class Reveal:
    """What a survivor gives the hub: the seed of its own mask, and those it shares with the dropped."""

    own: bytes
    shared: Mapping[str, bytes]


def offer(secrets: Secrets, *, session_id: str, node: str, identity: SigningKey) -> Offer:
    """The key that this hospital takes part with."""
    key = X25519PrivateKey.from_private_bytes(secrets.private).public_key().public_bytes_raw()
    return Offer(key, identity.sign(_offer_bytes(session_id, node=node, key=key)))


def open_session(
    session_id: str,
    *,
    offers: Mapping[str, Offer],
    identities: Mapping[str, PublicKey],
    least: int = LEAST_SURVIVORS,
) -> Session:
    """The session, if every key was offered by a hospital known by `identities`. Raises MaskingError."""
    for node, made in offers.items():
        signed = _offer_bytes(session_id, node=node, key=made.key)
        if node not in identities or not identities[node].verifies(made.signature, signed):
            raise MaskingError(
                _("La clé de {node} n’est pas signée par cet hôpital.").format(node=node),
                why=_("Qui la remplace lirait ses nombres."),
            )
    return Session(session_id, {node: made.key for node, made in offers.items()}, least)


def mask(numbers: Numbers, *, session: Session, node: str, secrets: Secrets) -> Numbers:
    """This hospital's numbers under all its masks: by themselves they look like chance."""
    masked = numbers + _stream(secrets.own, cells=len(numbers))
    for other in session.keys.keys() - {node}:
        shared = _stream(_shared_seed(secrets, session=session, node=node, other=other), cells=len(numbers))
        masked = masked + shared if node < other else masked - shared
    return masked


def agree(survivors: frozenset[str], *, session: Session, node: str, identity: SigningKey) -> bytes:
    """Sign the list of those that answered. To be done for one list a session. Raises MaskingError."""
    _check_list(survivors, session=session)
    if node not in survivors:
        raise MaskingError(_("{node} a répondu et ne figure pas dans la liste.").format(node=node))
    return identity.sign(_list_bytes(survivors, session=session))


def reveal(
    survivors: frozenset[str],
    *,
    agreements: Mapping[str, bytes],
    session: Session,
    node: str,
    secrets: Secrets,
    identities: Mapping[str, PublicKey],
) -> Reveal:
    """What lifts the masks of this list's sum, once all on the list signed it. Raises MaskingError."""
    _check_list(survivors, session=session)
    signed = _list_bytes(survivors, session=session)
    for name in survivors | {node}:
        if name not in agreements or not identities[name].verifies(agreements[name], signed):
            raise MaskingError(
                _("{node} n’a pas signé cette liste d’hôpitaux.").format(node=name),
                why=_("Avec deux listes, le hub trouverait le nombre d’un hôpital."),
            )
    return Reveal(
        own=secrets.own,
        shared={
            other: _shared_seed(secrets, session=session, node=node, other=other)
            for other in session.keys.keys() - survivors
        },
    )


def unmask(masked: Mapping[str, Numbers], *, reveals: Mapping[str, Reveal], session: Session) -> Numbers:
    """The sum of the survivors' numbers modulo 2^64. Raises MaskingError when one of them did not reveal."""
    _check_list(frozenset(masked), session=session)
    if masked.keys() != reveals.keys():
        raise MaskingError(
            _("Un hôpital s’est arrêté avant de lever ses masques."),
            remedy=_("La question est à poser de nouveau, aux mêmes hôpitaux."),
        )
    if len({len(numbers) for numbers in masked.values()}) > 1:
        raise MaskingError(_("Les hôpitaux n’ont pas masqué le même nombre de cases."))
    total = next(iter(masked.values())) * np.uint64(0)
    for numbers in masked.values():
        total = total + numbers
    for node, revealed in reveals.items():
        if set(revealed.shared) != session.keys.keys() - masked.keys():
            raise MaskingError(_("{node} n’a pas levé les masques attendus.").format(node=node))
        total = total - _stream(revealed.own, cells=len(total))
        for other, seed in revealed.shared.items():
            shared = _stream(seed, cells=len(total))
            total = total - shared if node < other else total + shared
    return total


def _check_list(survivors: frozenset[str], *, session: Session) -> None:
    if len(survivors) < session.least or not survivors <= session.keys.keys():
        raise MaskingError(
            _("Trop peu d’hôpitaux ont répondu pour une somme masquée."),
            why=_("Il en faut {least} au moins.").format(least=session.least),
        )


def _offer_bytes(session_id: str, *, node: str, key: bytes) -> bytes:
    return canonical_bytes({"what": "masking key", "session": session_id, "node": node, "key": key.hex()})


def _list_bytes(survivors: frozenset[str], *, session: Session) -> bytes:
    keys = {node: key.hex() for node, key in session.keys.items()}
    return canonical_bytes(
        {"what": "masking list", "session": session.id, "keys": keys, "survivors": sorted(survivors)}
    )


def _shared_seed(secrets: Secrets, *, session: Session, node: str, other: str) -> bytes:
    """32 bytes that the two hospitals alone compute (X25519, RFC 7748), for this session only (HKDF)."""
    private = X25519PrivateKey.from_private_bytes(secrets.private)
    secret = private.exchange(X25519PublicKey.from_public_bytes(session.keys[other]))
    pair = canonical_bytes({"what": "masking pair", "pair": sorted([node, other])})
    return HKDF(algorithm=SHA256(), length=32, salt=session.id.encode(), info=pair).derive(secret)


def _stream(seed: bytes, *, cells: int) -> Numbers:
    """ChaCha20's key stream as numbers. A seed serves one stream, so that the nonce is always zero."""
    encryptor = Cipher(ChaCha20(seed, bytes(16)), mode=None).encryptor()
    return np.frombuffer(encryptor.update(bytes(8 * cells)), dtype="<u8")
