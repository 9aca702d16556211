"""Whatever is said in the Python language: ATLAS's JSON and the source both give the same expression back."""

from datetime import date
from typing import Any, Literal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from maillage.cohort import dsl, parse_expression, to_circe
from maillage.cohort.compile import compile_cohort
from maillage.cohort.dsl import Study, to_python
from maillage.cohort.expression import CountColumn

NUMBERS = st.integers(-1000, 1000) | st.floats(-1e6, 1e6)
ONE_BOUND = st.sampled_from([dsl.above, dsl.below, dsl.minimum, dsl.maximum, dsl.equals, dsl.differs])
TWO_BOUNDS = st.sampled_from([dsl.between, dsl.outside])
RANGES = st.builds(lambda word, one: word(one), ONE_BOUND, NUMBERS) | st.builds(
    lambda word, one, other: word(min(one, other), max(one, other)), TWO_BOUNDS, NUMBERS, NUMBERS
)
DATES = st.dates(date(1900, 1, 1), date(2100, 1, 1))
TEXTS = st.text(max_size=8)
DAYS = st.none() | st.integers(-400, 400)
FEW_DAYS = st.integers(0, 400)
KEPT: st.SearchStrategy[Literal["first", "last", "all"]] = st.sampled_from(["first", "last", "all"])
CODES = st.sampled_from([201826, 8507, 2000300018])


@st.composite
def code_lists(draw: st.DrawFn) -> dsl.Codes:
    wrappers = st.sampled_from([dsl.exactly, dsl.mapped, lambda code: code])
    terms = [draw(wrappers)(code) for code in draw(st.lists(CODES, min_size=1, max_size=3))]
    without = draw(st.lists(CODES, max_size=2))
    return dsl.codes(*terms, without=without, name=draw(st.none() | TEXTS))


LISTS = code_lists()
WORDS = {
    "first": st.tuples(),
    "abnormal": st.tuples(),
    "gender": st.tuples(CODES) | st.tuples(LISTS),
    "record_type": st.tuples(CODES) | st.tuples(LISTS),
    "stay": st.tuples(CODES),
    "specialty": st.tuples(CODES, CODES) | st.tuples(LISTS),
    "source": st.tuples(LISTS),
    "age": st.tuples(RANGES),
    "lasting": st.tuples(RANGES),
    "quantity": st.tuples(RANGES),
    "value": st.tuples(RANGES),
    "dose": st.tuples(RANGES),
    "value_is": st.tuples(CODES),
    "text": st.tuples(TEXTS | st.builds(dsl.contains, TEXTS)),
    "stop_reason": st.tuples(TEXTS | st.builds(dsl.starts_with, TEXTS)),
}
DOMAINS = (
    *(dsl.condition, dsl.procedure, dsl.drug, dsl.measurement, dsl.observation, dsl.visit, dsl.visit_detail),
    *(dsl.device, dsl.specimen, dsl.death, dsl.condition_era, dsl.drug_era, dsl.dose_era),
)


@st.composite
def plain_events(draw: st.DrawFn) -> Any:
    """Events of any domain with a few of the words that it has."""
    events: Any = draw(st.sampled_from(DOMAINS))(*draw(st.lists(LISTS, max_size=1)))
    for word in draw(st.sets(st.sampled_from(sorted(WORDS)), max_size=4)):
        if hasattr(events, word):
            events = getattr(events, word)(*draw(WORDS[word]))
    if draw(st.booleans()):
        events = events.starting(since=draw(DATES))
    return events


@st.composite
def times(draw: st.DrawFn) -> dict[str, Any]:
    """The words of a window that go together."""
    said: dict[str, Any] = draw(st.sampled_from([{}, {"before": True}, {"after": True}]))
    if not said and draw(st.booleans()):
        said = {"within_days": draw(spans())}
    if draw(st.booleans()):
        said = said | {"ends_within_days": draw(spans()), "ends_from_index_end": draw(st.booleans())}
    flags = ("from_index_end", "event_end", "same_stay", "ignoring_observation")
    said = said | {flag: draw(st.booleans()) for flag in flags}
    return said | draw(
        st.sampled_from([{}, {"distinct_days": True}, {"distinct": CountColumn.DOMAIN_CONCEPT}])
    )


@st.composite
def spans(draw: st.DrawFn) -> tuple[int | None, int | None]:
    low, high = draw(DAYS), draw(DAYS)
    return (high, low) if low is not None and high is not None and low > high else (low, high)


COUNTED = st.sampled_from([dsl.has_at_least, dsl.has_at_most, dsl.has_exactly])


@st.composite
def relations(draw: st.DrawFn) -> Any:
    """One member of a group: events in a window, none of them, events alone, or a person."""
    match draw(st.integers(0, 3)):
        case 0:
            return draw(COUNTED)(draw(st.integers(1, 4)), draw(plain_events()), **draw(times()))
        case 1:
            return dsl.has_no(draw(plain_events()), **draw(times()))
        case 2:
            return dsl.person().age(draw(RANGES))
        case _:
            return draw(plain_events())


@st.composite
def groups(draw: st.DrawFn, members: st.SearchStrategy[Any]) -> Any:
    some = draw(st.lists(members, min_size=1, max_size=3))
    match draw(st.integers(0, 3)):
        case 0:
            return dsl.all_of(*some)
        case 1:
            return dsl.any_of(*some)
        case 2:
            return dsl.at_least(len(some), *some)
        case _:
            return dsl.at_most(1, *some)


MEMBERS = st.recursive(relations(), groups, max_leaves=4)
EVENTS = st.one_of(
    plain_events(),
    st.builds(lambda events, member: events.having(member), plain_events(), MEMBERS),
    st.builds(lambda events, stay: events.during(stay), plain_events(), plain_events()),
)


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """A whole protocol."""
    study = dsl.entry(*draw(st.lists(EVENTS, min_size=1, max_size=2)))
    study = study.limits(entries=draw(KEPT), qualifying=draw(KEPT), results=draw(KEPT))
    for member in draw(st.lists(MEMBERS, max_size=2)):
        study = study.rule(draw(TEXTS), member)
    if draw(st.booleans()):
        study = study.qualifying(draw(MEMBERS)).censored_by(draw(EVENTS)).in_calendar(since=draw(DATES))
    study = study.observed(before=draw(FEW_DAYS)).titled(draw(TEXTS))
    match draw(st.integers(0, 3)):
        case 0:
            return study.for_days(draw(FEW_DAYS), from_end=draw(st.booleans()))
        case 1:
            supply = draw(st.none() | st.integers(1, 90))
            return study.until_treatment_ends(draw(LISTS), gap_days=draw(FEW_DAYS), days_supply=supply)
        case 2:
            return study.until_end_of_observation()
        case _:
            return study


# A study is large, and shrinking one takes minutes: the failure is shown as it was found.
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(studies())
def test_json_and_source_give_the_study_back(study: Study) -> None:
    built = study.build()
    compile_cohort(built)
    assert parse_expression(to_circe(built)) == built
    namespace: dict[str, Any] = {}
    exec(to_python(built).encode("utf-8"), namespace)  # noqa: S102 - what we have just written
    assert namespace["cohort"].build() == built
