"""A logistic model of the demonstration's hospitals, from a cohort to its odds ratios, by the form alone."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright import sync_api as playwright

from maillage.cli.demo.permits import STUDY
from maillage.client import connect
from maillage.cohort.dsl import condition
from tests.journey.test_portal_journey import browser, check_fits
from tests.support.network import DemoNetwork

__all__ = ["browser"]

pytestmark = pytest.mark.xdist_group("network")

INPUTS = 4
NARROW: Any = {"width": 360, "height": 800}


def test_a_logistic_model_takes_few_inputs_and_no_json(
    browser: playwright.Browser, demo_network: DemoNetwork
) -> None:
    token = demo_network.make_token("formulaire")
    with connect(demo_network.url, token=token) as hub:
        asked = hub.count(condition("E11").first(), title="Diabète", permit=STUDY, wait=60)
    with browser.new_context(locale="fr-FR", base_url=demo_network.url) as context:
        context.set_default_timeout(60_000)
        page = context.new_page()
        told: list[str] = []
        page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
        page.goto("/entrer")
        page.get_by_label("Votre jeton").fill(token)
        page.get_by_role("button", name="Entrer").click()
        page.goto(f"/analyses?question={asked.id}")
        inputs = fill_in(page) + 1
        check_accessible(page)
        page.set_viewport_size(NARROW)
        check_fits(page)
        check_accessible(page)
        page.get_by_role("button", name="Poser la question").click()
        page.wait_for_url("**/questions/question-*")
        playwright.expect(page.get_by_text("Complète")).to_be_visible()
        drawn = page.get_by_role("img", name="Coefficients du modèle")
        playwright.expect(drawn).to_contain_text("sexe : hommes")
        page.get_by_text("Le même en tableau").first.click()
        playwright.expect(page.get_by_role("row").filter(has_text="sexe : hommes")).to_be_visible()
        assert inputs == INPUTS, "the last asks the question"
        page.get_by_role("link", name="Autre analyse").click()
        take_as_risk_model(page)
        assert told == []


def fill_in(page: playwright.Page) -> int:
    """An outcome, a covariate more, one that is copied and removed by keyboard; how many inputs it took."""
    page.get_by_role("link", name="Modéliser").click()
    cards = page.locator("article.variable")
    playwright.expect(cards).to_have_count(2)
    choose(page, "Ce que le modèle prédit", "metformine")
    playwright.expect(cards).to_have_count(3)
    page.get_by_role("button", name="Séjours : Covariables").click()
    playwright.expect(cards).to_have_count(4)
    check_accessible(page)
    page.get_by_role("button", name="Dupliquer Sexe").press("Enter")
    playwright.expect(cards).to_have_count(5)
    playwright.expect(page.locator(":focus")).to_have_attribute("name", "p.covariates.3.missing")
    page.get_by_role("button", name="Retirer Sexe").last.press("Enter")
    playwright.expect(cards).to_have_count(4)
    page.get_by_role("button", name="Retirer Séjours").press("Enter")
    playwright.expect(cards).to_have_count(3)
    assert page.locator("textarea").evaluate("one => one.checkVisibility()") is False
    # The analysis; an outcome typed, and chosen. What was added is gone.
    return 1 + 2


def take_as_risk_model(page: playwright.Page) -> None:
    """Its coefficients fill in the form of adjusted outcomes."""
    page.get_by_role("link", name="Résultats ajustés").click()
    page.get_by_role("button", name="Reprendre").click()
    playwright.expect(page.locator("article.variable")).to_contain_text("Metformine")
    playwright.expect(page.get_by_label("Coefficient des hommes")).to_have_value(re.compile(r"^-?\d"))
    playwright.expect(page.locator("#p-within_days")).to_have_value("1")
    check_accessible(page)


def choose(page: playwright.Page, field: str, text: str) -> None:
    """Type in a search and take the first term that is proposed, by keyboard."""
    box = page.get_by_role("combobox", name=field)
    box.fill(text)
    playwright.expect(page.locator(".term-hit").first).to_be_visible()
    box.press("ArrowDown")
    box.press("Enter")


def check_accessible(page: playwright.Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
