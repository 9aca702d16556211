"""The pictures of the documentation, taken of the demo's network. `make screenshots` writes them anew.

CI takes none: pixels differ with the machine's fonts, and a picture that changes by itself tells nothing.
"""

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright import sync_api as playwright

from maillage.cli.demo import SYNTHETIC_QUESTION
from tests.conftest import ROOT
from tests.journey.test_portal_journey import browser
from tests.support.network import DemoNetwork

__all__ = ["browser"]

FOLDER = ROOT / "docs" / "screenshots"
MOST_BYTES = 100_000

pytestmark = pytest.mark.skipif(
    "MAILLAGE_SCREENSHOTS" not in os.environ, reason="written when asked: make screenshots"
)


@dataclass(frozen=True)
class Picture:
    """A page, at a width, in a theme; `height` is how much of it is shown."""

    name: str
    path: str
    width: int = 1280
    height: int = 860
    scheme: str = "light"


PICTURES = (
    Picture("entrer", "/entrer", width=768, height=640),
    Picture("demander", "/"),
    Picture("questions", "/questions", height=560),
    Picture("resultat", "/questions/{question}", height=1280),
    Picture("resultat-sombre", "/questions/{question}", height=1280, scheme="dark"),
    Picture("resultat-etroit", "/questions/{question}", width=360, height=780),
    Picture("provenance", "/questions/{question}/provenance"),
    Picture("evolution", "/questions/{question}/evolution", height=720),
    Picture("reseau", "/reseau", height=1000),
    Picture("hopital", "/reseau/hcl", width=768, height=1000, scheme="dark"),
    Picture("composants", "/composants"),
)


@pytest.fixture(scope="module")
def question(demo_network: DemoNetwork) -> str:
    """The demo's question, asked twice, so that there is something to compare."""
    with demo_network.running.connect() as hub:
        found = [hub.count(SYNTHETIC_QUESTION, permit="etude", wait=60).id for _time in range(2)]
    return found[-1]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_taken(
    browser: playwright.Browser, demo_network: DemoNetwork, question: str, picture: Picture
) -> None:
    options: dict[str, Any] = {
        "viewport": {"width": picture.width, "height": picture.height},
        "color_scheme": picture.scheme,
        "reduced_motion": "reduce",
    }
    with browser.new_context(locale="fr-FR", base_url=demo_network.url, **options) as context:
        page = context.new_page()
        page.goto("/entrer")
        if picture.path != "/entrer":
            page.get_by_label("Votre jeton").fill(demo_network.token)
            page.get_by_role("button", name="Entrer").click()
            page.goto(picture.path.format(question=question))
        page.wait_for_load_state("load")
        target = write(page, name=picture.name)
    assert target.stat().st_size < MOST_BYTES


def write(page: playwright.Page, *, name: str) -> Path:
    """As WebP, which the browser itself writes: half of what a PNG weighs."""
    taken = base64.b64encode(page.screenshot(animations="disabled")).decode()
    blank = page.context.new_page()
    address = blank.evaluate(_TO_WEBP, f"data:image/png;base64,{taken}")
    FOLDER.mkdir(exist_ok=True)
    target = FOLDER / f"{name}.webp"
    target.write_bytes(base64.b64decode(address.partition(",")[2]))
    return target


_TO_WEBP = """async address => {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL("image/webp", 0.9);
}"""
