"""From the builder's search field into the draft: what was typed beside a term is asked too."""

import html
import re
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from maillage.cohort.edit import outline
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_cohorts import edit, export, post, read, start
from tests.integration.hub.test_hub_portal import enter, send
from tests.integration.hub.test_hub_terms import office, release
from tests.support.builder import term

__all__ = ["office", "release"]


def press(browser: httpx2.Client, page: str, typed: str, *, button: str, target: str = "rule") -> Any:
    """Type, then press that button of the first suggestion, as the page's form sends it."""
    hit = find_hits(browser, page, typed, target=target)[0]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', hit))
    do = re.search(rf'name="do" value="([^"]*)"[^>]*>{button}<', hit)
    assert do is not None, hit
    told = {name: html.unescape(value) for name, value in fields.items()}
    step = re.search(r'data-step="(\d+)"', browser.get(page).text)
    told |= {"do": do[1], "seen": step[1] if step else ""}
    return post(browser, f"{page}/modifier", page=page, fields=told)


def find_hits(browser: httpx2.Client, page: str, typed: str, *, target: str = "rule") -> list[str]:
    """The suggestions' markup."""
    asked = {"q": typed, "cible": target, "cohorte": page.rsplit("/", 1)[1]}
    return re.findall(r'<li class="hit">.*?</li>', search(browser, asked), re.DOTALL)


def search(browser: httpx2.Client, asked: dict[str, str]) -> str:
    """What stands under the search field, with plain spaces."""
    return re.sub(r"[\xa0\u202f]", " ", browser.get("/demander/termes", params=asked).text)


def occurrences(browser: httpx2.Client, page: str) -> list[tuple[int, int]]:
    """How each criterion's events are counted."""
    return [
        (one["Occurrence"]["Type"], one["Occurrence"]["Count"])
        for rule in export(browser, page)["InclusionRules"]
        for one in rule["expression"]["CriteriaList"]
    ]


AT_LEAST, AT_MOST = 2, 1


@pytest.mark.parametrize(
    ("typed", "button", "counted"),
    [
        ("2 fois hospitalisation", "Inclure", (AT_LEAST, 2)),
        ("trois fois HbA1c", "Inclure", (AT_LEAST, 3)),
        ("au plus 2 fois metformine", "Inclure", (AT_MOST, 2)),
        ("2 fois metformine", "Exclure", (AT_MOST, 1)),
        ("metformine", "Inclure", (AT_LEAST, 1)),
    ],
)
def test_a_number_of_times_that_is_typed_is_asked(
    office: Network, typed: str, button: str, counted: tuple[int, int]
) -> None:
    browser = enter(office)
    page = start(browser)
    assert press(browser, page, typed, button=button).status_code == 200
    assert occurrences(browser, page) == [counted]
    if counted != (AT_LEAST, 1):
        number = re.compile(rf'<strong class="times">[^<]* {counted[1]} fois</strong>')
        assert number.search(read(browser, page)), "the card says it without being opened"


def test_an_entry_event_cannot_be_asked_twice_and_says_so(office: Network) -> None:
    browser = enter(office)
    assert "se demande d’un critère" in search(browser, {"q": "2 fois metformine", "cible": "entry"})
    assert "se demande" not in search(browser, {"q": "2 fois metformine", "cible": "rule"})


def test_a_result_that_is_typed_for_the_entry_event_is_asked(office: Network) -> None:
    browser = enter(office)
    page = start(browser)
    assert press(browser, page, "HbA1c > 8 %", button="Entrer par", target="entry").status_code == 200
    (_diabetes, test) = export(browser, page)["PrimaryCriteria"]["CriteriaList"]
    assert test["Measurement"]["ValueAsNumber"] == {"Value": 8, "Op": "gt"}


def test_what_is_excluded_is_a_criterion_of_its_own_wherever_the_field_aims(office: Network) -> None:
    """« … ou sans … » inside a criterion would let everybody stay."""
    browser = enter(office)
    page = start(browser)
    press(browser, page, "metformine", button="Inclure")
    press(browser, page, "insuffisance cardiaque", button="Inclure", target="to:rule.0")
    press(browser, page, "hémodialyse", button="Exclure", target="to:rule.0")
    rules = outline(export(browser, page)).rules
    assert [(rule.sense, len(rule.body.members)) for rule in rules] == [("include", 2), ("exclude", 1)]


def test_one_more_of_a_group_lies_when_the_others_do(office: Network) -> None:
    browser = enter(office)
    page = start(browser)
    press(browser, page, "insuffisance cardiaque", button="Inclure")
    edit(browser, page, edit="set-window", path="rule.0.c0", place="on_or_before", days="90")
    press(browser, page, "metformine", button="Inclure", target="to:rule.0")
    press(browser, page, "décès", button="Inclure", target="to:rule.0")
    cards = outline(export(browser, page)).rules[0].body.cards()
    told = [(card.when.place, card.when.days) for card in cards if card.when]
    assert told == [("on_or_before", 90), ("on_or_before", 90), ("on_or_after", None)]


MIXED = ("E11", "A10BA02", "I10", "HHFA008")


def choose(browser: httpx2.Client, page: str, codes: Sequence[str], **fields: str) -> httpx2.Response:
    """Codes of a protocol, pasted and all added."""
    shown = send(browser, "/termes/codes", page="/termes", codes="\n".join(codes)).text
    assert f"{len(codes)} termes trouvés" in shown, shown
    ids = [str(term(code).concept_id) for code in codes]
    return send(browser, f"{page}/choix", page=page, term=ids, **fields)


def test_pasted_codes_of_several_kinds_are_a_criterion_each(office: Network) -> None:
    browser = enter(office)
    page = start(browser)
    address = choose(browser, page, MIXED, path="rule").headers["Location"]
    rules = [rule.card for rule in outline(export(browser, page)).rules]
    assert [(card.kind, len(card.terms)) for card in rules if card] == [
        ("condition", 2),
        ("drug", 1),
        ("procedure", 1),
    ]
    assert "de plusieurs genres" in browser.get(address).text


def test_pasted_codes_of_several_kinds_are_entry_events_of_which_any_will_do(office: Network) -> None:
    browser = enter(office)
    sent = send(
        browser,
        "/demander/choix",
        page="/demander",
        term=[str(term(code).concept_id) for code in MIXED],
        path="entry",
    )
    entry = outline(export(browser, sent.headers["Location"].partition("?")[0])).entry
    assert [card.kind for card in entry.cards] == ["condition", "drug", "procedure"]


def test_pasted_codes_that_do_not_go_into_a_list_are_still_there(office: Network) -> None:
    browser = enter(office)
    page = start(browser)
    refused = choose(browser, page, MIXED, path="entry.0")
    assert refused.status_code == 422
    assert re.search(r"<textarea[^>]*>E11\s+A10BA02\s+I10\s+HHFA008</textarea>", refused.text)
    assert "ne vont pas dans une même liste" in refused.text
    assert 'id="recherche"' in refused.text, "on the builder's own page"


@pytest.mark.parametrize("typed", ["durée de séjour > 7 jours", "séjour de plus de 7 jours"])
def test_how_long_a_stay_lasts_is_typed_then_set_on_its_card(office: Network, typed: str) -> None:
    browser = enter(office)
    page = start(browser)
    press(browser, page, typed, button="Inclure")
    shown = read(browser, page)
    assert re.search(r'id="shortest-rule-0-c0"[^>]*value="8"', shown)
    edit(browser, page, edit="set-length", path="rule.0.c0", shortest="2", longest="")
    (rule,) = outline(export(browser, page)).rules
    assert rule.card
    assert rule.card.length
    assert rule.name.replace("\xa0", " ") == "Hospitalisation d’au moins 2 jours"
    assert (rule.card.length.least, rule.card.length.most) == (2, None)


def test_people_of_an_age_are_two_criteria_to_add(office: Network) -> None:
    browser = enter(office)
    page = start(browser)
    hits = find_hits(browser, page, "hommes de plus de 50 ans")
    assert "Homme" in hits[0]
    assert re.search(r"Âge <strong>&gt; 50 ans</strong>", hits[1])
