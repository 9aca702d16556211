"""The portal in a real browser: somebody asks, watches hospitals answer; also narrow, also by keyboard."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright import sync_api as playwright

from maillage.exchange.envelope import open_task
from tests.support.cohorts import COHORT
from tests.support.hubs import LiveHub, live_hub

pytestmark = pytest.mark.xdist_group("portal")

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
COUNTS = {"chu-clermont": 40, "chu-grenoble": 120, "hcl": 310}
BANNER = "Données synthétiques : aucun patient réel."


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveHub]:
    """A network of three hospitals that answer and one whose number is too small."""
    examples = tmp_path_factory.mktemp("examples")
    (examples / "diabete.json").write_text(json.dumps(COHORT), encoding="utf-8")
    settings = f'banner = "{BANNER}"\nexamples = "{examples}"\n'
    folder = tmp_path_factory.mktemp("live") / "hub"
    sites = [*COUNTS, "chu-saint-etienne"]
    with live_hub(folder, sites=sites, requesters=["alice"], settings=settings) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Generator[playwright.Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser here: {CHROMIUM} (apt-get install chromium)")
    with playwright.sync_playwright() as tool:
        found = tool.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@contextmanager
def hospitals(hub: LiveHub, *sites: str) -> Generator[threading.Event]:
    """Nodes that greet at once, and answer once the event is set."""
    go, stop = threading.Event(), threading.Event()
    threads = [threading.Thread(target=serve, args=(hub, site, go, stop)) for site in sites]
    for thread in threads:
        thread.start()
    try:
        yield go
    finally:
        stop.set()
        go.set()
        for thread in threads:
            thread.join()


def serve(hub: LiveHub, site: str, go: threading.Event, stop: threading.Event) -> None:
    node = hub.node(site)
    with node.http:
        node.hello()
        while not stop.is_set():
            response = node.poll(wait=0.5)
            if response.status_code != httpx2.codes.OK:
                continue
            opened = open_task(response.content, signers={hub.key.fingerprint: hub.key})
            go.wait()
            node.answer(opened, node.partial(opened, content=content_of(site)))


def content_of(site: str) -> dict[str, object]:
    if site not in COUNTS:
        hidden = {"suppressed": "below_floor"}
        return {"persons": hidden, "steps": [{"count": 25}, hidden], "years": [], "other_years": None}
    persons = {"count": COUNTS[site]}
    years = [{"year": 2023, "persons": {"suppressed": "protected"}}, {"year": 2024, "persons": persons}]
    return {
        "persons": persons,
        "steps": [{"count": 2 * COUNTS[site]}, persons],
        "years": years,
        "other_years": None,
    }


@contextmanager
def page_of(browser: playwright.Browser, hub: LiveHub, **options: Any) -> Generator[playwright.Page]:
    """A page whose console must stay silent: an error there is a defect, or a refused inline script."""
    context = browser.new_context(locale="fr-FR", base_url=hub.url, **options)
    context.set_default_timeout(20_000)
    page = context.new_page()
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    yield page
    assert told == []
    context.close()


def enter(page: playwright.Page, hub: LiveHub) -> None:
    page.goto("/")
    page.get_by_label("Votre jeton").fill(hub.tokens["alice"])
    page.get_by_role("button", name="Entrer").click()
    playwright.expect(page.get_by_role("heading", level=1)).to_contain_text("Combien de patients")


def check_answers(page: playwright.Page, *, rule: str = "18 ans ou plus") -> None:
    """Every number where it belongs, and the small one masked; an example's rule is named by what it asks."""
    row = page.get_by_role("row")
    for site, count in COUNTS.items():
        playwright.expect(row.filter(has_text=site.upper())).to_contain_text(str(count))
    playwright.expect(row.filter(has_text="CHU-SAINT-ETIENNE")).to_contain_text("masqué (< 11)")
    playwright.expect(page.locator(".total")).to_contain_text("470")
    playwright.expect(page.locator(".total")).to_contain_text("3 hôpitaux comptés sur 4")
    playwright.expect(page.get_by_role("img", name="Par année d’entrée")).to_be_visible()
    page.get_by_text("Le même en tableau").first.click()
    playwright.expect(row.filter(has_text=rule)).to_contain_text("50")


def ask_example(page: playwright.Page) -> None:
    """Open the example as a cohort of one's own, and ask its question on purpose."""
    open_example(page)
    page.get_by_role("button", name="Poser la question").click()
    page.wait_for_url("**/questions/*")


def open_example(page: playwright.Page) -> None:
    page.get_by_role("button", name="Diabète de type 2").click()
    page.wait_for_url("**/cohortes/*")


def test_a_person_opens_an_example_and_sees_answers_arrive(browser: playwright.Browser, hub: LiveHub) -> None:
    with hospitals(hub, *COUNTS, "chu-saint-etienne") as go, page_of(browser, hub) as page:
        enter(page, hub)
        playwright.expect(page.get_by_text(BANNER)).to_be_visible()
        open_example(page)
        playwright.expect(page.locator("#comptes").get_by_text("Compte…")).to_have_count(4)
        go.set()
        counted = page.locator("#comptes")
        playwright.expect(counted.locator(".total-count")).to_contain_text("470")
        playwright.expect(counted).to_contain_text("masqué (< 11)")
        playwright.expect(page.locator("#annonce")).to_contain_text("4 hôpitaux sur 4 se sont prononcés")
        page.get_by_role("button", name="Poser la question").click()
        playwright.expect(page.get_by_text("Complète")).to_be_visible()
        check_answers(page)
        check_table_stays_open(page)
        page.get_by_role("link", name="Mes questions").first.click()
        page.get_by_role("link", name="Diabète de type 2").first.click()
        check_answers(page)


def check_table_stays_open(page: playwright.Page) -> None:
    """While somebody reads the table under a chart, another hospital's answer draws the page anew."""
    table = page.locator("details.twin table").first
    playwright.expect(table).to_be_visible()
    page.evaluate(
        """() => {
            document.querySelector("#reponses").dataset.former = "1";
            return htmx.ajax("GET", location.pathname + "/suivi", {target: "#reponses", swap: "outerHTML"});
        }"""
    )
    playwright.expect(page.locator("#reponses[data-former]")).to_have_count(0)
    playwright.expect(table).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_a_telephone(browser: playwright.Browser, hub: LiveHub, scheme: str) -> None:
    narrow: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    with hospitals(hub, *COUNTS, "chu-saint-etienne") as go, page_of(browser, hub, **narrow) as page:
        go.set()
        page.goto("/")
        check_fits(page)
        enter(page, hub)
        check_fits(page)
        ask_example(page)
        playwright.expect(page.get_by_text("Complète")).to_be_visible()
        check_answers(page)
        check_fits(page)
        page.goto("/questions")
        check_fits(page)


def check_fits(page: playwright.Page) -> None:
    """Nothing sticks out to the right, and everything to press is large enough for a finger (WCAG 2.5.8)."""
    page.wait_for_load_state("load")
    wide = page.evaluate(
        """() => [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40))"""
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, input:not([type=hidden], [type=radio]), .choice')]
            .filter(e => e.checkVisibility()).filter(e => e.getBoundingClientRect().height < 24)
            .map(e => e.outerHTML)"""
    )
    assert small == []


def test_the_whole_way_by_keyboard(browser: playwright.Browser, hub: LiveHub) -> None:
    with hospitals(hub, *COUNTS, "chu-saint-etienne") as go, page_of(browser, hub) as page:
        go.set()
        page.goto("/")
        page.keyboard.press("Tab")
        playwright.expect(page.get_by_text("Aller au contenu")).to_be_focused()
        page.keyboard.press("Enter")
        press_until(page, "#token")
        page.keyboard.type(hub.tokens["alice"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/")
        page.goto("/cohortes")
        press_until(page, "#import-name")
        page.keyboard.type("Au clavier")
        press_until(page, "#import-text")
        page.keyboard.insert_text(json.dumps(COHORT))
        press_until(page, "#import-send")
        page.keyboard.press("Enter")
        playwright.expect(page.get_by_role("heading", level=1)).to_have_text("Au clavier")
        press_until(page, "#poser")
        page.keyboard.press("Enter")
        playwright.expect(page.get_by_text("Complète")).to_be_visible()
        check_answers(page, rule="Adultes")


def press_until(page: playwright.Page, selector: str) -> None:
    """Tab to that element; what is focused on the way must be seen to be."""
    for _press in range(90):
        page.keyboard.press("Tab")
        if page.locator(selector).evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{selector} is not reached by keyboard")


def test_an_error_is_told_with_what_was_typed(browser: playwright.Browser, hub: LiveHub) -> None:
    with browser.new_context(locale="fr-FR", base_url=hub.url) as context:
        page = context.new_page()
        enter(page, hub)
        page.goto("/cohortes")
        page.get_by_label("Expression JSON").fill('{"PrimaryCriteria": 1}')
        page.get_by_role("button", name="Importer", exact=True).click()
        playwright.expect(page.get_by_role("alert")).to_contain_text("$.PrimaryCriteria")
        playwright.expect(page.get_by_label("Expression JSON")).to_have_value('{"PrimaryCriteria": 1}')


def test_without_javascript_answers_arrive_too(browser: playwright.Browser, hub: LiveHub) -> None:
    options = {"java_script_enabled": False}
    with hospitals(hub, *COUNTS, "chu-saint-etienne") as go, page_of(browser, hub, **options) as page:
        enter(page, hub)
        ask_example(page)
        playwright.expect(page.get_by_text("Annuler la question")).to_be_visible()
        go.set()
        playwright.expect(page.get_by_text("Complète")).to_be_visible()
        check_answers(page)


def test_a_question_is_cancelled(browser: playwright.Browser, hub: LiveHub) -> None:
    with page_of(browser, hub) as page:
        enter(page, hub)
        ask_example(page)
        page.get_by_role("button", name="Annuler la question").click()
        playwright.expect(page.get_by_text("Annulée", exact=True)).to_be_visible()
        playwright.expect(page.get_by_text("La question a été annulée.")).to_have_count(4)
