"""S7: the hub learns the sum. The attacker is the hub: it reads everything and lies about who answered."""

import secrets as randomness
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from numpy.typing import NDArray
from scipy.stats import chisquare

from maillage.base.keys import PublicKey, SigningKey
from maillage.disclosure import Count, Suppressed, Suppression, fixed_point
from maillage.disclosure.fixed_point import (
    LARGEST,
    decode_amounts,
    decode_cells,
    encode_amounts,
    encode_cells,
    precision,
)
from maillage.disclosure.masking import (
    MaskingError,
    Numbers,
    Offer,
    Reveal,
    Secrets,
    Session,
    agree,
    mask,
    offer,
    open_session,
    reveal,
    unmask,
)

NODES = [f"site-{index:02}" for index in range(12)]


@dataclass
class Room:
    """Twelve hospitals, their identities and one session; `values` are what they would sum."""

    identities: dict[str, SigningKey]
    secrets: dict[str, Secrets]
    session: Session
    values: dict[str, NDArray[np.float64]]

    @property
    def known(self) -> dict[str, PublicKey]:
        return {node: key.public for node, key in self.identities.items()}

    def masked(self, node: str) -> Numbers:
        numbers = encode_amounts(self.values[node].tolist())
        return mask(numbers, session=self.session, node=node, secrets=self.secrets[node])

    def agree(self, node: str, survivors: Iterable[str]) -> bytes:
        return agree(frozenset(survivors), session=self.session, node=node, identity=self.identities[node])

    def reveal(self, node: str, survivors: Iterable[str], agreements: dict[str, bytes]) -> Reveal:
        return reveal(
            frozenset(survivors),
            agreements=agreements,
            session=self.session,
            node=node,
            secrets=self.secrets[node],
            identities=self.known,
        )

    def add_up(self, survivors: list[str]) -> Numbers:
        agreements = {node: self.agree(node, survivors) for node in survivors}
        reveals = {node: self.reveal(node, survivors, agreements) for node in survivors}
        return unmask({node: self.masked(node) for node in survivors}, reveals=reveals, session=self.session)


@pytest.fixture(scope="module")
def room() -> Room:
    identities = {node: SigningKey.generate() for node in NODES}
    secrets = {node: Secrets(randomness.token_bytes(32), randomness.token_bytes(32)) for node in NODES}
    source = np.random.default_rng(3)
    return Room(
        identities,
        secrets,
        open_session(
            "question-1",
            offers={
                node: offer(secrets[node], session_id="question-1", node=node, identity=identities[node])
                for node in NODES
            },
            identities={node: key.public for node, key in identities.items()},
        ),
        {node: source.normal(0, 1000, 300) for node in NODES},
    )


@pytest.mark.parametrize("dropped", [0, 1, 9])
def test_whoever_drops_out_the_others_sum_to_the_declared_precision(room: Room, dropped: int) -> None:
    survivors = NODES[dropped // 2 : len(NODES) - (dropped - dropped // 2)]
    total = np.array(decode_amounts(room.add_up(survivors), hospitals=len(survivors)), dtype=float)
    exact = np.sum([room.values[node] for node in survivors], axis=0)
    assert len(survivors) == 12 - dropped
    rounding = np.spacing(np.abs(exact).max()) * len(survivors)
    assert 0 < np.abs(total - exact).max() <= precision(len(survivors)) + rounding


def test_two_survivors_get_no_sum(room: Room) -> None:
    two = NODES[:2]
    with pytest.raises(MaskingError, match="Trop peu"):
        room.agree(two[0], two)
    with pytest.raises(MaskingError, match="Trop peu"):
        room.reveal(two[0], two, {})
    empty = {node: Reveal(b"", {}) for node in two}
    with pytest.raises(MaskingError, match="Trop peu"):
        unmask({node: room.masked(node) for node in two}, reveals=empty, session=room.session)


def test_a_session_of_two_cannot_exist(room: Room) -> None:
    with pytest.raises(MaskingError, match="au moins trois"):
        Session("q", {node: room.session.keys[node] for node in NODES[:2]})
    with pytest.raises(MaskingError, match="au moins trois"):
        Session("q", room.session.keys, least=2)


def looks_random(numbers: Numbers) -> bool:
    """Bytes of the vector against the uniform law, by chi-square at one in ten thousand."""
    seen = np.bincount(numbers.view(np.uint8), minlength=256)
    return bool(chisquare(seen).pvalue > 1e-4)


def seeded_masks(*, own: bytes) -> Numbers:
    """A masked vector of zeros whose secrets are fixed, so that the test always says the same."""
    secrets = [Secrets(bytes([index]) * 32, own) for index in (1, 2, 3)]
    key = SigningKey.generate()
    keys = {
        node: offer(each, session_id="s", node=node, identity=key).key
        for node, each in zip("abc", secrets, strict=True)
    }
    zeros = np.zeros(20_000, dtype=np.uint64)
    return mask(zeros, session=Session("s", keys), node="a", secrets=secrets[0])


def test_one_masked_vector_looks_like_chance() -> None:
    assert not looks_random(np.zeros(20_000, dtype=np.uint64))
    assert looks_random(seeded_masks(own=b"o" * 32))


def test_a_hub_that_calls_an_answering_hospital_dropped_still_meets_its_own_mask(room: Room) -> None:
    victim, others = NODES[0], NODES[1:]
    agreements = {node: room.agree(node, others) for node in others}
    reveals = {node: room.reveal(node, others, agreements) for node in others}
    stripped = room.masked(victim)
    for revealed in reveals.values():
        seed = revealed.shared[victim]
        # The victim's name sorts first: it added what it shares with each of the others.
        stripped = stripped - key_stream(seed, len(stripped))
    with pytest.raises(MaskingError):
        decode_amounts(stripped, hospitals=1)
    bare = stripped - key_stream(room.secrets[victim].own, len(stripped))
    assert np.allclose(np.array(decode_amounts(bare, hospitals=1), dtype=float), room.values[victim]), (
        "the own mask is all that is left, so the test has stripped the right ones"
    )


def key_stream(seed: bytes, cells: int) -> Numbers:
    encryptor = Cipher(ChaCha20(seed, bytes(16)), mode=None).encryptor()
    return np.frombuffer(encryptor.update(bytes(8 * cells)), dtype="<u8")


def test_the_hub_cannot_show_two_lists(room: Room) -> None:
    """All signed the list without the victim; the victim is shown the list with it."""
    victim, others = NODES[0], NODES[1:]
    agreements = {node: room.agree(node, others) for node in others}
    agreements[victim] = room.agree(victim, NODES)
    with pytest.raises(MaskingError, match="n’a pas signé"):
        room.reveal(victim, NODES, agreements)
    with pytest.raises(MaskingError, match="n’a pas signé"):
        room.reveal(victim, others, agreements)


def test_a_hospital_does_not_sign_a_list_that_leaves_it_out(room: Room) -> None:
    with pytest.raises(MaskingError, match="ne figure pas"):
        room.agree(NODES[0], NODES[1:])


def test_a_list_with_an_unknown_hospital_is_refused(room: Room) -> None:
    with pytest.raises(MaskingError):
        room.agree(NODES[0], [*NODES, "site-of-the-hub"])


def test_the_hub_cannot_offer_a_key_in_the_name_of_a_hospital(room: Room) -> None:
    hub = SigningKey.generate()
    offers = {
        node: offer(room.secrets[node], session_id="q", node=node, identity=room.identities[node])
        for node in NODES
    }
    forged = offer(room.secrets[NODES[1]], session_id="q", node=NODES[0], identity=hub)
    replayed = Offer(offers[NODES[1]].key, offers[NODES[1]].signature)
    stale = offer(room.secrets[NODES[0]], session_id="p", node=NODES[0], identity=room.identities[NODES[0]])
    for wrong in (forged, replayed, stale):
        with pytest.raises(MaskingError, match="n’est pas signée"):
            open_session("q", offers=offers | {NODES[0]: wrong}, identities=room.known)
    with pytest.raises(MaskingError, match="n’est pas signée"):
        open_session("q", offers=offers | {"site-of-the-hub": forged}, identities=room.known)


def test_without_one_reveal_there_is_no_sum(room: Room) -> None:
    agreements = {node: room.agree(node, NODES) for node in NODES}
    reveals = {node: room.reveal(node, NODES, agreements) for node in NODES[1:]}
    with pytest.raises(MaskingError, match="arrêté"):
        unmask({node: room.masked(node) for node in NODES}, reveals=reveals, session=room.session)


def test_vectors_of_different_lengths_are_not_added(room: Room) -> None:
    agreements = {node: room.agree(node, NODES) for node in NODES}
    reveals = {node: room.reveal(node, NODES, agreements) for node in NODES}
    masked = {node: room.masked(node) for node in NODES} | {NODES[3]: room.masked(NODES[3])[:1]}
    with pytest.raises(MaskingError, match="même nombre"):
        unmask(masked, reveals=reveals, session=room.session)


def test_secrets_are_not_printed() -> None:
    assert "0" not in repr(Secrets(b"0" * 32, b"0" * 32))


@pytest.mark.parametrize("value", [LARGEST * 2, float("nan"), float("inf"), None])
def test_an_amount_that_does_not_fit_is_not_shown_nor_is_its_sum(value: float | None) -> None:
    terms = [encode_amounts([first, 0.0]) for first in (1.5, 2.25, value)]
    assert decode_amounts(terms[0] + terms[1] + terms[2], hospitals=3) == [None, 0.0]


def read_halves(amounts: list[float]) -> tuple[int, ...]:
    """What the hub reads of a sum of one amount: its whole parts, its fractions."""
    return tuple(np.sum([encode_amounts([one]) for one in amounts], axis=0)[:2].tolist())


def test_the_two_halves_of_a_sum_tell_no_more_than_the_sum() -> None:
    assert len({read_halves([0.5, 0.5, 1.0]) for _ in range(50)}) == 50
    total = np.sum([encode_amounts([one]) for one in (0.5, 0.5, 1.0)], axis=0)
    assert decode_amounts(total, hospitals=3) == [2.0]


def test_with_nothing_carried_they_tell_that_somebodys_is_no_whole_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fixed_point, "token_bytes", bytes)
    assert read_halves([0.5, 0.5, 1.0]) != read_halves([1.0, 0.0, 1.0])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_no_amounts_add_up_to_is_no_sum(place: int) -> None:
    total = np.asarray(sum(encode_amounts([20.5]) for _ in range(3)))
    total[place : place + 1] += np.uint64(2**62)
    with pytest.raises(MaskingError, match="pas celle"):
        decode_amounts(total, hospitals=3)


def test_a_cell_is_read_when_all_show_it_or_by_nobody() -> None:
    hidden = Suppressed(Suppression.BELOW_FLOOR)
    columns = [[Count(20), Count(30)], [Count(25), hidden], [Count(30), Count(11)]]
    total = np.zeros(6, dtype=np.uint64)
    for column in columns:
        total = total + encode_cells(column)
    assert decode_cells(total, hospitals=3) == [Count(75), Suppressed(Suppression.PROTECTED)]
    assert total[1] > 2**32, "chance, not the sum of the others"
