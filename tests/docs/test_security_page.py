"""The table of security properties names only functions and tests that exist, and forgets no property."""

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:maillage|tests)/[\w/]+\.py)::?(\w+)`", PAGE)))


def defined_in(path: Path) -> set[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_what_the_page_names_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file()
    assert name in defined_in(ROOT / path)


def test_every_property_has_its_line_and_what_holds_has_its_proof() -> None:
    lines = {
        cells[1].strip(): cells
        for cells in (line.split("|") for line in PAGE.splitlines())
        if len(cells) == 7
    }
    assert {f"S{number}" for number in range(1, 13)} <= set(lines)
    for name, cells in lines.items():
        if name.startswith("S") and cells[3].strip().startswith("holds"):
            assert "maillage/" in cells[4], name
            assert "::test_" in cells[5], name


def test_the_page_names_enough_to_be_checked() -> None:
    assert len(NAMED) > 30
