"""A hand at the builder, which counts what it does: a field typed, a click, a choice."""

from dataclasses import dataclass

from playwright import sync_api as playwright


@dataclass
class Hand:
    """One input is one typed field, one click or one choice (usability.md)."""

    page: playwright.Page
    inputs: int = 0

    def find(self, text: str, *, button: str, hit: int = 0) -> None:
        """Type in the search field, then press a suggestion's button."""
        self.page.locator("#q").fill(text)
        found = self.page.locator(".hit").nth(hit).get_by_role("button", name=button)
        playwright.expect(self.page.locator("#propositions")).to_have_attribute("data-of", text)
        self.inputs += 1
        self.press(found)

    def type(self, field: str, text: str) -> None:
        """Type in a control, which sends itself."""
        with _Settles(self.page):
            self.page.locator(f"#{field}").fill(text)
        self.inputs += 1

    def choose(self, field: str, value: str) -> None:
        """Choose in a list, which sends itself."""
        with _Settles(self.page):
            self.page.locator(f"#{field}").select_option(value)
        self.inputs += 1

    def tick(self, field: str) -> None:
        """Tick a box, which sends itself."""
        with _Settles(self.page):
            self.page.locator(f"#{field}").click()
        self.inputs += 1

    def press(self, button: playwright.Locator) -> None:
        """A button that changes the draft."""
        with _Settles(self.page):
            button.click()
        self.inputs += 1

    def drag(self, path: str, onto: playwright.Locator) -> None:
        """Take a card by its grip and let it go in the middle of something."""
        mouse, grip = self.page.mouse, self.page.locator(f'[data-drag="{path}"]')
        grip.hover()
        mouse.down()
        mouse.move(0, 0, steps=2)
        box = onto.bounding_box() or {"x": 0, "y": 0, "width": 0, "height": 0}
        mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=3)
        with _Settles(self.page):
            mouse.up()
        self.inputs += 1

    def aim(self, value: str) -> None:
        """Say where the next terms go."""
        self.page.locator("#cible").select_option(value)
        self.inputs += 1

    def paste(self, codes: str) -> None:
        """Open the list of a protocol's codes, paste, read it, add what was found."""
        self.page.locator("#coller > summary").click()
        self.page.get_by_label("Codes d’un protocole").fill(codes)
        self.page.get_by_role("button", name="Lire la liste").click()
        self.page.get_by_role("button", name="Ajouter les termes cochés").click()
        self.page.wait_for_url("**/cohortes/cohort-*")
        self.inputs += 4

    def ask_under(self, permit: str) -> None:
        """Choose the permit."""
        self.page.locator("#permit").select_option(permit)
        playwright.expect(self.page.locator("#permit option:checked")).to_have_attribute("value", permit)
        self.inputs += 1


@dataclass
class _Settles:
    """What is done inside changes the draft; on leaving, it has."""

    page: playwright.Page
    before: str = ""

    def __enter__(self) -> None:
        self.before = self.page.locator("#construction").get_attribute("data-step") or ""

    def __exit__(self, *_error: object) -> None:
        construction = self.page.locator("#construction")
        playwright.expect(construction).not_to_have_attribute("data-step", self.before)
        playwright.expect(self.page.locator("#construction[aria-busy]")).to_have_count(0)
