"""Codes pasted from a protocol: which the référentiel has, which it has not, and what those may have been."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from maillage.hub.boot import Hub
from maillage.hub.terms.buckets import Buckets, read_buckets
from maillage.hub.terms.shelf import Terms
from maillage.hub.terms.suggest import Found, describe_concept, find_standard, suggest
from maillage.warehouse.vocabulary.search import code_key

MOST_LINES = 1_000
MOST_CODES = 2_000
_SHORTEST = 3
_LOOKS_LIKE_A_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9.+*-]*")
_CATEGORY, _TO = r"[A-Za-z]\d{2}", r"\s*(?:-|–|—|à)\s*"
_RANGE = re.compile(f"({_CATEGORY}){_TO}({_CATEGORY})")
_PIECE = re.compile(rf"{_CATEGORY}{_TO}{_CATEGORY}(?![\w.])|[^\s,;|/]+")
_WHOLE = re.compile(r"[.\s]?[*xX]$|\.-$")
"""`E11.*`, `E11.x` and `E11.-` are E11 and all that is below."""


@dataclass(frozen=True)
class Missing:
    """What was pasted and is nothing here, with the term that it may have been."""

    text: str
    nearest: Found | None


@dataclass(frozen=True)
class Pasted:
    """`found` in the order of the paste, each term once; `cut` when there was more than is read.

    `doubtful` are the values of those of another classification than the rest of the list, whose code is also
    that of a term of the list's own: R07 is a pain for CIM-10 and drugs for ATC.
    """

    found: tuple[Found, ...]
    missing: tuple[Missing, ...]
    cut: bool
    doubtful: frozenset[str] = frozenset()


def find_codes(text: str, *, hub: Hub) -> Pasted | None:
    """Read a pasted list: codes between blanks, commas or line ends, ranges (C18-C20), labels beside codes.

    A line of words alone is looked for as it would be typed. None while no référentiel is open.
    """
    terms = hub.shelf.look(hub=hub)
    if terms is None:
        return None
    lines = text.splitlines()
    buckets = read_buckets(hub=hub)
    found: dict[int, Found] = {}
    together: list[list[Found]] = []
    missing: dict[str, Missing] = {}
    for line in lines[:MOST_LINES]:
        for code in _split(line, terms=terms):
            known = list(_find(code, terms=terms, buckets=buckets))
            together.append(known)
            found.update({one.concept_id or 0: one for one in known if one.concept_id not in found})
            if not known:
                missing.setdefault(code, Missing(code, _nearest(code, terms=terms, buckets=buckets, hub=hub)))
    kept = tuple(islice(found.values(), MOST_CODES))
    is_cut = len(lines) > MOST_LINES or len(found) > MOST_CODES
    return Pasted(kept, tuple(missing.values()), is_cut, frozenset(_find_doubtful(together)))


def _find_doubtful(together: Sequence[Sequence[Found]]) -> Iterator[str]:
    """Of codes of several classifications, those that the codes of one classification do not speak for."""
    sure = Counter(one[0].vocabulary for one in together if len({term.vocabulary for term in one}) == 1)
    for terms in together:
        most = max((sure[term.vocabulary] for term in terms), default=0)
        yield from (term.value for term in terms if sure[term.vocabulary] < most)


def _split(line: str, *, terms: Terms) -> Sequence[str]:
    """The codes of a line; the line itself when it holds words and no code."""
    line = line.strip().strip("\"'")
    words = [_tighten(word) for word in _PIECE.findall(line)]
    codes = [word for word in words if _LOOKS_LIKE_A_CODE.fullmatch(word)]
    known = {word for word in codes if _RANGE.fullmatch(word) or terms.index.find_code(_bare(word))}
    if known:
        # Beside a code that is known, « type 2 » is a label's; what could be nothing but a code is told.
        return [word for word in codes if word in known or (len(word) > 2 and word[0].isalpha())]
    return codes if codes and len(codes) == len(words) else [line] if line else []


def _tighten(word: str) -> str:
    ends = _RANGE.fullmatch(word)
    return "-".join(ends.groups()) if ends else word


def _find(code: str, *, terms: Terms, buckets: Buckets) -> Iterator[Found]:
    for one in dict.fromkeys(_resolve(code, terms=terms)):
        described = describe_concept(one, terms=terms, buckets=buckets)
        if described is not None:
            yield described


def _resolve(code: str, *, terms: Terms) -> Iterator[int]:
    exact = terms.index.find_code(_bare(code))
    if exact:
        yield from (find_standard(concept.id, terms=terms) for concept in exact)
        return
    ends = _RANGE.fullmatch(code)
    for name in _between(*ends.groups()) if ends else ():
        yield from (find_standard(concept.id, terms=terms) for concept in terms.index.find_code(name))


def _between(first: str, last: str) -> Iterator[str]:
    """Categories of CIM-10 from one to the other, within a letter or over the next ones."""
    start, end = (ord(code[0].upper()) * 100 + int(code[1:]) for code in (first, last))
    for number in range(start, min(end, start + 400) + 1):
        yield f"{chr(number // 100)}{number % 100:02d}"


def _bare(code: str) -> str:
    return _WHOLE.sub("", code)


def _nearest(text: str, *, terms: Terms, buckets: Buckets, hub: Hub) -> Found | None:
    """Of a code, the longest shorter one that exists; of words, what typing them would propose."""
    if not _LOOKS_LIKE_A_CODE.fullmatch(text):
        return next((one for one in suggest(text, hub=hub, limit=3) if one.concept_id), None)
    shorter = (code_key(text)[:length] for length in range(len(text) - 1, _SHORTEST - 1, -1))
    known = (concept for key in shorter for concept in terms.index.find_code(key))
    nearest = next(known, None)
    return nearest and describe_concept(nearest.id, terms=terms, buckets=buckets)
