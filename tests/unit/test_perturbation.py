"""Cell-key noise: what the table promises, and that the same persons always get the same noise."""

import json
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from maillage.disclosure import Band, DisclosureRules, Noisy, Suppressed, Suppression
from maillage.disclosure.entropy import build_table
from maillage.disclosure.noise import KEYS, NoiseRules, NoiseTable
from maillage.disclosure.perturbation import band_count, perturb, perturb_persons, record_keys, sum_keys

SECRET = b"a secret of the site, 32 bytes.."
TABLE = build_table(NoiseRules())
RULES = [NoiseRules(), NoiseRules(floor=1, deviation=1, variance=0.5), NoiseRules(deviation=12, variance=6)]


def law(table: NoiseTable, row: int) -> tuple[float, dict[int, float]]:
    """The chance of suppression, and that of each noise when the count is shown."""
    widths = np.diff(table.rows[row], prepend=0) / KEYS
    noises = range(-table.rules.deviation, table.rules.deviation + 1)
    return widths[0], dict(zip(noises, widths[1:] / widths[1:].sum(), strict=True))


@pytest.mark.parametrize("rules", RULES)
def test_noise_is_zero_on_average_with_the_variance_declared_and_never_under_the_floor(
    rules: NoiseRules,
) -> None:
    table = build_table(rules)
    for above in range(rules.deviation + 1):
        _suppressed, shares = law(table, above)
        assert sum(noise * share for noise, share in shares.items()) == pytest.approx(0, abs=1e-6)
        variance = sum(noise**2 * share for noise, share in shares.items())
        assert variance == pytest.approx(rules.variance if above else 0, abs=1e-5)
        assert all(above + noise >= 0 for noise, share in shares.items() if share)


def test_of_two_laws_with_the_same_moments_the_table_has_the_one_of_greater_entropy() -> None:
    _suppressed, shares = law(TABLE, 5)
    chances = np.array(list(shares.values()))
    # The third difference keeps the sum, the mean and the variance: a way to another law that is allowed.
    way = np.zeros(len(chances))
    way[3:7] = [1e-3, -3e-3, 3e-3, -1e-3]

    def entropy(law: np.ndarray) -> float:
        return float(-(law * np.log(law)).sum())

    assert entropy(chances) > max(entropy(chances + way), entropy(chances - way))


def test_just_above_the_floor_a_count_is_suppressed_as_often_as_full_noise_would_bring_it_under() -> None:
    _none, full = law(TABLE, TABLE.rules.deviation)
    for above in range(TABLE.rules.deviation):
        suppressed, _shares = law(TABLE, above)
        assert suppressed == pytest.approx(sum(full[noise] for noise in full if above + noise < 0), abs=1e-6)


@given(st.integers(0, 40), st.integers(0, KEYS - 1))
def test_what_leaves_is_suppressed_or_within_the_deviation_and_not_under_the_floor(
    persons: int, key_sum: int
) -> None:
    cell = perturb(persons, key_sum=key_sum, secret=SECRET, table=TABLE)
    match cell:
        case Suppressed(reason):
            assert reason is Suppression.BELOW_FLOOR
            assert persons < TABLE.rules.floor + TABLE.rules.deviation
        case Noisy(value, deviation):
            assert persons >= 11
            assert value >= 11
            assert abs(value - persons) <= deviation == 5


@given(st.sets(st.integers(-(2**63), 2**63 - 1), min_size=11, max_size=60), st.randoms())
def test_the_same_persons_give_the_same_cell_in_any_order_and_by_their_sum(
    persons: set[int], order: random.Random
) -> None:
    shuffled = sorted(persons)
    order.shuffle(shuffled)
    by_person = perturb_persons(np.array(shuffled), secret=SECRET, table=TABLE)
    key_sum = sum(record_keys(np.array(sorted(persons)), secret=SECRET).tolist()) % KEYS
    assert by_person == perturb(len(persons), key_sum=key_sum, secret=SECRET, table=TABLE)


def test_after_a_restart_with_the_table_as_it_was_published_the_noise_is_the_same() -> None:
    code = (
        "import json, sys, numpy; from maillage.disclosure.noise import NoiseTable;"
        "from maillage.disclosure.perturbation import perturb_persons;"
        "table = NoiseTable.from_json(json.load(sys.stdin));"
        "cell = lambda n: perturb_persons(numpy.arange(n), secret="
        f"{SECRET!r}, table=table);"
        "print([cell(n).value for n in range(50, 90)])"
    )
    published = json.dumps(TABLE.to_json()).encode()
    again = subprocess.run([sys.executable, "-c", code], input=published, capture_output=True, check=True)
    cells = [perturb_persons(np.arange(size), secret=SECRET, table=TABLE) for size in range(50, 90)]
    assert json.loads(again.stdout) == [cell.value for cell in cells if isinstance(cell, Noisy)]


def test_record_keys_are_what_they_have_always_been() -> None:
    assert record_keys(np.arange(3), secret=b"0" * 16).tolist() == [1295298848, 2392751728, 2542941665]


def test_over_many_cohorts_the_noise_follows_the_table() -> None:
    source = np.random.default_rng(11)
    keys = record_keys(np.arange(3000), secret=SECRET)
    seen = dict.fromkeys(range(-5, 6), 0)
    for _cohort in range(4000):
        chosen = keys[source.random(3000) < 0.03]
        cell = perturb(len(chosen), key_sum=sum_keys(chosen), secret=SECRET, table=TABLE)
        assert isinstance(cell, Noisy)
        seen[cell.value - len(chosen)] += 1
    _suppressed, shares = law(TABLE, 5)
    assert chisquare(list(seen.values()), [4000 * shares[noise] for noise in seen]).pvalue > 0.01


@pytest.mark.parametrize(
    "broken",
    [
        lambda rows: rows[:-1],
        lambda rows: [*rows[:-1], rows[-1][:-1]],
        lambda rows: [*rows[:-1], [*rows[-1][:-1], KEYS - 1]],
        lambda rows: [*rows[:-1], [0, *[KEYS] * 11]],
        lambda rows: [rows[-1], *rows[1:]],
    ],
)
def test_a_table_that_breaks_its_rules_cannot_be_read(broken) -> None:
    document = TABLE.to_json()
    with pytest.raises(ValueError):
        NoiseTable.from_json(document | {"rows": broken(document["rows"])})


@pytest.mark.parametrize("rules", [{"deviation": 0}, {"floor": 0}, {"variance": 3.0}, {"variance": 0.0}])
def test_rules_that_no_law_can_hold_are_refused(rules: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        NoiseRules(**rules)  # pyright: ignore[reportArgumentType]


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        record_keys(np.array([1]), secret=b"short")


@pytest.mark.parametrize(
    ("persons", "floor", "expected"),
    [
        (10, 11, Suppressed(Suppression.BELOW_FLOOR)),
        (11, 11, Band(11, 19)),
        (19, 11, Band(11, 19)),
        (20, 11, Band(20, 29)),
        (123, 11, Band(120, 129)),
        (19, 19, Band(19, 29)),
        (29, 19, Band(19, 29)),
        (30, 19, Band(30, 39)),
    ],
)
def test_bands(persons: int, floor: int, expected: Band | Suppressed) -> None:
    assert band_count(persons, rules=DisclosureRules(floor=floor)) == expected
