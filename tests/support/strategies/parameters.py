"""Parameters that analyses take, as JSON: each part of what they declare, defaults left out or said."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]

_BOOLEANS = st.booleans()
_IDS = st.integers(0, 2**53 - 1)
_DAYS = st.integers(0, 3_000)
_REALS = st.integers(-1_000, 1_000) | st.floats(-1e6, 1e6)
_ROWS = st.text("abcdéè -", min_size=1, max_size=12).map(lambda text: f"x{text.strip()}y")
_BANDS = st.lists(_REALS, max_size=4, unique=True).map(sorted)


def _some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Document]:
    return st.fixed_dictionaries({}, optional=optional)


def _both(needed: Mapping[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries(dict(needed), optional=optional)


WINDOWS = (
    st.tuples(
        st.sampled_from([None, 0, 1]) | st.integers(-900, 900),
        st.sampled_from([None, 0]) | st.integers(0, 900),
    )
    .filter(lambda ends: ends[0] is None or ends[1] is None or ends[0] <= ends[1])
    .map(
        lambda ends: {name: day for name, day in zip(("start", "end"), ends, strict=True) if day is not None}
    )
)
_CONCEPT = _both({"CONCEPT_ID": _IDS}, CONCEPT_NAME=st.text(max_size=5))
_ITEM = _both(
    {"concept": _CONCEPT}, includeDescendants=_BOOLEANS, isExcluded=_BOOLEANS, includeMapped=_BOOLEANS
)
CONCEPTS = st.fixed_dictionaries(
    {"items": st.lists(_ITEM, min_size=1, max_size=3, unique_by=lambda item: item["concept"]["CONCEPT_ID"])}
)


@st.composite
def _numeric(draw: st.DrawFn, needed: Mapping[str, Any], **optional: Any) -> Document:
    found = draw(
        _both(needed, at_least=st.none() | st.integers(-9, 0), at_most=st.integers(1, 9), **optional)
    )
    bands = draw(_BANDS)
    if bands:
        found |= {"bands": bands, "reference": draw(st.integers(0, len(bands)))}
    return found


def _event(kind: str) -> Any:
    needed = {"kind": st.just(kind), "concepts": CONCEPTS}
    return _numeric(needed, window=WINDOWS, use=st.sampled_from(["any", "count"]))


_KINDS = ("condition", "drug", "procedure", "observation", "device")
_MEASUREMENT = _both(
    {"kind": st.just("measurement"), "concepts": CONCEPTS},
    unit=st.none() | _IDS | st.just(8753),
    window=WINDOWS,
    use=st.sampled_from(["last", "first", "mean", "min", "max"]),
    missing=st.sampled_from(["complete", "indicator"]),
    fill=_REALS,
)
_VISIT = _numeric(
    {"kind": st.just("visit")},
    concepts=st.none() | CONCEPTS,
    window=WINDOWS,
    use=st.sampled_from(["any", "count", "days"]),
)
_DEATH = _both({"kind": st.just("death")}, window=WINDOWS)
_SEX = _both(
    {"kind": st.just("sex")},
    reference=st.sampled_from(["female", "male"]),
    missing=st.sampled_from(["complete", "category"]),
)
_YEAR = _both({"kind": st.just("year")}, levels=st.lists(st.integers(1, 9999), unique=True).map(sorted))
_FOLLOW_UP = _both({"kind": st.just("follow_up"), "until": st.integers(1, 36_525)})
VARIABLES = st.one_of(
    _numeric({"kind": st.just("age")}),
    _SEX,
    _YEAR,
    *map(_event, _KINDS),
    _MEASUREMENT,
    _VISIT,
    _DEATH,
    _FOLLOW_UP,
)
_FACTORS = _SEX | st.just({"kind": "age", "bands": [50, 65.5]}) | _DEATH
_GROUPS = _both(
    {
        "name": _ROWS,
        "domain": st.sampled_from([*_KINDS, "visit", "measurement"]),
        "concepts": st.lists(_IDS, min_size=1, max_size=3, unique=True),
    },
    descendants=_BOOLEANS,
)
_MEASURES = _both(
    {"name": _ROWS, "concepts": st.lists(_IDS, min_size=1, max_size=2, unique=True)},
    descendants=_BOOLEANS,
    unit=st.none() | _IDS,
    low=st.none() | st.floats(-5, 0),
    high=st.integers(1, 9),
)


def _name(document: Any, *, start: int = 0) -> Any:
    """The document, every variable of it with a name of its own."""
    match document:
        case {"kind": _kind}:
            return document | {"name": f"v{start}"}
        case dict():
            named = enumerate(document.items(), start=start * 10)
            return {key: _name(value, start=place) for place, (key, value) in named}
        case list():
            return [_name(one, start=start * 200 + place) for place, one in enumerate(document)]
        case _plain:
            return document


def _tell_rows_apart(rows: list[Document]) -> list[Document]:
    return [row | {"name": f"{row['name']}{place}"} for place, row in enumerate(rows)]


_REGRESS = _both(
    {"family": st.just("binomial"), "outcome": _DEATH},
    covariates=st.lists(VARIABLES, max_size=4),
    offset=st.none() | _both({"feature": VARIABLES}, log=_BOOLEANS),
    weights=st.none() | VARIABLES,
    errors=st.sampled_from(["model", "hc0", "hc1"]),
    hospitals=st.sampled_from(["none", "fixed", "random_dl", "random_reml"]),
    rounds=st.integers(2, 60),
).map(_name)
_SURVIVAL = _both(
    {"event": st.just({"kind": "death", "window": {"start": 1}}), "until": st.integers(1, 3_000)},
    grid_days=st.integers(1, 3_000),
    split=st.none() | _FACTORS,
    covariates=st.lists(VARIABLES, max_size=4),
    strata=st.none() | _FACTORS,
    ties=st.sampled_from(["efron", "breslow"]),
    baseline=st.sampled_from(["hospital", "common"]),
).map(_name)
_DISTRIBUTION = _both(
    {"measure": _MEASURES, "edges": st.lists(_REALS, min_size=2, max_size=8, unique=True).map(sorted)}
    | {"before_days": _DAYS}
)
_EVEN = st.tuples(st.integers(-5, 5), st.integers(2, 30), st.sampled_from([1, 5, 0.25, 0.1])).map(
    lambda given: [given[0] + given[2] * place for place in range(given[1])]
)
_RISKS = st.lists(st.tuples(_GROUPS, st.floats(-3, 3)), max_size=3).map(
    lambda risks: [
        {"feature": feature, "coefficient": risks[place][1]}
        for place, feature in enumerate(_tell_rows_apart([feature for feature, _weight in risks]))
    ]
)
_OUTCOMES = _both(
    {
        "outcome": _GROUPS,
        "model": _both(
            {"intercept": st.floats(-9, 9)}, age=st.floats(-1, 1), male=st.integers(-1, 1), risks=_RISKS
        ),
    },
    within_days=st.integers(1, 3_660),
    before_days=_DAYS,
)
_DOMAINS = ("condition", "drug", "procedure")
_CHARACTERISE = _some(
    ages=st.lists(st.integers(1, 99), max_size=5, unique=True).map(lambda ages: [0, *sorted(ages)]),
    before_days=_DAYS,
    # In the order of the boxes, which says nothing.
    domains=st.sets(st.sampled_from(_DOMAINS)).map(lambda found: [one for one in _DOMAINS if one in found]),
    levels=st.dictionaries(st.sampled_from(_DOMAINS), st.just("ATC 2e niveau")),
    commonest=st.integers(1, 300),
    features=st.lists(_GROUPS, max_size=3).map(_tell_rows_apart),
    measures=st.lists(_MEASURES, max_size=3).map(_tell_rows_apart),
)
_INCIDENCE = _both(
    {"first_year": st.integers(2000, 2010), "last_year": st.integers(2011, 2030)},
    by=st.sampled_from(["sex", "age"]),
    washout_days=st.integers(0, 3_660),
)

PARAMETERS: Mapping[str, st.SearchStrategy[Document]] = {
    "regress": _REGRESS,
    "survival": _SURVIVAL,
    "distribution": _DISTRIBUTION
    | st.builds(lambda one, edges: one | {"edges": edges}, _DISTRIBUTION, _EVEN),
    "outcomes": _OUTCOMES,
    "characterise": _CHARACTERISE,
    "incidence": _INCIDENCE,
}
"""By analysis. A document may still be one that its analysis refuses: it says itself what holds together."""
