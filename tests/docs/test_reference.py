"""docs/reference says what the code says today."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from maillage.cli.main import build_parser
from tests.conftest import ROOT
from tests.support.catalogues import read_python

REFERENCE = ROOT / "docs" / "reference"
PAGES = ("cli.md", "cohort-spec.md", "errors.md", "events.md", "routes.md", "settings.md")
GENERATED = ("tables-mapping.schema.json", "warehouse-report.schema.json", "warehouse-report.svg")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages as the code writes them now, in a process that speaks English from its start."""
    folder = tmp_path_factory.mktemp("reference")
    subprocess.run([sys.executable, "-m", "docs.generate", folder], cwd=ROOT, check=True)
    return folder


@pytest.mark.parametrize("name", [*PAGES, *GENERATED])
def test_the_page_is_up_to_date(written: Path, name: str) -> None:
    fresh = (written / name).read_text(encoding="utf-8")
    assert (REFERENCE / name).read_text(encoding="utf-8") == fresh, f"{name} is stale: run `make docs`"


def test_no_page_is_left_over(written: Path) -> None:
    assert {path.name for path in REFERENCE.iterdir()} == {path.name for path in written.iterdir()}


@pytest.mark.parametrize("name", PAGES)
def test_nothing_goes_without_its_meaning(name: str) -> None:
    page = (REFERENCE / name).read_text(encoding="utf-8")
    assert re.findall(r"^.*\|\s*\|$", page, re.MULTILINE) == []


def test_the_contents_of_the_cases_lead_to_one_heading_each() -> None:
    page = (REFERENCE / "cohort-spec.md").read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    # As GitHub names them: without punctuation, and dashes for spaces.
    anchors = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    assert sorted(anchors) == sorted(set(anchors))
    assert set(re.findall(r"\]\(#([^)]+)\)", page)) <= set(anchors)


def test_every_help_of_the_command_line_can_be_translated() -> None:
    """Typer takes the docstring of a command that has no `help=`, and shows it as it is in every language."""
    texts = [text for text in read_python().texts if isinstance(text, str)]
    patterns = [re.sub(r"\\\{\w+\\\}", ".*", re.escape(text)) for text in texts]
    known = re.compile("|".join(patterns), re.DOTALL)
    assert [(place, text) for place, text in helps() if not known.fullmatch(text)] == []


def helps() -> Iterator[tuple[str, str]]:
    """Where each help text stands, and the text."""
    root = typer.main.get_command(build_parser())
    yield from _helps(root, root.make_context("maillage", [], resilient_parsing=True))


def _helps(command: Any, context: Any) -> Iterator[tuple[str, str]]:
    yield context.command_path, command.help or ""
    for parameter in command.params:
        yield f"{context.command_path} {parameter.name}", parameter.help or ""
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            yield from _helps(below, below.context_class(below, info_name=name, parent=context))
