"""Questions that are wrong, huge or hostile: a clear error each, and the network answers the next one."""

from collections.abc import Callable, Generator
from copy import deepcopy
from typing import Any

import pytest

from maillage.client import Hub, HubRefusedError
from maillage.disclosure import Suppressed, Suppression
from tests.support.breakable import TRIO, Network
from tests.support.cohorts import COHORT

pytestmark = pytest.mark.xdist_group("breakable")

SQL = "x'); DROP TABLE person; SELECT ('"


@pytest.fixture(scope="module")
def hub(shared_network: Network) -> Generator[Hub]:
    shared_network.mend()
    with shared_network.connect() as client:
        yield client


@pytest.fixture(autouse=True)
def still_answers(shared_network: Network, hub: Hub) -> Generator[None]:
    """After each of these questions a plain one is answered, and no log has gained a traceback."""
    names = ("hub", *TRIO)
    before = {name: len(shared_network.read_log(name)) for name in names}
    yield
    assert len(hub.count(COHORT, sites=TRIO).combined.contributing) == len(TRIO)
    for name in names:
        gained = shared_network.read_log(name)[before[name] :]
        assert "Traceback" not in gained, gained
        assert '"reason": "internal"' not in gained, gained


def changed(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    cohort = deepcopy(COHORT)
    change(cohort)
    return cohort


def condition(**criteria: Any) -> dict[str, Any]:
    """The example cohort, its entry event narrowed."""
    entry = {"ConditionOccurrence": {"CodesetId": 0} | criteria}
    return changed(lambda cohort: cohort["PrimaryCriteria"].update(CriteriaList=[entry]))


def concept(identifier: int) -> dict[str, Any]:
    item = {"concept": {"CONCEPT_ID": identifier}, "includeDescendants": True}
    return changed(lambda cohort: cohort["ConceptSets"][0]["expression"].update(items=[item]))


def nested(depth: int) -> dict[str, Any]:
    group: dict[str, Any] = {"Type": "ALL", "CriteriaList": [], "DemographicCriteriaList": [], "Groups": []}
    for _ in range(depth):
        group = {**group, "Groups": [group]}
    return changed(lambda cohort: cohort["InclusionRules"].append({"name": "profond", "expression": group}))


def padded(size: int) -> dict[str, Any]:
    return changed(lambda cohort: cohort["ConceptSets"][0].update(name="x" * size))


REFUSED = {
    "5 MB": (padded(5_000_000), 413, "body_too_large"),
    "1.5 MB": (padded(1_500_000), 413, "body_too_large"),
    "200 nested groups": (nested(200), 422, "cohort_invalid"),
    "SQL for a number": (condition(Age={"Value": SQL, "Op": "gt"}), 422, "cohort_invalid"),
    "SQL for a date": (condition(OccurrenceStartDate={"Value": SQL, "Op": "gt"}), 422, "cohort_invalid"),
    "SQL for an operator": (condition(Age={"Value": 18, "Op": SQL}), 422, "cohort_invalid"),
    "no cohort": ({}, 422, "cohort_invalid"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_cohort_that_cannot_be_asked_is_refused_with_place_and_remedy(hub: Hub, case: str) -> None:
    cohort, status, code = REFUSED[case]
    with pytest.raises(HubRefusedError) as caught:
        hub.ask(cohort, title=case)
    error = caught.value
    assert (error.status, error.code) == (status, code), error
    assert error.what
    assert error.remedy


def test_bottomless_json_is_refused(network: Network) -> None:
    body = b'{"title": "x", "cohort": ' + b'{"Groups": [' * 30_000 + b"]}" * 30_000 + b"}"
    with network.http() as http:
        response = http.post("/api/v1/questions", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (400, "json_unreadable")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"analysis": "genomes"}, 422, "analysis_unknown"),
        ({"analysis": SQL}, 422, "analysis_unknown"),
        ({"parameters": {"rows": True}}, 422, "parameters_invalid"),
        ({"sites": ["chu-nulle-part"]}, 422, "sites_invalid"),
        ({"permit": "everything"}, 403, "permit_unknown"),
        ({"title": ""}, 422, "request_invalid"),
        ({"comment": "x"}, 422, "request_invalid"),
    ],
)
def test_a_question_that_cannot_be_asked_says_what_why_and_what_to_do(
    network: Network, changes: dict[str, Any], status: int, code: str
) -> None:
    with network.http() as http:
        response = http.post("/api/v1/questions", json={"title": "Essai", "cohort": COHORT} | changes)
    document = response.json()
    assert (response.status_code, document["code"]) == (status, code), document
    assert set(document) == {"code", "what", "why", "remedy"}
    assert document["what"]
    assert document["why"] or document["remedy"]


def test_the_concept_of_no_code_counts_nobody_and_shows_no_zero(hub: Hub) -> None:
    result = hub.count(concept(0), title="Sans code", sites=TRIO)
    cells = [site.persons for site in result.sites]
    assert cells == [Suppressed(Suppression.BELOW_FLOOR)] * len(TRIO), str(result)
    assert isinstance(result.combined.persons, Suppressed)


@pytest.mark.parametrize("identifier", [999_999_999, -1, 2**53 - 1])
def test_a_concept_that_no_hospital_knows_is_said_to_be_unknown_and_shows_no_zero(
    hub: Hub, identifier: int
) -> None:
    result = hub.count(concept(identifier), title="Code inconnu", sites=TRIO)
    told = [line for line in str(result).splitlines() if "ne connaît aucun code de la cohorte" in line]
    assert all(any(line.split()[0] == site for line in told) for site in TRIO), str(result)
    assert " 0 " not in str(result)


@pytest.mark.parametrize("identifier", [2**53, 2**63, 2**200])
def test_a_concept_number_beyond_all_numbers_is_refused(hub: Hub, identifier: int) -> None:
    with pytest.raises(HubRefusedError) as caught:
        hub.ask(concept(identifier), title="Code géant")
    assert caught.value.status in {400, 422}, caught.value
    assert caught.value.why or caught.value.remedy


@pytest.mark.parametrize(
    ("cohort", "code"),
    [
        (condition(CodesetId=7), "cohort_invalid"),
        ({"PrimaryCriteria": {"CriteriaList": [{"LocationRegion": {}}]}}, "cohort_unsupported"),
    ],
)
def test_what_no_hospital_could_count_is_told_before_any_is_asked(
    hub: Hub, cohort: dict[str, Any], code: str
) -> None:
    with pytest.raises(HubRefusedError) as caught:
        hub.ask(cohort, title="Impossible")
    assert (caught.value.status, caught.value.code) == (422, code)
    assert caught.value.what


def test_sql_in_names_changes_nothing(hub: Hub) -> None:
    def rename(cohort: dict[str, Any]) -> None:
        cohort["ConceptSets"][0]["name"] = SQL
        cohort["InclusionRules"][0]["name"] = SQL

    plain = hub.count(COHORT, title="Diabète", sites=TRIO)
    hostile = hub.count(changed(rename), title=SQL, sites=TRIO)
    assert hostile.combined == plain.combined
    assert hostile.title == SQL


def test_sql_in_a_text_that_is_compared_is_only_a_text(hub: Hub) -> None:
    text = {"Text": "x' OR 'a' = 'a", "Op": "contains"}
    result = hub.count(condition(StopReason=text), title="Motif", sites=TRIO)
    assert {site.status for site in result.sites} == {"answered"}, str(result)
    assert all(isinstance(site.persons, Suppressed) for site in result.sites)
