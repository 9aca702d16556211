"""The table of attacks names only tests that exist, and each attack fails somewhere and wins somewhere."""

import ast
import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "red-team.md").read_text(encoding="utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| ") and "`" in line]
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_what_the_page_names_exists(file: str, name: str) -> None:
    body = ast.parse((ROOT / "tests" / "redteam" / file).read_text(encoding="utf-8")).body
    assert name in {node.name for node in body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip())
def test_each_attack_fails_and_with_its_defence_off_wins(row: list[str]) -> None:
    attack, fails, wins, _limit = (cell.strip() for cell in row)
    assert "::test_" in fails
    assert "::test_" in wins, attack


def test_the_page_plays_what_was_promised() -> None:
    attacks = " ".join(row[0] for row in ROWS)
    for word in (
        "subtraction",
        "padding",
        "tracker",
        "averaging",
        "subsets",
        "zero",
        "time",
        "status",
        "replay",
        "stolen hub",
        "lying node",
        "ledger",
    ):
        assert word in attacks
