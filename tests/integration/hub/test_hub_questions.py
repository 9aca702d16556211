"""A requester asks, hospitals answer, the document says what may be said."""

from typing import Any

import pytest

from maillage.exchange.reasons import Reason
from maillage.hub.settings import MAX_BODY_BYTES
from tests.integration.hub.conftest import SITES, Network
from tests.support.cohorts import COHORT

TWO_STEPS: dict[str, Any] = {
    "persons": {"count": 40},
    "steps": [{"count": 90}, {"count": 40}],
    "years": [{"year": 2024, "persons": {"count": 40}}],
    "other_years": None,
}


def site_of(document: dict[str, Any], site: str) -> dict[str, Any]:
    (found,) = [line for line in document["sites"] if line["id"] == site]
    return found


def test_a_question_crosses_the_network(network: Network) -> None:
    nodes = network.enrol(*SITES)
    question = network.ask()
    assert question["status"] == "open"
    for node in nodes:
        opened = node.take()
        assert opened.message.participants == SITES
        assert opened.message.title == "Diabète"
        assert node.answer(opened, node.partial(opened, content=TWO_STEPS)).json() == {"status": "recorded"}
    document = network.read(question)
    assert document["status"] == "complete"
    assert document["combined"]["persons"] == {"count": 160}
    assert document["combined"]["steps"] == [{"count": 360}, {"count": 160}]
    assert document["rules"] == ["Adultes"]
    assert site_of(document, "hcl")["persons"] == {"count": 40}


def test_a_hospital_that_waits_refuses_fails_or_holds_is_told_with_its_reason(network: Network) -> None:
    clermont, grenoble, saint_etienne, _lyon = network.enrol(*SITES)
    question = network.ask()
    for node, message in ((clermont, "refusal"), (grenoble, "failure"), (saint_etienne, "hold")):
        opened = node.take()
        assert node.answer(opened, getattr(node, message)(opened)).status_code == 200
    document = network.read(question)
    told = {line["id"]: (line["status"], line["reason"]) for line in document["sites"]}
    assert told == {
        "chu-clermont": ("refused", "policy_refused"),
        "chu-grenoble": ("failed", "engine_failed"),
        "chu-saint-etienne": ("held", "held_for_review"),
        "hcl": ("waiting", None),
    }
    assert document["status"] == "open"
    assert site_of(document, "chu-clermont")["sentence"].endswith(".")


def test_a_suppressed_count_is_shown_as_suppressed_never_as_zero(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    hidden = {"suppressed": "below_floor"}
    content = {"persons": hidden, "steps": [{"count": 50}, hidden], "years": [], "other_years": None}
    assert node.answer(opened, node.partial(opened, content=content)).status_code == 200
    document = network.read(question)
    assert site_of(document, "hcl")["persons"] == hidden
    assert document["combined"]["persons"] == hidden


def answer_all(network: Network, *, alone: set[str]) -> None:
    for site, node in network.nodes.items():
        opened = node.take()
        message = node.partial(opened, content=TWO_STEPS, shown_alone=site in alone)
        assert node.answer(opened, message).status_code == 200


def test_a_hospital_not_shown_alone_is_only_inside_the_total(network: Network) -> None:
    network.enrol(*SITES)
    question = network.ask()
    answer_all(network, alone={"hcl"})
    document = network.read(question)
    assert document["combined"]["persons"] == {"count": 160}
    hidden = site_of(document, "chu-clermont")
    assert (hidden["persons"], hidden["content"], hidden["reason"]) == (None, None, "total_only")
    assert site_of(document, "hcl")["persons"] == {"count": 40}


def test_two_hospitals_not_shown_alone_make_no_total(network: Network) -> None:
    network.enrol("hcl", "chu-grenoble")
    question = network.ask()
    answer_all(network, alone=set())
    document = network.read(question)
    assert document["combined"]["persons"] == {"suppressed": "too_few_sites"}
    assert document["combined"]["contributing"] == []


def test_a_total_does_not_grow_by_one_hidden_hospital_at_a_time(network: Network) -> None:
    """Watching 120 become 160 would give the fourth hospital's number away."""
    nodes = network.enrol(*SITES)
    question = network.ask()
    seen: list[Any] = []
    for node in nodes:
        opened = node.take()
        assert (
            node.answer(opened, node.partial(opened, content=TWO_STEPS, shown_alone=False)).status_code == 200
        )
        seen.append(network.read(question)["combined"]["persons"])
    assert seen == [{"suppressed": "too_few_sites"}] * 3 + [{"count": 160}]


def test_each_change_is_one_version_more(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    delivered = network.read(question)
    node.answer(opened, node.partial(opened, content=TWO_STEPS))
    answered = network.read(question)
    assert question["version"] < delivered["version"] < answered["version"]


def test_only_the_named_hospitals_are_asked(network: Network) -> None:
    network.enrol(*SITES)
    question = network.ask(sites=["hcl", "chu-grenoble", "chu-clermont"])
    assert network.nodes["chu-saint-etienne"].poll().status_code == 204
    assert [line["id"] for line in question["sites"]] == ["chu-clermont", "chu-grenoble", "hcl"]


def refused(network: Network, expected: int, **changes: Any) -> dict[str, Any]:
    body = {"title": "Diabète", "cohort": COHORT} | changes
    response = network.call("POST", "/questions", json=body)
    assert response.status_code == expected, response.text
    document = response.json()
    assert set(document) == {"code", "what", "why", "remedy"}
    assert "question:ask" not in "".join(network.audit())
    return document


def test_an_invalid_cohort_is_told_with_its_place_and_remedy(network: Network) -> None:
    network.enrol("hcl")
    broken = COHORT | {"PrimaryCriteria": {"CriteriaList": [{"ConditionOccurence": {"CodesetId": 0}}]}}
    document = refused(network, 422, cohort=broken)
    assert document["code"] == "cohort_invalid"
    assert "$.PrimaryCriteria" in document["what"]
    assert document["remedy"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"sites": ["hopital-ailleurs"]}, 422, "sites_invalid"),
        ({"sites": []}, 422, "sites_invalid"),
        ({"sites": ["hcl", "hcl"]}, 422, "sites_invalid"),
        ({"sites": ["../hcl"]}, 422, "request_invalid"),
        ({"permit": "everything"}, 403, "permit_unknown"),
        ({"analysis": "absente"}, 422, "analysis_unknown"),
        ({"parameters": {"by": "name"}}, 422, "parameters_invalid"),
        ({"title": "  "}, 422, "question_invalid"),
        ({"title": "a\nb"}, 422, "question_invalid"),
        ({"title": "a" * 201}, 422, "request_invalid"),
        ({"sql": "DROP TABLE person"}, 422, "request_invalid"),
        ({"wait_hours": 0}, 422, "request_invalid"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    network: Network, changes: dict[str, Any], status: int, code: str
) -> None:
    network.enrol("hcl")
    assert refused(network, status, **changes)["code"] == code


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"title": "a" * 201}, "est trop long : 200 caractères au plus"),
        ({"title": 3}, "un texte est attendu"),
        ({"sql": "DROP TABLE person"}, "ce nom n’est pas connu ici"),
        ({"wait_hours": 0}, "doit être au moins 0,01667"),
        ({"sites": ["../hcl"]}, "n’a pas la forme attendue"),
        ({"parameters": {"by": "name"}}, "by: ce nom n’est pas connu ici"),
    ],
)
def test_the_rule_that_was_broken_is_told_in_french(
    network: Network, changes: dict[str, Any], rule: str
) -> None:
    network.enrol("hcl")
    why = refused(network, 422, **changes)["why"]
    assert rule in why
    assert "should" not in why


def test_one_hospital_alone_is_a_list_of_one(network: Network) -> None:
    network.enrol("hcl", "chu-grenoble")
    asked = network.ask(sites="hcl")
    assert [site["id"] for site in asked["sites"]] == ["hcl"]


def test_a_network_without_hospitals_says_so(network: Network) -> None:
    assert refused(network, 422)["code"] == "sites_invalid"


def test_a_suspended_hospital_is_not_asked(network: Network) -> None:
    from maillage.governance.group import actions

    network.enrol("hcl", "chu-grenoble")
    actions.suspend("hcl", by="operator:test", at=network.clock())
    assert refused(network, 422, sites=["hcl"])["code"] == "sites_invalid"
    assert [line["id"] for line in network.ask()["sites"]] == ["chu-grenoble"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "json_unreadable"),
        (b"[" * 200_000, 400, "json_unreadable"),
        (b'{"title":"a","title":"b"}', 400, "json_unreadable"),
        (b'{"title": NaN}', 400, "json_unreadable"),
        (b"\xff\xfe", 400, "json_unreadable"),
        (b"[]", 422, "request_invalid"),
        (b" " * (MAX_BODY_BYTES + 1), 413, "body_too_large"),
    ],
)
def test_a_hostile_body_is_refused_politely(network: Network, body: bytes, status: int, code: str) -> None:
    response = network.call("POST", "/questions", content=body)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_body_of_five_megabytes_is_refused_before_it_is_parsed(network: Network) -> None:
    huge = COHORT | {"ConceptSets": [{"id": 0, "name": "x" * 5_000_000}]}
    told = refused(network, 413, cohort=huge)
    assert told["code"] == "body_too_large"
    assert "100 covariables" in told["remedy"], "a long question is not always a long cohort"


@pytest.mark.parametrize("token", ["", "mlg_of-nobody", "alice"])
def test_nobody_is_heard_without_a_valid_token(network: Network, token: str) -> None:
    for method, path in (("POST", "/questions"), ("GET", "/questions"), ("GET", "/network")):
        response = network.call(method, path, token=token)
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid")


def test_a_revoked_token_is_worth_nothing(network: Network) -> None:
    from maillage.hub.access import people

    people.revoke_tokens("alice", by="operator:test", at=network.clock())
    assert network.call("GET", "/questions").status_code == 401


def test_another_requester_sees_nothing_of_it(network: Network) -> None:
    from maillage.hub.access import people

    network.enrol("hcl")
    question = network.ask()
    bob = people.create_token("bob", by="operator:test", at=network.clock())
    for method in ("GET", "DELETE"):
        response = network.call(method, f"/questions/{question['id']}", token=bob)
        assert (response.status_code, response.json()["code"]) == (404, "question_unknown")
    assert network.call("GET", "/questions", token=bob).json() == {"questions": []}
    assert [line["id"] for line in network.call("GET", "/questions").json()["questions"]] == [question["id"]]


def test_a_cancelled_question_is_told_to_the_node_that_holds_it(network: Network) -> None:
    lyon, grenoble = network.enrol("hcl", "chu-grenoble")
    question = network.ask()
    opened = lyon.take()
    document = network.call("DELETE", f"/questions/{question['id']}").json()
    assert document["status"] == "cancelled"
    assert {line["reason"] for line in document["sites"]} == {"cancelled"}
    assert lyon.poll().headers["Maillage-Cancelled"] == opened.message.task_id
    assert "Maillage-Cancelled" not in lyon.poll().headers
    assert "Maillage-Cancelled" not in grenoble.poll().headers
    assert network.call("DELETE", f"/questions/{question['id']}").status_code == 409


def test_after_a_cancellation_a_partial_comes_too_late_and_an_agreeing_refusal_is_fine(
    network: Network,
) -> None:
    lyon, grenoble = network.enrol("hcl", "chu-grenoble")
    question = network.ask()
    first, second = lyon.take(), grenoble.take()
    network.call("DELETE", f"/questions/{question['id']}")
    late = lyon.answer(first, lyon.partial(first, content=TWO_STEPS))
    assert (late.status_code, late.json()["code"]) == (409, "question_closed")
    agreeing = grenoble.answer(second, grenoble.refusal(second, Reason.CANCELLED))
    assert agreeing.json() == {"status": "already_recorded"}
    assert network.read(question)["combined"]["persons"] == {"suppressed": "too_few_sites"}


def test_a_question_ends_at_its_date_and_says_who_is_missing(network: Network) -> None:
    lyon, _grenoble = network.enrol("hcl", "chu-grenoble")
    question = network.ask(wait_hours=2)
    opened = lyon.take()
    lyon.answer(opened, lyon.partial(opened, content=TWO_STEPS))
    network.clock.advance(hours=2)
    document = network.read(question)
    assert document["status"] == "expired"
    assert site_of(document, "chu-grenoble")["status"] == "missing"
    assert document["combined"]["contributing"] == ["hcl"]
    assert network.audit().count("hub:question:expire") == 1
    assert network.nodes["chu-grenoble"].poll().status_code == 204


def test_a_late_hospital_completes_the_question(network: Network) -> None:
    lyon, grenoble = network.enrol("hcl", "chu-grenoble")
    question = network.ask()
    opened = lyon.take()
    lyon.answer(opened, lyon.partial(opened, content=TWO_STEPS))
    network.clock.advance(hours=20)
    assert network.read(question)["status"] == "open"
    late = grenoble.take()
    grenoble.answer(late, grenoble.partial(late, content=TWO_STEPS))
    assert network.read(question)["combined"]["persons"] == {"count": 80}


def test_the_network_says_how_each_hospital_is(network: Network) -> None:
    network.enrol("hcl", "chu-clermont")
    network.enrol("chu-grenoble", hello=False)
    network.nodes["chu-clermont"].hello(health="disk_full")
    health = lambda: {line["id"]: line["health"] for line in network.call("GET", "/network").json()["sites"]}  # noqa: E731
    assert health() == {"hcl": "ok", "chu-clermont": "disk_full", "chu-grenoble": "never_seen"}
    network.clock.advance(minutes=3)
    network.nodes["hcl"].poll()
    assert health() == {"hcl": "ok", "chu-clermont": "silent", "chu-grenoble": "never_seen"}


def test_texts_come_in_the_language_asked_for(network: Network) -> None:
    french = network.http.get("/api/v1/questions", headers={"Accept-Language": "fr"}).json()
    assert "jeton" in french["what"]
