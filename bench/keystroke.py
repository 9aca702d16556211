"""From the last keystroke in the cohort builder to the counts of all four hospitals, in a real browser."""

import argparse
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright import sync_api as playwright
from rich.console import Console

from bench.measure import Measure, show, write_results
from bench.reference import ROOT
from maillage.cli.demo import EXAMPLES
from maillage.cli.demo.hospitals import synthetic_hospitals
from maillage.cli.demo.network import NetworkOptions, running_network
from tests.support.builder_hand import Hand

PATIENTS = 20_000
TIMES = 20
CHROMIUM = "/usr/bin/chromium"
PARTS: Mapping[str, str] = {
    "typed": "pause after typing",
    "edited": "the edit: request, draft written, cards drawn again",
    "asked": "pause before the count",
    "counting": "the count asked: question signed, first panel",
    "closed": "hospitals: leases, engines, gates, answers, last panel",
}
"""The stretches of one measurement, in their order."""

# Marks of one change: the key, its form sent, the cards drawn, the count sent, the first panel, the last.
_WATCH = """
() => {
  const marks = {};
  const mark = (name) => { marks[name] ??= performance.now(); };
  const panel = document.getElementById("comptes");
  const isLast = () => panel.querySelector(".bars") && !panel.querySelector("[hx-get]");
  document.addEventListener("keydown", () => {
    for (const name of Object.keys(marks)) delete marks[name];
    marks.key = performance.now();
  }, true);
  document.addEventListener("submit", () => mark("typed"), true);
  document.addEventListener("ask:changed", () => mark("edited"));
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === "compter") mark("asked");
  });
  new MutationObserver(() => {
    if (!marks.asked) return;
    mark("counting");
    if (isLast()) mark("closed");
  }).observe(panel, { childList: true, subtree: true });
  window.marks = marks;
}
"""


def time_keystrokes(page: playwright.Page, *, times: int) -> list[dict[str, float]]:
    """Milliseconds of each part of so many changes, each of a cohort that was not asked before."""
    Hand(page).find("E11", button="Entrer par")
    page.wait_for_url("**/cohortes/cohort-*")
    _wait_for_all(page)
    # Cards are drawn again at each change; what is watched stays.
    page.reload()
    page.evaluate(_WATCH)
    return [_time_one(page, age=20 + number) for number in range(times + 1)][1:]


def _time_one(page: playwright.Page, *, age: int) -> dict[str, float]:
    field = page.locator("#least-entry")
    field.focus()
    field.select_text()
    page.keyboard.type(str(age))
    # The page's policy lets nobody evaluate a text in it, so that it is asked again and again from outside.
    while not page.evaluate("window.marks.closed"):
        page.wait_for_timeout(20)
    marks = page.evaluate("window.marks")
    times = [marks[name] for name in ("key", *PARTS)]
    return {name: later - earlier for name, earlier, later in zip(PARTS, times, times[1:], strict=False)} | {
        "whole": marks["closed"] - marks["key"]
    }


def _wait_for_all(page: playwright.Page) -> None:
    playwright.expect(page.locator("#comptes .bars")).to_be_visible(timeout=60_000)
    playwright.expect(page.locator("#comptes [hx-get]")).to_have_count(0, timeout=60_000)


def measure_keystrokes(*, url: str, token: str, times: int = TIMES, how: str = "") -> list[Measure]:
    """The medians of a network that runs, for a person who enters with this token."""
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_context(locale="fr-FR", base_url=url).new_page()
        page.goto("/entrer?suite=/demander")
        page.get_by_label("Votre jeton").fill(token)
        page.get_by_role("button", name="Entrer").click()
        page.wait_for_url("**/demander")
        found = time_keystrokes(page, times=times)
        browser.close()
    return _describe(found, how=how)


def _describe(found: Sequence[Mapping[str, float]], *, how: str) -> list[Measure]:
    wholes = [one["whole"] for one in found]
    told = f"{len(found)} changes of an age, {how}"
    parts = [
        Measure(f"of which {words}", statistics.median(one[name] for one in found), "ms", "", "median")
        for name, words in PARTS.items()
    ]
    return [
        Measure("last keystroke → four hospitals, median", statistics.median(wholes), "ms", "≤ 1000", told),
        Measure("last keystroke → four hospitals, best", min(wholes), "ms", "", told),
        *parts,
    ]


def main() -> None:
    """A network of its own, one person."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--dry", action="store_true", help="show, and write nothing")
    chosen = parser.parse_args()
    home = ROOT / ".demo"
    home.mkdir(exist_ok=True)
    hospitals = synthetic_hospitals(
        folder=home / "warehouses", patients=chosen.patients, decisions={}, console=Console(stderr=True)
    )
    how = f"hub, 4 nodes of {chosen.patients} patients and the browser on the same cores; SQLite"
    options = NetworkOptions(examples=EXAMPLES, terms=True, budgets=None)
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=home) as name,
        running_network(hospitals, folder=Path(name), options=options) as network,
    ):
        found = measure_keystrokes(url=network.url, token=network.access.token, times=chosen.times, how=how)
    sections = [("From a keystroke to four hospitals", found)]
    if not chosen.dry:
        write_results(sections)
    show(sections)


if __name__ == "__main__":
    main()
