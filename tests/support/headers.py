"""Headers as French hospitals' systems export them, with values of the right shape, and what each column is.

`headers.csv` is the table: a set is one file; `values` names the kind of its cells.
"""

import csv
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROWS = 60
CIM10 = ("E11.9", "I10", "I500", "J189", "N39.0", "K35.8", "C50.9")
WARDS = ("3011", "3025", "CARD")


@dataclass(frozen=True)
class HeaderSet:
    """One file: the role of each column, and the kind of its values."""

    name: str
    roles: Mapping[str, str]
    values: Mapping[str, str]


def read_sets() -> list[HeaderSet]:
    """Every file of the table, in order."""
    lines = list(csv.DictReader(Path(__file__).with_suffix(".csv").read_text(encoding="utf-8").splitlines()))
    return [
        HeaderSet(
            name,
            {line["header"]: line["role"] for line in lines if line["set"] == name},
            {line["header"]: line["values"] for line in lines if line["set"] == name},
        )
        for name in dict.fromkeys(line["set"] for line in lines)
    ]


def write_set(one: HeaderSet, folder: Path) -> Path:
    """The file, in Windows-1252 with semicolons, the same each time."""
    draws = random.Random(one.name)
    rows = [[_KINDS[kind](draws, number) for kind in one.values.values()] for number in range(ROWS)]
    path = folder / f"{one.name}.csv"
    with path.open("w", encoding="windows-1252", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(one.values)
        writer.writerows(rows)
    return path


def _day(draws: random.Random) -> tuple[int, int, int]:
    return draws.randint(1950, 2023), draws.randint(1, 12), draws.randint(1, 28)


def _sparse(kind: str) -> Callable[[random.Random, int], str]:
    return lambda draws, number: _KINDS[kind](draws, number) if number % 3 == 0 else ""


def _stamp(format_: str) -> Callable[[random.Random, int], str]:
    def write(draws: random.Random, _number: int) -> str:
        year, month, day = _day(draws)
        return format_.format(y=year, m=month, d=day, h=draws.randint(0, 23), n=draws.randint(0, 59))

    return write


def _choice(*words: str) -> Callable[[random.Random, int], str]:
    return lambda draws, _number: draws.choice(words)


_KINDS: Mapping[str, Callable[[random.Random, int], str]] = {
    "ipp": lambda _draws, number: f"80{number:08}",
    "nda": lambda _draws, number: f"23{number:07}",
    "nir": lambda draws, number: f"{draws.choice('12')}{number % 90 + 10}0169123{number:03}45",
    "name": _choice("Lefèvre", "Noël", "D’Œuvre", "à jeun", "1 le matin"),
    "mf": _choice("M", "F"),
    "12": _choice("1", "2"),
    "day": _stamp("{d:02}/{m:02}/{y}"),
    "sparse_day": _sparse("day"),
    "compact_day": _stamp("{y}{m:02}{d:02}"),
    "iso_day": _stamp("{y}-{m:02}-{d:02}"),
    "instant": _stamp("{d:02}/{m:02}/{y} {h:02}:{n:02}"),
    "iso_instant": _stamp("{y}-{m:02}-{d:02}T{h:02}:{n:02}:00+01:00"),
    "hour": _stamp("{h:02}:{n:02}"),
    "postal": _choice("69003", "01000", "42100"),
    "mode": _choice("6", "7", "8"),
    "ward": _choice(*WARDS),
    "word": _choice("HC", "PO", "V", "IV"),
    "digit": _choice("0", "1", "4"),
    "cim10": _choice(*CIM10),
    "sparse_cim10": _sparse("cim10"),
    "cim10_cell": lambda draws, _number: ", ".join(draws.sample(CIM10, draws.randint(1, 3))),
    "diag_type": _choice("DP", "DAS"),
    "ccam": _choice("ACQK001", "DEQP003", "ZBQK002"),
    "local": _choice("CREA", "NA", "HB", "TA_SYS"),
    "loinc": _choice("14682-9", "2951-2", "718-7"),
    "number": _choice("8,5", "1 234,5", "<0,5", "12"),
    "unit": _choice("µmol/L", "g/dl", "UI/L"),
    "atc": _choice("A10BA02", "B01AC06", "N02BE01"),
    "ucd": _choice("9261110", "9189076"),
    "ucd13": _choice("3400892611101", "3400891890767"),
    "cip13": _choice("3400936166110", "3400930006450"),
}
