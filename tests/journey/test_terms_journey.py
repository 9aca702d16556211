"""Terms in a real browser: found by keyboard as they are typed, read on a telephone, pasted as a list."""

from collections.abc import Generator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright import sync_api as playwright

from maillage.warehouse.vocabulary.build import build_release
from tests.journey.test_portal_journey import ARGUMENTS, CHROMIUM, enter, page_of
from tests.support.hubs import LiveHub, live_hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveHub]:
    """A hub without hospitals, which publishes the demonstration's référentiel."""
    folder = tmp_path_factory.mktemp("terms")
    release = build_release(["maillage"], target=folder / "demo", version="demo").release
    with live_hub(folder / "hub", requesters=["alice"], start=False) as found:
        found.command("referentiel", "publish", str(release.folder))
        found.start()
        yield found


@pytest.fixture(scope="module")
def browser() -> Generator[playwright.Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no browser here: {CHROMIUM} (apt-get install chromium)")
    with playwright.sync_playwright() as tool:
        found = tool.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


def check_accessible(page: playwright.Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_a_term_is_found_by_keyboard_and_read_on_a_telephone(
    browser: playwright.Browser, hub: LiveHub
) -> None:
    with page_of(browser, hub, viewport={"width": 360, "height": 800}) as page:
        enter(page, hub)
        page.goto("/termes")
        field = page.get_by_role("combobox", name="Chercher un terme")
        field.press_sequentially("diabete de type")
        playwright.expect(page.get_by_role("option").first).to_contain_text("Diabète de type 2")
        playwright.expect(field).to_have_attribute("aria-expanded", "true")
        field.press("ArrowDown")
        playwright.expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
        check_accessible(page)
        field.press("Enter")
        playwright.expect(page.get_by_role("heading", level=1)).to_contain_text("Diabète de type 2")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        check_accessible(page)


def test_escape_closes_the_list_and_a_pasted_list_is_told_apart(
    browser: playwright.Browser, hub: LiveHub
) -> None:
    with page_of(browser, hub) as page:
        enter(page, hub)
        page.goto("/termes")
        field = page.get_by_role("combobox", name="Chercher un terme")
        field.press_sequentially("glucofage")
        playwright.expect(page.get_by_role("option").first).to_contain_text("Metformine")
        field.press("Escape")
        playwright.expect(field).to_have_attribute("aria-expanded", "false")
        page.get_by_label("Codes d’un protocole").fill("E11.9\nI10 ; C18-C20\nZ99.99")
        page.get_by_role("button", name="Lire la liste").click()
        playwright.expect(page.get_by_role("status")).to_contain_text("5 termes trouvés, 1 introuvable")
        check_accessible(page)
