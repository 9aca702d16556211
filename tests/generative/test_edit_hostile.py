"""Whatever a form sends, it is an edit that applies, or one of the room's own errors."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.cohort.edit import EDITS, EditError, change, outline, read_edit, read_quick, special_terms
from maillage.cohort.edit.draft import missing, read_draft
from tests.support.builder import JOURNEYS, build
from tests.support.circe import FULL

KEYS = (
    *(
        "edit",
        "path",
        "paths",
        "concept_id",
        "name",
        "code",
        "vocabulary",
        "domain",
        "standard",
        "descendants",
    ),
    *(
        "kind",
        "terms",
        "sense",
        "place",
        "days",
        "from",
        "to",
        "anchor",
        "same_stay",
        "event_edge",
        "op",
        "low",
    ),
    *("high", "unit", "least", "most", "since", "until", "keys", "first", "which", "before", "after", "mode"),
    *("count", "by", "into", "rank", "title", "times", "distinct"),
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(str),
    st.sampled_from(
        [
            *(
                "entry",
                "entry.0",
                "rule.0",
                "rule.1",
                "rule.0.c0",
                "rule.0.d0",
                "rule.0.g0",
                "also",
                "entry.0.with",
            ),
            *(
                "rule.0 rule.1",
                "include",
                "exclude",
                "before",
                "after",
                "around",
                "custom",
                "any",
                "stay",
                "start",
            ),
            *(
                "at_least",
                "at_most",
                "exactly",
                "all",
                "first_ever",
                "every",
                "gte",
                "bt",
                "!bt",
                "%",
                "mmol/L",
            ),
            *(
                "F",
                "inpatient",
                "primary",
                "intensive_care",
                "positive",
                "Condition",
                "Drug",
                "Visit",
                "Unit",
                "Death",
            ),
            *(
                "code",
                "death",
                "readmission",
                "stay",
                "age",
                "sex",
                "2020",
                "31/12/2020",
                "0",
                "1",
                "on",
                "7,5",
                "-30",
            ),
            *(
                "2000100154",
                "9201",
                "8532",
                "32037",
                "'; DROP TABLE person; --",
                "<script>",
                "../..",
                "x" * 500,
                "\x00",
            ),
            '[{"concept_id": 2000100154, "domain": "Condition"}]',
        ]
    ),
)
FIELDS = st.builds(
    lambda edit, rest: {**rest, "edit": edit},
    st.sampled_from([*EDITS, "none"]),
    st.dictionaries(st.sampled_from(KEYS), TEXTS, max_size=9),
)
DRAFTS = [build(JOURNEYS["hip"]), build(JOURNEYS["covid"]), FULL]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(DRAFTS), FIELDS)
def test_any_fields(document: dict[str, object], fields: dict[str, str]) -> None:
    before = json.dumps(document)
    try:
        changed = change(document, read_edit(fields))
    except EditError:
        changed = document
    assert json.dumps(document) == before
    assert outline(changed)
    assert read_draft(changed).primary.criteria or missing(changed)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300) | st.lists(TEXTS, max_size=5).map(" ".join))
def test_any_text_in_the_search_field(text: str) -> None:
    found = read_quick(text)
    assert found.value is None or found.value.high is None or found.value.low <= found.value.high
    assert len(special_terms(text)) <= 5 or not text.strip()


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        TEXTS | st.none() | st.integers() | st.booleans(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
        max_leaves=8,
    )
)
def test_any_pasted_codes(terms: object) -> None:
    try:
        change(DRAFTS[0], read_edit({"edit": "paste-terms", "path": "rule", "terms": json.dumps(terms)}))
    except EditError:
        return
