"""Units as laboratories write them, and the codes of UCUM that they mean.

The table `unit_spellings.csv` gives for a spelling its codes, of which the first that a vocabulary has is
taken: those of one line are one quantity, digit for digit. A spelling with a capital letter is that one
alone (`G/L` is giga, `g/L` gram); the others ignore case, blanks and which of its two signs micro has.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache

from maillage.warehouse.vocabulary.sources.tables import read_table

_SIGNS = str.maketrans("µμ²³×⁹⁶¹", "uu23x961")


def name_units(texts: Iterable[str], *, codes: Collection[str]) -> Mapping[str, str]:
    """By text, the one of the `codes` that it means; a text that means none of them is left out."""
    folds = Counter(map(fold_unit, codes))
    # `S` is siemens and `s` second: where case alone tells codes apart, it must be written.
    folded = {fold_unit(code): code for code in codes if folds[fold_unit(code)] == 1}
    found = ((text, _find(text, codes=codes, folded=folded)) for text in texts)
    return {text: code for text, code in found if code is not None}


def fold_unit(text: str) -> str:
    """A unit without what does not tell it from others."""
    plain = "".join(text.split()).lower().translate(_SIGNS)
    return plain[1:] if plain.startswith("x10") else plain


def _find(text: str, *, codes: Collection[str], folded: Mapping[str, str]) -> str | None:
    given = "".join(text.split())
    if given in codes:
        return given
    spelled = _spellings().get(given) or _spellings().get(fold_unit(text), ())
    return next((code for code in spelled if code in codes), folded.get(fold_unit(text)))


@cache
def _spellings() -> Mapping[str, Sequence[str]]:
    return {line["spelling"]: line["codes"].split() for line in read_table("unit_spellings.csv")}
