"""Numbers for rows: the same source row has the same number in every load and on every machine."""

import hashlib

_UNIT_SEPARATOR = "chr(31)"


def row_id(*parts: str) -> str:
    """SQL for a positive 63-bit id made of SQL expressions, null being a value like another.

    The low half of an MD5 digest: cryptography is not at stake, stability between versions of the engine is,
    which its own `hash` does not promise. Among 200 million rows two share an id with a chance of 0.2 %: two
    facts then have one number. Row numbers would need a register of every source id.
    """
    texts = f" || {_UNIT_SEPARATOR} || ".join(f"coalesce(CAST({part} AS VARCHAR), chr(30))" for part in parts)
    # The engine's own halves of a digest cost four times as much.
    return f"CAST((md5_number({texts}) >> 65) AS BIGINT)"


def person_id(number: str) -> str:
    """SQL for the id of a person from the number by which the hospital knows them.

    The same for every kind of source, so that a stay of the PMSI and a result of the laboratory meet.
    """
    return row_id("'person'", number)


def person_number(number: str) -> int:
    """The same id computed here, for who has a number of the hospital and no engine."""
    digest = hashlib.md5(f"person\x1f{number}".encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> 1
