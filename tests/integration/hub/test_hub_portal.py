"""The pages without a browser: who may enter, what they say, what they never let through."""

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

import maillage.hub.portal
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.cohorts import COHORT

PORTAL = Path(maillage.hub.portal.__file__).parent


def enter(network: Network, language: str = "fr") -> httpx2.Client:
    """A browser of somebody who has entered."""
    from maillage.hub.access import people

    browser = network.http
    browser.headers["Accept-Language"] = language
    secret = people.create_link("alice", by="operator:test", at=network.clock())
    assert browser.get(f"/entrer/{secret}").headers["Location"] == "/"
    return browser


def send(browser: httpx2.Client, path: str, /, *, page: str = "/", **fields: Any) -> httpx2.Response:
    """Send a form of that page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(page).text)
    assert found is not None
    return browser.post(path, data=fields | {"csrfmiddlewaretoken": found[1]})


@pytest.mark.parametrize("path", ["/", "/questions", "/questions/x", "/questions/x/suivi", "/reseau/noeuds"])
def test_every_page_leads_a_stranger_to_the_door(network: Network, path: str) -> None:
    response = network.http.get(path)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/entrer")


def test_a_token_opens_the_door_and_leads_onward(network: Network) -> None:
    response = send(network.http, "/entrer", page="/entrer", token=network.token, suite="/questions")
    assert response.headers["Location"] == "/questions"
    assert network.http.get("/questions").status_code == 200
    assert network.audit()[-1] == "requester:session:open"


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_door_never_leads_elsewhere(network: Network, onward: str) -> None:
    response = send(network.http, "/entrer", page="/entrer", token=network.token, suite=onward)
    assert response.headers["Location"] == "/"


def test_a_wrong_token_says_what_to_do(network: Network) -> None:
    response = send(network.http, "/entrer", page="/entrer", token="mlg_wrong")
    assert response.status_code == 403
    assert "maillage hub token create" in response.text


def test_a_link_opens_once_and_not_for_ever(network: Network) -> None:
    from maillage.hub.access import people

    spent = people.create_link("alice", by="operator:test", at=network.clock())
    assert network.http.get(f"/entrer/{spent}").status_code == 302
    assert network.http.get(f"/entrer/{spent}").status_code == 403
    old = people.create_link("alice", by="operator:test", at=network.clock())
    network.clock.advance(minutes=31)
    assert network.http.get(f"/entrer/{old}").status_code == 403


def test_revoking_a_person_closes_their_session(network: Network) -> None:
    from maillage.hub.access import people

    browser = enter(network)
    assert browser.get("/").status_code == 200
    people.revoke_tokens("alice", by="operator:test", at=network.clock())
    assert browser.get("/").status_code == 302


def test_leaving_closes_the_session(network: Network) -> None:
    browser = enter(network)
    send(browser, "/sortir")
    assert browser.get("/").status_code == 302


def test_a_form_from_elsewhere_is_refused(network: Network) -> None:
    browser = enter(network)
    response = browser.post("/cohortes/importer", data={"cohort": "{}"})
    assert response.status_code == 403
    assert "formulaire" in response.text


def test_pages_allow_nothing_inline_and_nothing_from_elsewhere(network: Network) -> None:
    browser = enter(network)
    for path in ("/", "/questions", "/entrer", "/nowhere"):
        response = browser.get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert not re.search(r"<[^>]+\sstyle=|<[^>]+\son\w+=|<script(?![^>]*\ssrc=)|<style", response.text)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", response.text)


def test_a_question_is_asked_from_an_example_and_watched(network: Network, tmp_path: Path) -> None:
    import json

    network.configure(examples=tmp_path)
    (tmp_path / "diabete.json").write_text(json.dumps(COHORT), encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    (node,) = network.enrol("hcl")
    browser = enter(network)
    assert "Diabète de type 2" in browser.get("/").text
    cohort = send(browser, "/cohortes/exemples/diabete").headers["Location"]
    address = send(browser, cohort + "/poser", page=cohort).headers["Location"]
    page = browser.get(address).text
    assert 'http-equiv="refresh"' in page, "without JavaScript the page reloads"
    assert "En attente de l’hôpital" in page
    opened = node.take()
    years = [{"count": 25}, {"suppressed": "protected"}, {"suppressed": "protected"}]
    hidden = TWO_STEPS | {
        "years": [{"year": 2022 + rank, "persons": cell} for rank, cell in enumerate(years)],
        "other_years": {"count": 15},
    }
    node.answer(opened, node.partial(opened, content=hidden))
    page = browser.get(address).text
    assert 'http-equiv="refresh"' not in page
    assert '<span class="count">40</span>' in page
    assert "masqué (protégé)" in page
    assert "18 ans ou plus à la date d’entrée" in page


def test_a_masked_count_names_the_floor_of_its_hospital(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    hidden = {"suppressed": "below_floor"}
    content = {"persons": hidden, "steps": [{"count": 50}, hidden], "years": [], "other_years": None}
    node.answer(opened, node.partial(opened, content=content, floor=20))
    page = enter(network).get(f"/questions/{question['id']}").text
    assert "masqué (&lt; 20)" in page
    assert '<span class="count">0</span>' not in page


def test_an_approximate_count_does_not_look_exact(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    noisy, band = {"noisy": 41, "deviation": 5}, {"band": [40, 49]}
    content = {"persons": noisy, "steps": [band, noisy], "years": [], "other_years": None}
    node.answer(opened, node.partial(opened, content=content))
    page = enter(network).get(f"/questions/{question['id']}").text
    assert '<span class="count">≈ 41</span> <span class="about">(± 5)</span>' in page
    assert '<span class="count">40–49</span>' in page


def test_a_masked_first_step_leaves_the_page_readable(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    masked = TWO_STEPS | {"steps": [{"suppressed": "protected"}, {"count": 40}]}
    node.answer(opened, node.partial(opened, content=masked))
    page = enter(network).get(f"/questions/{question['id']}")
    assert page.status_code == 200
    assert "masqué (protégé)" in page.text


def test_a_cohort_that_is_not_one_comes_back_with_its_error(network: Network) -> None:
    network.enrol("hcl")
    browser = enter(network)
    for cohort in ("", "{", "[]", '{"a": 1}', "<script>alert(1)</script>"):
        response = send(browser, "/cohortes/importer", cohort=cohort, name="Mon <b>titre</b>")
        assert response.status_code in (400, 422)
        assert 'role="alert"' in response.text
        assert "Mon &lt;b&gt;titre" in response.text
        assert "<script>alert" not in response.text


def test_a_title_is_text_on_every_page(network: Network) -> None:
    network.enrol("hcl")
    question = network.ask(title="<img src=x onerror=alert(1)>")
    browser = enter(network)
    for path in ("/questions", f"/questions/{question['id']}"):
        assert "<img" not in browser.get(path).text


def test_the_page_of_another_is_not_there(network: Network) -> None:
    from maillage.hub.access import people

    network.enrol("hcl")
    question = network.ask()
    secret = people.create_link("bob", by="operator:test", at=network.clock())
    network.http.get(f"/entrer/{secret}")
    for end in ("", "/suivi?vu=1", "/cohorte.json"):
        assert network.http.get(f"/questions/{question['id']}{end}").status_code == 404
    assert send(network.http, f"/questions/{question['id']}/annuler").status_code == 404


def test_a_question_is_cancelled_from_its_page(network: Network) -> None:
    network.enrol("hcl")
    question = network.ask()
    browser = enter(network)
    page = f"/questions/{question['id']}"
    send(browser, f"{page}/annuler", page=page)
    assert "Annulée" in browser.get(page).text
    assert send(browser, f"{page}/annuler").status_code == 302, "one that ended meanwhile is simply shown"


def test_the_cohort_is_downloaded_as_it_was_sent(network: Network) -> None:
    from maillage.base.canon import sha256_hex

    network.enrol("hcl")
    question = network.ask()
    response = enter(network).get(f"/questions/{question['id']}/cohorte.json")
    assert sha256_hex(response.content) == question["cohort_hash"]


def test_synthetic_data_are_labelled_on_every_page(network: Network) -> None:
    network.configure(banner="Données synthétiques : aucun patient réel.")
    browser = enter(network)
    for path in ("/", "/questions", "/entrer", "/nowhere"):
        assert "Données synthétiques" in browser.get(path).text


def test_the_network_tells_each_hospital_in_words(network: Network) -> None:
    from maillage.governance.group import actions

    network.enrol("hcl")
    network.enrol("chu-grenoble", hello=False)
    actions.suspend("hcl", by="operator:test", at=network.clock())
    page = enter(network).get("/").text
    assert "Suspendu par le hub." in page
    assert "Jamais connecté." in page


def test_an_empty_network_says_what_to_do(network: Network) -> None:
    page = enter(network).get("/").text
    assert "maillage hub register" in page
    assert "Vous n’avez pas encore posé de question." in network.http.get("/questions").text


def test_an_unknown_address_answers_in_the_manner_of_who_asks(network: Network) -> None:
    assert "<h1>" in enter(network).get("/nowhere").text
    assert network.http.get("/api/v1/nowhere").json()["code"] == "route_unknown"


@pytest.mark.parametrize("path", ["/static/maillage/maillage.css", "/static/django_htmx/htmx-2.min.js"])
def test_styles_and_scripts_are_asked_for_once(network: Network, path: str) -> None:
    """The address that pages give is kept for a year; the plain one is asked about again."""
    address = re.search(rf'"({re.escape(path)}\?v=\w+)"', network.http.get("/entrer").text)
    assert address is not None
    response = network.http.get(address[1])
    assert response.status_code == 200
    assert response.headers["Content-Encoding"] == "gzip"
    assert "immutable" in response.headers["Cache-Control"]
    plain = network.http.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert plain.status_code == 304
    assert plain.headers["Cache-Control"] == "public, no-cache"
    assert "immutable" not in network.http.get(path + "?v=0").headers["Cache-Control"]
    assert network.http.get("/static/../hub.key").status_code == 404


def test_light_or_dark_is_chosen_by_a_button(network: Network) -> None:
    browser = enter(network)
    assert "data-theme" not in browser.get("/questions").text
    assert send(browser, "/apparence", theme="dark", next="/questions").headers["Location"] == "/questions"
    assert 'data-theme="dark"' in browser.get("/questions").text
    assert send(browser, "/apparence", theme="<b>", next="//evil.example").headers["Location"] == "/"
    assert 'data-theme="dark"' in browser.get("/questions").text


def test_the_page_speaks_english_to_who_reads_english(network: Network) -> None:
    network.enrol("hcl")
    question = network.ask()
    browser = enter(network, language="en")
    assert "How many patients" in browser.get("/").text
    assert "Waiting for the hospital" in browser.get(f"/questions/{question['id']}").text
    assert 'lang="en"' in browser.get("/questions").text


def test_the_language_is_chosen_by_a_button(network: Network) -> None:
    browser = enter(network)
    send(browser, "/langue", language="en", next="/questions")
    assert "My questions" in browser.get("/questions").text


def test_every_text_of_the_pages_has_its_english() -> None:
    from babel.messages.pofile import read_po

    catalogue = PORTAL.parent / "locale" / "en" / "LC_MESSAGES" / "django.po"
    with catalogue.open("rb") as file:
        messages: list[Any] = [message for message in read_po(file) if message.id]
    known = {
        text
        for message in messages
        for text in (message.id if isinstance(message.id, tuple) else [message.id])
    }
    assert all(message.string and not message.fuzzy for message in messages)
    assert texts_of_templates() == known


def texts_of_templates() -> set[str]:
    """The message ids, as Django makes them."""
    found: set[str] = set()
    for template in (PORTAL / "templates").rglob("*.html"):
        source = template.read_text(encoding="utf-8")
        found.update(re.findall(r'\{% translate "(.*?)" %\}', source))
        found.update(re.findall(r'\b_\("(.*?)"\)', source))
        for body in re.findall(r"\{% blocktranslate.*?%\}(.*?)\{% endblocktranslate %\}", source, flags=re.S):
            parts = re.split(r"\{% plural %\}", body)
            found.update(re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", part) for part in parts)
    return found


def test_colours_keep_the_contrast_that_wcag_asks() -> None:
    """4.5:1 for every text on what it is written on, in both schemes."""
    style = (PORTAL / "static" / "maillage" / "maillage.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", style)
    for scheme in (1, 2):
        colours = {pair[0]: pair[scheme] for pair in pairs}
        for text, grounds in {
            "ink": ("paper", "surface", "sunken", "accent-soft", "off-soft", "bad-soft"),
            "ink-soft": ("paper", "surface", "accent-soft", "sunken"),
            "accent": ("paper", "surface", "raised", "accent-soft"),
            "accent-strong": ("accent-soft",),
            "on-accent": ("accent", "accent-strong"),
            "thread": ("surface", "raised"),
            "good": ("good-soft", "paper", "surface"),
            "warn": ("warn-soft",),
            "bad": ("bad-soft", "paper", "surface"),
        }.items():
            for ground in grounds:
                assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)


def contrast(first: str, second: str) -> float:
    """WCAG 2.2's ratio of relative luminances."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2's relative luminance."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
