"""Which columns tell the rows of a file apart, by what a sample of it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.warehouse.batches.tables.suggest.lines import Described
from maillage.warehouse.batches.tables.suggest.recognise import Guess

_LATER = (
    "time",
    "result",
    "unit",
    "lab_code",
    "dose",
    "dose_unit",
    "route",
    "drug_end",
    "status",
    "diag_type",
)
_LATER_STILL = ("ccam_part", "performer", "ward", "quantity", "sig", "label")
_MOST_ADDED = 4


@dataclass(frozen=True)
class Key:
    """Columns, and how many sampled rows they do not tell from a different one."""

    columns: Sequence[str]
    alike: int


def choose_key(file: Described, base: Sequence[str], *, code: Guess | None = None) -> Key:
    """The base, and as few other columns as make it tell every row from a different one.

    A key has no empty cell: a column with one cannot be part of it, but for the code, without which a row is
    no event.
    """
    rows, always = file.sample.rows, code.column if code else ""
    chosen = [column for column in base if column == always or file.sample.is_full(column)] or list(base[:1])
    whole = len(set(zip(*rows.values(), strict=True)))
    count = _count(file, chosen)
    added = 0
    while count < whole and added < _MOST_ADDED:
        left = [column for column in _candidates(file) if column not in chosen]
        best = max(left, key=lambda column: _count(file, [*chosen, column]), default=None)
        if best is None or _count(file, [*chosen, best]) == count:
            break
        chosen.append(best)
        added, count = added + 1, _count(file, chosen)
    return Key(chosen, whole - count)


def _candidates(file: Described) -> list[str]:
    """Columns that may be part of a key, those that say what a row is about before the others."""
    told = [guess for role in (*_LATER, *_LATER_STILL) if (guess := file.roles.get(role))]
    names = [column for guess in told for column in (guess.column, *guess.others)]
    apart = [guess for role in ("identity", "ins", "comment") if (guess := file.roles.get(role))]
    private = {column for guess in apart for column in (guess.column, *guess.others)}
    rest = [column for column in file.sample.rows if column not in names and column not in private]
    return [column for column in (*names, *rest) if file.sample.is_full(column)]


def _count(file: Described, columns: Sequence[str]) -> int:
    return len(set(zip(*(file.sample.rows[column] for column in columns), strict=True)))
