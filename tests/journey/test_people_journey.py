"""Accounts in a real browser: an invitation, a passkey of a device, the office's work, what axe finds."""

from collections.abc import Generator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright import sync_api as playwright
from pyotp.totp import TOTP

from maillage.hub.settings import SETTINGS_FILE
from tests.journey.test_portal_journey import ARGUMENTS, CHROMIUM
from tests.support.hubs import LiveHub, live_hub

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveHub]:
    """A hub under a name: browsers make passkeys for no bare address."""
    folder = tmp_path_factory.mktemp("people") / "hub"
    with live_hub(folder, sites=["hcl", "chu-grenoble"], requesters=["alice"], start=False) as found:
        file = folder / SETTINGS_FILE
        text = file.read_text(encoding="utf-8").replace("http://127.0.0.1:", "http://localhost:")
        file.write_text(text, encoding="utf-8")
        found.start()
        yield found


@pytest.fixture
def page(hub: LiveHub) -> Generator[playwright.Page]:
    """A French browser with a device that knows its owner."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser here: {CHROMIUM} (apt-get install chromium)")
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        context = browser.new_context(locale="fr-FR", base_url=f"http://localhost:{hub.port}")
        found = context.new_page()
        session = context.new_cdp_session(found)
        session.send("WebAuthn.enable")
        session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield found
        browser.close()


def check_accessible(page: playwright.Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, (page.url, found.generate_report())


def fits(page: playwright.Page, width: int) -> bool:
    """Whether nothing has to be scrolled sideways."""
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_from_an_invitation_to_an_account_and_the_office_s_work(
    hub: LiveHub, page: playwright.Page, tmp_path: Path
) -> None:
    link = hub.command("person", "invite", "claire", "--full-name", "Claire Bureau", "--role", "office")
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(link)
    playwright.expect(page.get_by_role("heading", level=1)).to_have_text("Bienvenue, Claire Bureau")
    check_accessible(page)
    page.get_by_role("button", name="Créer une clé d’accès").click()
    page.wait_for_url("**/")
    page.goto("/compte")
    playwright.expect(page.get_by_text("Invite les personnes")).to_be_visible()
    check_accessible(page)
    page.get_by_role("button", name="Sortir").click()

    page.goto("/personnes")
    assert "/entrer?suite" in page.url
    check_accessible(page)
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    page.wait_for_url("**/personnes")

    page.get_by_label("Nom complet").fill("Bernard Oubli")
    page.get_by_label("Nom du compte").fill("bernard")
    page.get_by_label("Rôle", exact=True).select_option("dpo")
    page.get_by_label("Pour", exact=True).select_option("hcl")
    page.get_by_role("button", name="Inviter").click()
    invited = page.locator("#lien code").inner_text()
    assert invited.startswith(f"http://localhost:{hub.port}/invitation/")
    check_accessible(page)
    page.get_by_role("link", name="Les personnes").click()
    playwright.expect(page.get_by_role("row", name="Bernard Oubli")).to_contain_text("invitée")
    check_accessible(page)
    for width in (360, 768, 1280):
        assert fits(page, width), width

    page.goto("/reseau/hcl")
    page.get_by_label("Numéro du département").fill("13")
    page.get_by_role("button", name="Enregistrer").click()
    playwright.expect(page.get_by_text("Lyon (13)")).to_be_visible()
    playwright.expect(page.locator(".map-mark")).to_have_count(1)
    check_accessible(page)
    assert fits(page, 360)

    for role, address in (("auditor", "/journal"), ("committee", "/comite")):
        hub.command("person", "give", "claire", role)
        page.goto(address)
        check_accessible(page)
        assert fits(page, 360), address

    page.goto("/compte/journal")
    playwright.expect(page.get_by_text("claire a invité bernard.")).to_be_visible()
    playwright.expect(page.get_by_role("row", name="Liste des personnes").first).to_be_visible()
    check_accessible(page)
    page.context.clear_cookies()
    page.goto(invited)
    page.get_by_text("Un mot de passe et un générateur de codes").click()
    check_accessible(page)
    assert fits(page, 360)
    renew_what_lets_in(page)
    assert errors == []


def renew_what_lets_in(page: playwright.Page) -> None:
    """Bernard takes his password, then new recovery codes and another password."""
    code = TOTP(page.locator(".generator code").inner_text()).now()
    page.get_by_label("Mot de passe", exact=True).fill("quatre mots sans rapport")
    page.get_by_label("Le code que l’application montre").fill(code)
    page.get_by_role("button", name="Ouvrir le compte").click()
    former = page.locator(".recovery code").all_inner_texts()
    page.goto("/compte")
    page.get_by_role("link", name="Codes de secours").click()
    check_accessible(page)
    page.get_by_role("button", name="Faire de nouveaux codes").click()
    playwright.expect(page.locator(".recovery code")).to_have_count(len(former))
    assert not set(former) & set(page.locator(".recovery code").all_inner_texts())
    check_accessible(page)
    page.get_by_role("link", name="Je les ai notés").click()
    page.get_by_role("link", name="Changer de mot de passe").click()
    check_accessible(page)
    page.get_by_label("Nouveau mot de passe").fill("cinq autres mots sans suite")
    page.get_by_role("button", name="Changer de mot de passe").click()
    playwright.expect(page.get_by_text("Votre mot de passe est changé")).to_be_visible()
    check_accessible(page)
