"""The portal under a curious visitor: sessions, foreign forms, texts that would run, addresses."""

import copy
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest

from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.cohorts import COHORT

ORIGIN = "http://127.0.0.1:8400"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7|add:7 }}{% now 'Y' %}"
ELSEWHERE = (
    *("https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example"),
    *(
        "/\t/evil.example",
        "\thttps://evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "@evil.example",
    ),
)


def enter(network: Network, token: str, **fields: str) -> Any:
    network.http.get("/entrer")
    return post(network, "/entrer", token=token, **fields)


def post(network: Network, path: str, **fields: str) -> Any:
    secret = network.http.cookies.get("csrftoken", "")
    return network.http.post(path, data=fields | {"csrfmiddlewaretoken": secret}, headers={"Origin": ORIGIN})


def is_inside(network: Network) -> bool:
    return network.http.get("/questions").status_code == 200


def test_a_stolen_session_ends_with_the_token_even_when_a_new_one_is_given(network: Network) -> None:
    from maillage.hub.access import people

    enter(network, network.token)
    stolen = network.http.cookies.get("maillage")
    network.clock.advance(minutes=5)
    people.revoke_tokens("alice", by="operator:test", at=network.clock())
    fresh = people.create_token("alice", by="operator:test", at=network.clock())
    assert not is_inside(network)
    network.clock.advance(minutes=1)
    network.http.cookies.set("maillage", stolen or "")
    assert not is_inside(network)
    network.http.cookies.clear()
    enter(network, fresh)
    assert is_inside(network)


def test_a_session_that_was_not_signed_here_opens_nothing(network: Network) -> None:
    from django.core import signing

    forged = signing.dumps(
        {"requester": "alice", "since": "2026-11-22T07:00:00.000Z"},
        key="another secret",
        salt="django.contrib.sessions.backends.signed_cookies",
    )
    network.http.cookies.set("maillage", forged)
    assert not is_inside(network)


def test_who_enters_gets_a_session_of_their_own_whatever_cookie_they_came_with(network: Network) -> None:
    network.http.cookies.set("maillage", "chosen-by-the-attacker")
    enter(network, network.token)
    own = [cookie.value for cookie in network.http.cookies.jar if cookie.name == "maillage"]
    assert any(value != "chosen-by-the-attacker" for value in own)


def test_a_link_is_spent_by_its_first_visitor(network: Network) -> None:
    from maillage.hub.access import people

    secret = people.create_link("alice", by="operator:test", at=network.clock())
    assert network.http.get(f"/entrer/{secret}").status_code == 302
    network.http.cookies.clear()
    assert network.http.get(f"/entrer/{secret}").status_code == 403
    assert not is_inside(network)
    for other in ("%00", "%2e%2e%2fentrer", secret[:-1], secret + "a"):
        assert network.http.get(f"/entrer/{other}").status_code in (301, 302, 403, 404)
        assert not is_inside(network)


@pytest.mark.parametrize(
    "path",
    [
        *("/sortir", "/langue", "/questions/question-1/annuler"),
        *("/demander", "/cohortes/importer", "/cohortes/cohort-1/modifier", "/cohortes/cohort-1/compter"),
        *("/cohortes/cohort-1/poser", "/cohortes/cohort-1/partager", "/cohortes/cohort-1/enregistrer"),
    ],
)
def test_a_form_without_the_pages_own_secret_does_nothing(network: Network, path: str) -> None:
    network.enrol("hcl")
    enter(network, network.token)
    from maillage.hub.cohorts.models import Cohort
    from maillage.hub.questions.models import Question

    response = network.http.post(path, data={"cohort": "{}"}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert not Question.objects.exists()
    assert not Cohort.objects.exists()
    assert is_inside(network)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_next_address_leads_out_of_the_portal(network: Network, target: str) -> None:
    led = enter(network, network.token, suite=target).headers["location"]
    assert led == "/"
    led = post(network, "/langue", next=target, language="en").headers["location"]
    assert urlsplit(urljoin(ORIGIN + "/langue", led)).netloc == "127.0.0.1:8400"


def test_a_next_address_adds_no_header(network: Network) -> None:
    response = enter(network, network.token, suite="/x\r\nSet-Cookie: planted=1")
    assert "planted" not in network.http.cookies
    assert "\n" not in response.headers["location"]


def test_titles_rules_and_names_of_hospitals_are_text_on_every_page(network: Network) -> None:
    from maillage.governance.group.models import Member

    (node,) = network.enrol("hcl")
    Member.objects.update(name=HOSTILE, city=HOSTILE)
    node.hello(reference=HOSTILE[:80])
    cohort = copy.deepcopy(COHORT)
    cohort["InclusionRules"][0]["name"] = HOSTILE
    question = network.ask(title=HOSTILE, cohort=cohort)
    opened = node.take()
    assert node.answer(opened, node.partial(opened, content=TWO_STEPS)).status_code == 200
    enter(network, network.token)
    for path in ("/", "/questions", f"/questions/{question['id']}", f"/questions/{question['id']}/suivi"):
        page = network.http.get(path)
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert "alert(1)</script>" not in page.text
        assert "{{ 7|add:7 }}" in page.text or "7|add" not in page.text
    told = network.call("GET", f"/questions/{question['id']}")
    assert told.headers["content-type"].startswith("application/json")
    assert told.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../hub.key", "/static/%2e%2e/%2e%2e/hub.key", "/static/..%2f..%2fhub.secret"),
        *("/static//etc/passwd", "/static/%00", "/static/maillage/%2e%2e/%2e%2e/settings.py"),
    ],
)
def test_static_files_lead_to_no_other_file(network: Network, path: str) -> None:
    response = network.http.get(path)
    assert response.status_code in (400, 404)
    assert "PRIVATE KEY" not in response.text


@pytest.mark.parametrize("slug", ["../hub", "..%2fhub", "/etc/passwd", "hub.key", "a" * 200, "x\x00y"])
def test_an_example_is_chosen_from_the_list_never_by_path(network: Network, slug: str) -> None:
    network.enrol("hcl")
    enter(network, network.token)
    response = post(network, f"/cohortes/exemples/{quote(slug, safe='')}")
    assert response.status_code == 404
    assert "PRIVATE KEY" not in response.text


@pytest.mark.parametrize("seen", ["9" * 5000, "-1", "x", "٣", "1e9"])
def test_a_strange_version_in_an_address_is_no_defect(network: Network, seen: str) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    node.answer(opened, node.partial(opened, content=TWO_STEPS))
    enter(network, network.token)
    assert network.http.get(f"/questions/{question['id']}/suivi", params={"vu": seen}).status_code == 200


def test_a_form_sent_under_another_host_name_does_nothing(network: Network) -> None:
    network.http.get("/entrer")
    fields = {"next": "//evil.example", "csrfmiddlewaretoken": network.http.cookies.get("csrftoken", "")}
    response = network.http.post("/langue", data=fields, headers={"Host": "evil.example"})
    assert response.status_code in (400, 403)
