"""Words as they are compared: no accent, no case, no elision, no plural, no feminine."""

import re
import unicodedata

_ELISION = re.compile(r"\b(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
_STOP = frozenset(
    (
        *("de", "du", "des", "la", "le", "les", "un", "une", "et", "ou", "au", "aux"),
        *("en", "par", "pour", "sur", "dans", "ce", "cet", "cette", "ces", "chez"),
    )
)
_WORD = re.compile(r"[a-z0-9]+")
_SHORTEST = 3
"""A stem keeps at least so many letters."""


def fold(text: str) -> str:
    """Small letters without accents; ligatures in two letters."""
    spelled = text.lower().replace("œ", "oe").replace("æ", "ae")
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(letter)
    )


def split(text: str) -> list[str]:
    """The folded words that carry a meaning, in order; all of them when none does."""
    # « à » goes and the A of hepatitis stays: they are the same once folded.
    bare = _ELISION.sub(" ", text).replace("à", " ").replace("À", " ")
    words = _WORD.findall(fold(bare))
    return [word for word in words if word not in _STOP] or words


def stem(word: str) -> str:
    """What a word shares with its plural and its feminine: `cérébraux`, `cérébrales` and `cérébral`."""
    if len(word) <= _SHORTEST or word[-1].isdigit():
        return word
    if word.endswith("aux") and not word.endswith("eaux") and len(word) > 5:
        return word[:-2] + "l"
    for ending in ("x", "s", "e", "s"):
        if word.endswith(ending) and len(word) > _SHORTEST:
            word = word[:-1]
    if word.endswith("iv"):
        return word[:-1] + "f"
    return word[:-1] if word[-2:] in ("nn", "ll", "tt") else word


def stems(text: str) -> list[str]:
    """The stems of a text's words, in order."""
    return [stem(word) for word in split(text)]
