"""Every page as a machine sees it: for assistive tools, on each width, in both themes, and by weight."""

import json
import time
from collections.abc import Generator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright import sync_api as playwright

from tests.journey.test_portal_journey import COUNTS, browser, enter, hospitals, page_of
from tests.support.cohorts import COHORT
from tests.support.hubs import LiveHub, live_hub

__all__ = ["browser"]

pytestmark = pytest.mark.xdist_group("look")

SITES = (*COUNTS, "chu-saint-etienne")
MOST_BYTES = 100_000


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveHub]:
    """Three hospitals that answer and one whose number is too small; one question is answered."""
    examples = tmp_path_factory.mktemp("examples")
    (examples / "diabete.json").write_text(json.dumps(COHORT), encoding="utf-8")
    folder = tmp_path_factory.mktemp("live") / "hub"
    settings = f'banner = "Données synthétiques."\nexamples = "{examples}"\n'
    with live_hub(folder, sites=SITES, requesters=["alice"], settings=settings) as found:
        yield found


@pytest.fixture(scope="module")
def question(hub: LiveHub) -> str:
    """The id of an answered question."""
    with hub.client(hub.tokens["alice"]) as http, hospitals(hub, *SITES) as go:
        go.set()
        asked = http.post("/api/v1/questions", json={"title": "Diabète de type 2", "cohort": COHORT}).json()
        while http.get(f"/api/v1/questions/{asked['id']}").json()["status"] == "open":
            time.sleep(0.1)
    return asked["id"]


def paths(question: str) -> list[str]:
    """Every page of results and of the network, the door and the components."""
    return [
        *("/", "/questions", "/reseau", "/reseau/hcl", "/composants"),
        *(f"/questions/{question}{end}" for end in ("", "/provenance", "/evolution")),
        *(f"/analyses{end}?question={question}" for end in ("", "/count", "/characterise", "/outcomes")),
        "/nowhere",
    ]


@pytest.mark.parametrize(
    ("width", "scheme"), [(1280, "light"), pytest.param(360, "dark", marks=pytest.mark.long)]
)
def test_assistive_tools_find_nothing_to_say(
    browser: playwright.Browser, hub: LiveHub, question: str, width: int, scheme: str
) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with browser.new_context(locale="fr-FR", base_url=hub.url, **options) as context:
        page = context.new_page()
        page.goto("/entrer")
        check_axe(page)
        enter(page, hub)
        for path in paths(question):
            page.goto(path)
            check_axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def check_axe(page: playwright.Page) -> None:
    found = Axe().run(page)
    told = [
        f"{page.url} {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found.response["violations"]
    ]
    assert told == []


def test_a_theme_is_chosen_and_kept(browser: playwright.Browser, hub: LiveHub) -> None:
    """What the person chose wins over what their machine says."""
    options: dict[str, Any] = {"color_scheme": "dark"}
    with page_of(browser, hub, **options) as page:
        enter(page, hub)
        assert is_dark(page)
        page.get_by_role("button", name="Clair").click()
        page.goto("/questions")
        assert not is_dark(page)


def is_dark(page: playwright.Page) -> bool:
    """Whether the ground of the page is nearer to black."""
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return int(ground.split("(")[1].split(",")[0]) < 128


def test_the_first_page_is_light_and_holds_still(browser: playwright.Browser, hub: LiveHub) -> None:
    with browser.new_context(locale="fr-FR", base_url=hub.url) as context:
        page = context.new_page()
        page.goto("/entrer")
        page.get_by_label("Votre jeton").fill(hub.tokens["alice"])
        received = count_bytes(page)
        slow_down(page, times=8)
        page.get_by_role("button", name="Entrer").click()
        page.wait_for_load_state("networkidle")
        assert sum(received) < MOST_BYTES
        shifts = "new Promise(done => { new PerformanceObserver(list => done(list.getEntries().length))"
        shifts += ".observe({type: 'layout-shift', buffered: true}); setTimeout(() => done(0), 300); })"
        assert page.evaluate(shifts) == 0


def count_bytes(page: playwright.Page) -> list[float]:
    """What crosses the wire from now on, headers included, nothing from the browser's store."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    return received


def slow_down(page: playwright.Page, *, times: int) -> None:
    """A processor on which a page is painted before all of it has been read."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": times})


def test_files_of_a_page_are_asked_for_once(browser: playwright.Browser, hub: LiveHub) -> None:
    with browser.new_context(locale="fr-FR", base_url=hub.url) as context:
        page = context.new_page()
        enter(page, hub)
        page.goto("/questions")
        sizes = page.evaluate(
            "performance.getEntriesByType('resource').filter(e => e.name.includes('/static/'))"
            ".map(e => e.transferSize)"
        )
        assert sizes
        assert set(sizes) == {0}, "from the browser's own store"
