"""Questions written from nothing in a real browser, by four hospitals counted, kept, shared, run, exported.

Each asserts what results, not only the clicks: the expression, its sentences in French, each hospital's count
against a plain SQL of the question on that hospital's warehouse, under the permit of exact numbers.
"""

import json
import re
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright import sync_api as playwright

from maillage.cli.demo.network import Hospital, NetworkOptions, RunningNetwork, running_network
from maillage.cli.demo.permits import STUDY
from maillage.cohort import parse_expression
from maillage.cohort.edit import Card, Document, outline
from maillage.cohort.explain import explain_cohort
from maillage.hub.portal.ask.builder import each_card
from tests.integration.test_built_cohorts import SAID, SQL
from tests.journey.test_portal_journey import browser, check_fits, press_until
from tests.support.builder import JOURNEYS, build
from tests.support.builder_hand import Hand

__all__ = ["browser"]

pytestmark = pytest.mark.xdist_group("builder")

MOST_INPUTS, MOST_EVERYDAY = 25, 12


@pytest.fixture(scope="module")
def network(
    synthetic_hospitals: list[Hospital], tmp_path_factory: pytest.TempPathFactory
) -> Generator[RunningNetwork]:
    """Four hospitals of patients that nobody is, so that no number is hidden: the truth can be compared."""
    options = NetworkOptions(floor=1, terms=True, worker_threads=1, budgets=None, idle_worker_seconds=3600)
    folder = tmp_path_factory.mktemp("builder")
    with running_network(synthetic_hospitals, folder=folder, options=options) as running:
        yield running


@pytest.fixture
def page(browser: playwright.Browser, network: RunningNetwork) -> Generator[playwright.Page]:
    """A person who has entered and stands before an empty builder; its console must stay silent."""
    yield from enter(browser, network)


def enter(browser: playwright.Browser, network: RunningNetwork, **options: Any) -> Generator[playwright.Page]:
    with browser.new_context(locale="fr-FR", base_url=network.url, **options) as context:
        context.set_default_timeout(60_000)
        playwright.expect.set_options(timeout=60_000)
        page = context.new_page()
        told: list[str] = []
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("console", lambda message: told.append(message.text) if is_failure(message) else None)
        page.goto("/entrer?suite=/demander")
        page.get_by_label("Votre jeton").fill(network.access.token)
        page.get_by_role("button", name="Entrer").click()
        page.wait_for_url("**/demander")
        yield page
        assert told == []


def is_failure(message: playwright.ConsoleMessage) -> bool:
    """Of what a browser notes: not that a person's mistake was told as one."""
    return message.type == "error" and "status of 422" not in message.text


def diabetes(hand: Hand) -> None:
    hand.find("diabète de type 2", button="Entrer par")
    hand.choose("which", "first_ever")
    hand.type("since-entry", "2020")
    hand.type("least-entry", "18")
    hand.type("most-entry", "79")
    hand.find("metformine", button="Inclure")
    hand.choose("place-rule-0-c0", "on_or_after")
    hand.type("days-rule-0-c0", "90")
    hand.find("sans insuline", button="Exclure")
    hand.find("HbA1c ≥ 8 %", button="Inclure")
    hand.choose("place-rule-2-c0", "on_or_before")
    hand.type("days-rule-2-c0", "365")


def hip(hand: Hand) -> None:
    hand.paste("S72.0 S72.1 S72.2")
    hand.tick("stay-inpatient-entry")
    hand.type("least-entry", "76")
    hand.find("décès", button="Inclure")
    hand.type("days-rule-0-c0", "30")
    hand.aim("to:rule.0")
    hand.find("réadmission", button="Inclure")
    hand.type("days-rule-0-c1", "30")


def colorectal(hand: Hand) -> None:
    hand.paste("HHFA008 HHFA009 HHFA010 HJFA004")
    hand.paste("C18 C19 C20")
    hand.choose("place-rule-0-c0", "stay")
    hand.find("L01", button="Inclure")
    hand.choose("place-rule-1-c0", "after")
    hand.type("days-rule-1-c0", "56")


def covid(hand: Hand) -> None:
    hand.find("U07.1", button="Entrer par")
    hand.find("réanimation", button="Inclure")
    hand.find("E10-E14", button="Inclure")
    hand.choose("place-rule-1-c0", "on_or_before")
    for text in ("J44", "I50"):
        hand.aim("to:rule.1")
        hand.find(text, button="Inclure")
    hand.choose("mode-rule-1", "at_least")


def pregnancy(hand: Hand) -> None:
    hand.find("O80-O84", button="Entrer par")
    hand.tick("sex-F-entry")
    hand.tick("stay-inpatient-entry")
    hand.find("prééclampsie", button="Inclure")
    hand.choose("place-rule-0-c0", "stay")
    hand.find("I10-I15", button="Exclure")


WAYS: Mapping[str, Callable[[Hand], None]] = {
    "diabetes": diabetes,
    "hip": hip,
    "colorectal": colorectal,
    "covid": covid,
    "pregnancy": pregnancy,
}
LATER = ("hip", "colorectal", "covid", "pregnancy")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.long) if name in LATER else name for name in WAYS]
)
def test_a_question_is_built_saved_shared_run_and_exported(
    page: playwright.Page, synthetic_hospitals: list[Hospital], name: str
) -> None:
    hand = Hand(page)
    WAYS[name](hand)
    hand.ask_under(STUDY)
    truth = count_by_sql(SQL[name], synthetic_hospitals)
    check_counts(page, truth)
    keep_and_share(hand, name)
    document = export(hand)
    assert shape(document) == shape(build(JOURNEYS[name]))
    told = set(explain_cohort(parse_expression(document)).texts())
    assert [said for said in SAID[name] if clean(said) not in {clean(text) for text in told}] == []
    run(hand, truth)
    assert hand.inputs <= MOST_INPUTS, hand.inputs


def test_a_permit_chosen_while_a_count_is_on_its_way_is_kept(page: playwright.Page) -> None:
    hand, held, is_free = Hand(page), list[playwright.Route](), threading.Event()
    hand.find("asthme", button="Entrer par")
    page.route("**/compter", lambda route: route.continue_() if is_free.is_set() else held.append(route))
    hand.tick("sex-F-entry")
    for _moment in range(100):
        if held:
            break
        page.wait_for_timeout(50)
    hand.ask_under(STUDY)
    hand.type("least-entry", "18")
    # Long enough for the count of that change to be wanted too.
    page.wait_for_timeout(500)
    is_free.set()
    for route in held:
        route.continue_()
    playwright.expect(page.locator(".bars li")).to_have_count(4)
    page.reload()
    playwright.expect(page.locator("#permit option:checked")).to_have_attribute("value", STUDY)


def test_an_everyday_question_takes_few_inputs(
    page: playwright.Page, synthetic_hospitals: list[Hospital]
) -> None:
    """Women of 18 to 35 with asthma."""
    hand = Hand(page)
    hand.find("asthme", button="Entrer par")
    hand.tick("sex-F-entry")
    hand.type("least-entry", "18")
    hand.type("most-entry", "35")
    hand.ask_under(STUDY)
    check_counts(page, count_by_sql(ASTHMA, synthetic_hospitals))
    keep_and_share(hand, "Asthme")
    export(hand)
    assert hand.inputs <= MOST_EVERYDAY, hand.inputs


def test_two_criteria_take_few_inputs(page: playwright.Page, synthetic_hospitals: list[Hospital]) -> None:
    """Heart failure, and never a beta blocker; typed with a fault and without an accent."""
    hand = Hand(page)
    hand.find("insufisance cardiaque", button="Entrer par")
    hand.find("E11", button="Inclure")
    hand.ask_under(STUDY)
    check_counts(page, count_by_sql(HEART, synthetic_hospitals))
    keep_and_share(hand, "Cœur")
    export(hand)
    assert hand.inputs <= MOST_EVERYDAY, hand.inputs


ASTHMA = """
    SELECT DISTINCT c.person_id FROM condition_occurrence c JOIN person p USING (person_id)
    WHERE condition_source_value LIKE 'J45%' AND gender_source_value = 'F'
    AND year(condition_start_date) - year_of_birth BETWEEN 18 AND 35"""
HEART = """
    SELECT DISTINCT c.person_id FROM condition_occurrence c JOIN condition_occurrence d USING (person_id)
    WHERE c.condition_source_value LIKE 'I50%' AND d.condition_source_value LIKE 'E11%'"""


def count_by_sql(query: str, hospitals: list[Hospital]) -> dict[str, int]:
    """Distinct persons by hospital's name."""
    found: dict[str, int] = {}
    for hospital in hospitals:
        assert isinstance(hospital.warehouse, Path)
        with duckdb.connect(str(hospital.warehouse), read_only=True) as connection:
            rows = connection.execute(f"SELECT count(DISTINCT person_id) FROM ({query})").fetchall()
        found[hospital.name] = rows[0][0]
    return found


def check_counts(page: playwright.Page, truth: Mapping[str, int]) -> None:
    """Each hospital's number and the group's total; where nobody is counted it is masked, never a zero."""
    for name, persons in truth.items():
        row = page.locator(".bars li").filter(has_text=name)
        playwright.expect(row).to_contain_text(number(persons) if persons else "masqué")
        if persons:
            playwright.expect(row).not_to_contain_text("masqué")
    total = page.locator(".counts-total .total-count")
    playwright.expect(total).to_contain_text(number(sum(truth.values())))


def number(persons: int) -> re.Pattern[str]:
    """As the page writes it: thousands set apart, and not as the end of a longer number."""
    grouped = f"{persons:,}".replace(",", r"\\s")
    return re.compile(rf"(?<!\\d)(?<!\\d\\s){grouped}(?!\\s?\\d)")


def keep_and_share(hand: Hand, name: str) -> None:
    hand.page.locator("#version-name").fill(name)
    hand.page.locator("#enregistrer").click()
    playwright.expect(hand.page.get_by_text("Version enregistrée.")).to_be_visible()
    hand.page.locator("#partager").click()
    playwright.expect(hand.page.get_by_text("Cohorte partagée")).to_be_visible()
    hand.inputs += 3


def export(hand: Hand) -> Document:
    with hand.page.expect_download() as download:
        hand.page.locator("#exporter").click()
    hand.inputs += 1
    return json.loads(download.value.path().read_text(encoding="utf-8"))


def run(hand: Hand, truth: Mapping[str, int]) -> None:
    """The question that is run says the same numbers on its own page."""
    hand.page.locator("#poser").click()
    hand.inputs += 1
    hand.page.wait_for_url("**/questions/question-*")
    playwright.expect(hand.page.locator("main")).to_contain_text(number(sum(truth.values())))


def shape(document: Document) -> list[tuple[object, ...]]:
    """What each card says, whichever concept stands for a code."""
    found = outline(document)
    entry = (found.entry.which, found.entry.age, found.entry.sex, found.entry.years, found.entry.stay)
    modes = [(rule.sense, rule.body.mode, rule.body.count) for rule in found.rules]
    return [entry, *modes, *map(card_shape, each_card(found))]


def card_shape(card: Card) -> tuple[object, ...]:
    codes = tuple(sorted((term.code, term.excluded) for term in card.terms))
    return card.path, card.kind, card.sense, codes, card.when, card.value and card.value.words, card.occurs


def clean(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_the_whole_way_by_keyboard_with_undo_and_redo(page: playwright.Page) -> None:
    press_until(page, "#q")
    page.keyboard.type("E11")
    playwright.expect(page.locator("#propositions")).to_have_attribute("data-of", "E11")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    playwright.expect(page.locator(".zone-entry .card")).to_contain_text("Diabète de type 2")
    playwright.expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("metformine")
    playwright.expect(page.locator("#propositions")).to_have_attribute("data-of", "metformine")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    excluded = page.locator(".zone-exclude .card")
    playwright.expect(excluded).to_contain_text("n’a pas")
    playwright.expect(page.locator("#annonce")).not_to_be_empty()
    playwright.expect(page.locator("#reste-1")).not_to_be_empty()
    page.locator("#sense-rule-0-c0").focus()
    page.keyboard.press("Enter")
    playwright.expect(page.locator(".zone-include .card")).to_contain_text("Metformine")
    page.locator("#zone-include").focus()
    page.keyboard.press("Control+z")
    playwright.expect(excluded).to_contain_text("Metformine")
    page.locator("#zone-exclude").focus()
    page.keyboard.press("Control+y")
    playwright.expect(page.locator(".zone-include .card")).to_contain_text("Metformine")


def test_criteria_are_put_elsewhere_and_the_cohort_is_told_by_age_and_sex(
    page: playwright.Page, synthetic_hospitals: list[Hospital]
) -> None:
    """Nested by keyboard, dragged by hand, undone; then the pyramid, and the years of each hospital."""
    page.set_viewport_size({"width": 1280, "height": 2200})
    hand = Hand(page)
    for text, button in (("E11", "Entrer par"), ("metformine", "Inclure"), ("I10", "Inclure")):
        hand.find(text, button=button)
    hand.aim("to:rule.1")
    hand.find("I50", button="Inclure")
    menu = page.locator("#place-rule-1-c1-menu")
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    playwright.expect(page.locator(":focus")).to_have_text("dans un nouveau groupe")
    hand.press(page.locator(":focus"))
    group = page.locator('[data-into-path="rule.1.g0"]')
    playwright.expect(group).to_contain_text("Insuffisance cardiaque")
    hand.drag("rule.0", group)
    playwright.expect(page.locator('[data-into-path="rule.0.g0"]')).to_contain_text("Metformine")
    hand.drag("rule.0.g0.c1", page.locator(".zone-exclude"))
    playwright.expect(page.locator(".zone-exclude .card")).to_contain_text("n’a pas")
    page.locator("#undo").click()
    playwright.expect(page.locator('[data-into-path="rule.0.g0"]')).to_contain_text("Metformine")
    hand.ask_under(STUDY)
    page.locator("#repartir").click()
    playwright.expect(page.locator("#pyramide svg")).to_be_visible()
    playwright.expect(page.locator("#repartition .state-busy")).to_have_count(0)
    check_axe(page)
    page.locator("#pyramide summary").click()
    rows = page.locator("#pyramide tbody tr").filter(has_text="Femmes")
    playwright.expect(rows.first).to_be_visible()
    women = rows.all_inner_texts()
    told = [int(found[1]) for row in women if (found := re.search(r"ans(?: et plus)?\s+(\d+)\s", row))]
    truth = count_by_sql(WOMEN, synthetic_hospitals)
    assert sum(told) == sum(truth.values()), women
    hand.type("least-entry", "18")
    playwright.expect(page.locator("#repartir")).to_be_visible()
    page.goto(page.url + "/compte")
    playwright.expect(page.locator(".stack tbody")).to_contain_text(re.compile(r"de 20\d\d à 20\d\d"))


WOMEN = """
    SELECT DISTINCT c.person_id FROM condition_occurrence c JOIN person p USING (person_id)
    JOIN (
        SELECT person_id FROM condition_occurrence WHERE condition_source_value SIMILAR TO '(I10|I50).*'
        UNION SELECT person_id FROM drug_exposure WHERE drug_source_value LIKE 'A10BA02%'
    ) d USING (person_id)
    WHERE c.condition_source_value LIKE 'E11%' AND gender_source_value = 'F'"""


def test_what_is_typed_is_kept_or_said_to_be_lost(page: playwright.Page, network: RunningNetwork) -> None:
    """Slowly, while an answer is on its way; wrongly, too late, or after the session's end."""
    hand = Hand(page)
    hand.find("E11", button="Entrer par")
    page.locator("#least-entry").press_sequentially("18")
    page.locator("#most-entry").press_sequentially("79", delay=400)
    page.locator("#since-entry").press_sequentially("2020")
    page.locator("#sex-F-entry").click()
    document = page.locator(".sentence")
    for said in ("de 18 à 79 ans", "1er janvier 2020", "Femmes"):
        playwright.expect(document).to_contain_text(re.compile(said.replace(" ", r"\s")))
    check_what_is_done_meanwhile_counts(page)
    check_two_days_are_chosen(page)
    check_a_mistake_is_told_in_its_field(page)
    check_another_window_is_told(page)
    check_a_session_that_ends_takes_nothing_away(page, network)


def check_what_is_done_meanwhile_counts(page: playwright.Page) -> None:
    """A year that is half typed, and a box that is held down, when an answer comes."""
    with answer_held(page, "77"):
        page.locator("#until-entry").press_sequentially("202")
    playwright.expect(page.locator("#until-entry")).to_be_focused()
    page.keyboard.type("5")
    playwright.expect(page.locator(".sentence")).to_contain_text(re.compile(r"31\sdécembre\s2025"))
    with answer_held(page, "79"):
        page.locator("#stay-inpatient-entry").hover()
        page.mouse.down()
    page.mouse.up()
    playwright.expect(page.locator(".sentence")).to_contain_text("hospitalisation")
    Hand(page).tick("stay-inpatient-entry")


@contextmanager
def answer_held(page: playwright.Page, age: str) -> Generator[None]:
    """What is done inside is done between an age's being sent and its answer."""
    held: list[playwright.Route] = []
    page.route("**/modifier", lambda route: held.append(route))
    page.locator("#most-entry").fill(age)
    playwright.expect(page.locator("#construction[aria-busy]")).to_have_count(1)
    yield
    with page.expect_response("**/modifier"):
        held[0].continue_()
    page.unroute("**/modifier")
    # Long enough for the page to draw itself anew.
    page.wait_for_timeout(300)


def check_two_days_are_chosen(page: playwright.Page) -> None:
    """Between two days, from a window that has none, as slowly as one may."""
    hand = Hand(page)
    hand.find("metformine", button="Inclure")
    page.locator("#place-rule-0-c0").select_option("around")
    playwright.expect(page.locator(".zone-include .when-unsaid")).to_be_visible()
    page.locator("#place-rule-0-c0").select_option("custom")
    playwright.expect(page.locator("#from-rule-0-c0")).to_be_focused()
    for key in ("1", "Tab", "9", "0"):
        page.keyboard.press(key)
        page.wait_for_timeout(400)
    playwright.expect(page.locator("#to-rule-0-c0")).to_have_value("90")
    playwright.expect(page.locator(".zone-include .when-words")).to_contain_text(re.compile(r"\b1\b.*\b90\b"))
    hand.aim("to:rule.0")
    hand.find("I10", button="Inclure")
    playwright.expect(page.locator("#cible")).to_have_value("rule")


def check_a_mistake_is_told_in_its_field(page: playwright.Page) -> None:
    """And the field beside it is still heard."""
    hand, since = Hand(page), page.locator("#since-entry")
    since.fill("hier")
    since.press("Tab")
    playwright.expect(since).to_have_attribute("aria-invalid", "true")
    playwright.expect(page.locator(".control-years .notice-error").first).to_contain_text("« hier »")
    page.locator("#until-entry").press_sequentially("2024", delay=50)
    playwright.expect(page.locator(".sentence")).to_contain_text(re.compile(r"31\sdécembre\s2024"))
    playwright.expect(since).to_have_value("hier")
    playwright.expect(page.locator(".control-years .notice-error").first).to_be_visible()
    hand.type("since-entry", "2021")
    playwright.expect(page.locator(".control-years .notice-error")).to_have_count(0)


def check_another_window_is_told(page: playwright.Page) -> None:
    """A change that comes too late is told with what was typed."""
    other = page.context.new_page()
    other.goto(page.url)
    Hand(other).type("least-entry", "21")
    page.locator("#until-entry").fill("2023")
    playwright.expect(page.locator("#alerte")).to_contain_text("2023")
    playwright.expect(page.locator("#least-entry")).to_have_value("21")
    other.close()


def check_a_session_that_ends_takes_nothing_away(page: playwright.Page, network: RunningNetwork) -> None:
    """One is led to the door and back, and what was typed is asked."""
    address = page.url
    # A question of the panel, on its way when the session ends, would lead to the door before one types.
    page.route(re.compile("/(compter|suivi/.*)$"), lambda route: route.fulfill(status=204))
    page.context.clear_cookies()
    page.locator("#least-entry").fill("30")
    page.wait_for_url("**/entrer?*")
    page.unroute_all()
    playwright.expect(page.locator("main")).to_contain_text("Votre session a pris fin")
    page.get_by_label("Votre jeton").fill(network.access.token)
    page.get_by_role("button", name="Entrer", exact=True).click()
    page.wait_for_url(address)
    playwright.expect(page.locator(".sentence")).to_contain_text(re.compile(r"de\s30\sà\s79"))


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.long)])
def test_the_builder_fits_a_telephone_and_assistive_tools_find_nothing_to_say(
    browser: playwright.Browser, network: RunningNetwork, scheme: str
) -> None:
    narrow: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    for page in enter(browser, network, **narrow):
        check_axe(page)
        covid(Hand(page))
        hand = Hand(page)
        hand.find("sans insuline", button="Exclure")
        playwright.expect(page.locator(".counts-total .count")).to_be_visible()
        page.locator("details.adjust > summary").first.click()
        check_fits(page)
        check_axe(page)
        address = page.url
        keep_and_share(hand, "Au téléphone")
        for end in ("/versions", "/versions/1", "/compte"):
            page.goto(address + end)
            check_fits(page)
            check_axe(page)
        for path in ("/cohortes", "/"):
            page.goto(path)
            check_fits(page)
            check_axe(page)


def check_axe(page: playwright.Page) -> None:
    found = Axe().run(page)
    told = [
        f"{page.url} {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found.response["violations"]
    ]
    assert told == []
