"""The primary rules for sums against acro's verdicts in `acro/sums.csv` (see `acro/write_verdicts.py`)."""

import csv
from pathlib import Path

import numpy as np

from maillage.disclosure import DisclosureRules, Suppressed
from maillage.disclosure.magnitudes import MagnitudeRules, is_dominated, is_too_close, protect_sum

RULES = DisclosureRules(floor=10, network_floor=10)
"""acro's threshold."""


def read_cells() -> list[tuple[np.ndarray, set[str]]]:
    with (Path(__file__).parent / "acro" / "sums.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [(np.array(row["parts"].split(), dtype=float), _checks(row["verdict"])) for row in rows]


def _checks(verdict: str) -> set[str]:
    return set(verdict.split("; ")) - {"ok"}


def test_every_verdict_is_acros() -> None:
    magnitudes = MagnitudeRules()
    for parts, expected in read_cells():
        sizes = np.sort(parts)[::-1]
        found = {
            "MinimumThresholdCheck": len(parts) < RULES.floor,
            "PPercentCheck": is_too_close(sizes, magnitudes=magnitudes),
            "NKCheck": is_dominated(sizes, magnitudes=magnitudes),
        }
        assert {check for check, objects in found.items() if objects} == expected
        hidden = isinstance(protect_sum(parts, rules=RULES, magnitudes=magnitudes), Suppressed)
        assert hidden == bool(expected)


def test_the_cells_put_every_rule_to_the_test() -> None:
    verdicts = [verdict for _parts, verdict in read_cells()]
    for check in ("MinimumThresholdCheck", "PPercentCheck", "NKCheck"):
        assert 5 <= sum(check in verdict for verdict in verdicts) <= len(verdicts) - 5
