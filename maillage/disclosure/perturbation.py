"""Counts with noise for open feasibility questions: the cell-key method, and bands as an alternative.

Each person has a secret number, the record key; a cell's key is made of the sum of its persons' keys. The
cell's key chooses the noise in a public table. So the same persons get the same noise, however they are
asked for and after any restart, and asking again averages nothing out. The method: Fraser and Wooton (2005);
Thompson, Broadfoot and Elazar (2013) for the Australian census; tables of greatest entropy as in the
`ptable` package of the European statistical system.

Ours differs at the floor. A count under it is never shown. A count at the floor or slightly above is
suppressed as often as full noise would have brought it under; otherwise its noise never goes under, and is
still zero on average. So whether a cell is shown does not tell exactly where the floor was crossed.

Noise does not end all attacks: whoever splits one cohort in many ways and adds the parts up averages many
noises (Asghar and Kaafar 2020). A budget of questions must bound that.
"""

import hashlib

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from maillage.disclosure.noise import KEYS, NoiseTable
from maillage.disclosure.rules import DisclosureRules
from maillage.disclosure.values import Band, Noisy, Suppressed, Suppression


def record_keys(person_ids: NDArray[np.int64], *, secret: bytes) -> NDArray[np.uint32]:
    """Each person's key, kept secret: 32 bits of AES of the id, under a key made of the site's secret.

    A block cipher on single blocks is what ECB is fit for: each id is enciphered once, by itself, and a
    million of them take some ten milliseconds, where a keyed hash called once an id takes a second.
    """
    if not 16 <= len(secret) <= 64:
        raise ValueError("a site's secret has 16 to 64 bytes")
    key = hashlib.blake2b(digest_size=16, key=secret, person=b"maillage record").digest()
    blocks = np.zeros((len(person_ids), 2), dtype=">i8")
    blocks[:, 1] = person_ids
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305 - see above
    enciphered = encryptor.update(blocks.tobytes()) + encryptor.finalize()
    return np.frombuffer(enciphered, dtype=">u4").reshape(-1, 4)[:, 0].astype(np.uint32)


def sum_keys(keys: NDArray[np.uint32]) -> int:
    """The sum modulo 2^32 that an engine would give for a cell's distinct persons."""
    return int(keys.sum(dtype=np.uint64) % KEYS)


def perturb(persons: int, *, key_sum: int, secret: bytes, table: NoiseTable) -> Noisy | Suppressed:
    """The gate for one number: `persons` distinct persons whose record keys sum to `key_sum` modulo 2^32."""
    if persons < 0 or not 0 <= key_sum < KEYS:
        raise ValueError("a number of persons is not negative, and a sum of keys is under 2^32")
    if persons < table.rules.floor:
        return Suppressed(Suppression.BELOW_FLOOR)
    noise = table.draw(persons, cell_key=_cell_key(persons, key_sum=key_sum, secret=secret))
    if noise is None:
        return Suppressed(Suppression.BELOW_FLOOR)
    return Noisy(persons + noise, table.rules.deviation)


def perturb_persons(person_ids: NDArray[np.int64], *, secret: bytes, table: NoiseTable) -> Noisy | Suppressed:
    """`perturb` from the distinct persons themselves, in any order."""
    keys = record_keys(person_ids, secret=secret)
    return perturb(len(keys), key_sum=sum_keys(keys), secret=secret, table=table)


def _cell_key(persons: int, *, key_sum: int, secret: bytes) -> int:
    """A number of 32 bits that says nothing of the keys of parts or unions, as the bare sum would."""
    cell = persons.to_bytes(8, "big") + key_sum.to_bytes(4, "big")
    digest = hashlib.blake2b(cell, digest_size=4, key=secret, person=b"maillage cell").digest()
    return int.from_bytes(digest, "big")


def band_count(persons: int, *, rules: DisclosureRules, width: int = 10) -> Band | Suppressed:
    """The gate that shows `20–29` of 23 persons. The first band goes from the floor to a multiple of `width`.

    Bands have sharp edges: whoever can add known persons to a cohort finds the exact number. They serve
    people who read few numbers, not open questions.
    """
    if width < 2:
        raise ValueError("a band is at least two persons wide")
    if persons < rules.floor:
        return Suppressed(Suppression.BELOW_FLOOR)
    second = -(-(rules.floor + width // 2) // width) * width
    if persons < second:
        return Band(rules.floor, second - 1)
    low = persons // width * width
    return Band(low, low + width - 1)
