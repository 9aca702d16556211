"""The console looks like the portal: one sheet serves both, and nothing is named that is not there."""

import re

from docs.generate.look import CONSOLE, write_look
from maillage.node.console.app import STATIC

FOLDER = CONSOLE.parent
TEMPLATES = FOLDER.parent / "templates"


def test_the_sheet_is_the_portals() -> None:
    assert CONSOLE.read_text(encoding="utf-8") == write_look(), "run `make look`"


def test_every_token_that_is_used_exists() -> None:
    sheets = [(FOLDER / name).read_text(encoding="utf-8") for name in ("look.css", "console.css")]
    used = set(re.findall(r"var\((--[\w-]+)\)", "".join(sheets)))
    assert used - set(re.findall(r"(--[\w-]+):", sheets[0])) == set()


def test_a_page_loads_files_that_are_served() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.html"))
    assert set(re.findall(r"/static/([\w.]+)", pages)) == set(STATIC)


def test_no_page_holds_a_script_a_style_or_a_text_that_is_not_escaped() -> None:
    for path in TEMPLATES.glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\|\s*safe\b", page), path.name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page)), path.name
