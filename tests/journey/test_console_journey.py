"""The console in a real browser: one sitting of an engineer, every page read by axe, narrow and dark too."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright import sync_api as playwright

from maillage.base.canon import canonical_hash
from maillage.exchange.envelope import seal_permit, seal_task
from maillage.node import tasks
from maillage.node.decide import decide_task
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.objections import changes
from maillage.node.objections.patients import Patient
from maillage.node.permits import documents
from maillage.warehouse.synthetic import synthesize
from tests.support.cohorts import COHORT
from tests.support.consoles import Visitor, running_console
from tests.support.messages import COMMITTEE_KEY, HUB_KEY, example_permit
from tests.support.nodes import HOLD, accept_permit, make_node, node_task, read_states
from tests.support.releases import compute, held_permit

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
POLICY = f'checkers = ["Dr Faure"]\n[[rule]]\npermit = "etude"\ndecision = "auto"\n{HOLD}'
WHO = {"cohort": COHORT, "cohort_hash": canonical_hash(COHORT)}
SIGHTS: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (360, "dark"))
TITLE = "Fractures de hanche après 75 ans"


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A hospital with a question that waits, an answer to check, a permit to accept, an objection."""
    node = make_node(tmp_path / "hcl", policy=POLICY)
    synthesize("hcl", patients=100, target=node.warehouse)
    accept_permit(node, held_permit(permit_id="etude", project="Étude DIABÈTE"))
    with node.open_store() as store:
        new = seal_permit(example_permit(permit_id="registre"), key=COMMITTEE_KEY)
        documents.receive(store, node=node, envelope=new)
        changes.add(store, node=node, patient=Patient(local_id="IPP-1"), by="Mme Roux")
        compute(store, node, permit="etude", title="Diabète par année", **WHO)
    ask(node, TITLE)
    return node


def ask(node: Node, title: str) -> None:
    task = node_task(title=title, **WHO)
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())


@pytest.fixture
def visitor(node: Node) -> Iterator[Visitor]:
    with running_console(node, enters=False) as found:
        yield found


@pytest.fixture
def page(visitor: Visitor) -> Generator[playwright.Page]:
    """A page whose console must stay silent: an error there is a defect, or what the CSP refused."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser here: {CHROMIUM} (apt-get install chromium)")
    with playwright.sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        context = browser.new_context(locale="fr-FR", base_url=visitor.origin)
        context.set_default_timeout(20_000)
        found = context.new_page()
        told: list[str] = []
        found.on("pageerror", lambda error: told.append(str(error)))
        found.on("console", lambda said: told.append(said.text) if said.type == "error" else None)
        yield found
        browser.close()
    assert told == []


def test_a_sitting_at_the_console(node: Node, visitor: Visitor, page: playwright.Page) -> None:
    page.clock.install()
    page.goto(visitor.link)
    playwright.expect(page).to_have_url(visitor.origin + "/")
    check(page)
    ask(node, "Une question qui arrive")
    # The page's script looks again by itself.
    page.clock.run_for(6_000)
    playwright.expect(page.get_by_role("link", name="Une question qui arrive")).to_be_visible()
    accept_by_keyboard(page)
    check_a_release(page)
    read_the_other_pages(page)
    assert sorted(read_states(node).values()) == ["accepted", "answered", "held"]


def accept_by_keyboard(page: playwright.Page) -> None:
    page.get_by_role("link", name=TITLE).focus()
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    check(page)
    page.get_by_label("Votre nom").first.focus()
    page.keyboard.type("Dr Faure")
    page.keyboard.press("Enter")
    playwright.expect(page.get_by_role("status")).to_contain_text("Question autorisée")


def check_a_release(page: playwright.Page) -> None:
    page.get_by_role("link", name="Diabète par année").click()
    page.get_by_label("Masquer : Année 2022").check()
    page.get_by_role("button", name="Voir ce qui resterait").click()
    playwright.expect(page.get_by_role("row", name="Année 2021")).to_contain_text("n’y figure plus")
    check(page)
    page.get_by_label("conforme après masquage").check()
    playwright.expect(page.get_by_label("Votre nom")).to_have_value("Dr Faure")
    page.get_by_role("button", name="Enregistrer la décision").click()
    playwright.expect(page.get_by_role("status")).to_contain_text("sortie")
    page.get_by_role("navigation").get_by_role("link", name="Sorties").click()
    check(page)
    page.get_by_role("link", name="Diabète par année").click()
    playwright.expect(page.get_by_role("heading", name="Comment cela a été contrôlé")).to_be_visible()
    check(page)


def read_the_other_pages(page: playwright.Page) -> None:
    page.goto("/autorisations")
    check(page)
    page.get_by_role("link", name="registre", exact=True).click()
    check(page)
    page.goto("/politique")
    check(page)
    page.get_by_label("Seuil, en personnes").fill("15")
    page.get_by_role("button", name="Voir le changement").click()
    playwright.expect(page.get_by_text("+floor = 15")).to_be_visible()
    check(page)
    page.goto("/registre")
    check(page)
    page.get_by_role("button", name="Vérifier le registre").click()
    playwright.expect(page.get_by_text("Registre intact")).to_be_visible()
    check(page)
    for path in ("/oppositions", "/entrepot"):
        page.goto(path)
        check(page)


def check(page: playwright.Page) -> None:
    """Axe finds nothing, wide and light, narrow and dark; and nothing sticks out of a telephone."""
    for width, scheme in SIGHTS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["target"]) for one in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= 360, page.url
    page.set_viewport_size({"width": 1280, "height": 800})
