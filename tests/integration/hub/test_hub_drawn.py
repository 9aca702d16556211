"""Cards that are taken as they were drawn before are those that would be drawn now."""

import json
import re
from itertools import islice
from pathlib import Path

import httpx2
from django.core.cache import cache

from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_features import change
from tests.oracle.test_edited_features import features, list_edits
from tests.support.cohorts import COHORT
from tests.support.people import browse

EDITS = 4


def test_each_edit_shows_what_a_page_drawn_anew_shows(network: Network, shared_data: Path) -> None:
    with browse(network, "alice") as browser:
        for document in list(features(shared_data / "cohorts" / "features").values())[::12]:
            page = keep(browser, json.dumps(document), name="Essai")
            for edit in islice(list_edits(document), EDITS):
                change(browser, page, edit)
                shown = read(browser, page)
                cache.clear()
                assert shown == read(browser, page)
            network.clock.advance(seconds=30)


def test_a_card_of_two_drafts_leads_to_its_own(network: Network) -> None:
    with browse(network, "alice") as browser:
        pages = [keep(browser, json.dumps(COHORT), name=name) for name in ("Première", "Seconde")]
        for page, other in (pages, reversed(pages)):
            text = browser.get(page).text
            assert f'action="{page}/modifier"' in text
            assert other not in text
            assert "<!" not in text.removeprefix("<!doctype html>")


def test_what_somebody_wrote_is_no_blank(network: Network) -> None:
    document = json.loads(json.dumps(COHORT).replace("Diabète", "<!csrf_token>"))
    document["ConceptSets"][0]["name"] = "<!csrf_token>"
    with browse(network, "alice") as browser:
        text = browser.get(keep(browser, json.dumps(document), name="Essai")).text
    assert "&lt;!csrf_token&gt;" in text


def keep(browser: httpx2.Client, cohort: str, *, name: str) -> str:
    """The address of that cohort's draft."""
    return browser.post("/cohortes/importer", data={"cohort": cohort, "name": name}).headers["location"]


def read(browser: httpx2.Client, page: str) -> str:
    """The page without the browser's token, which looks another each time."""
    return re.sub(r"\b\w{64}\b", "", browser.get(page).text)
