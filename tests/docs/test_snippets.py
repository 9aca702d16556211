"""Every snippet of the documentation runs, or says above it why it does not.

Python blocks run against a small network of synthetic hospitals, each page in one namespace. Shell blocks
of `make` targets are checked against the Makefile: running them here would run the tests in the tests.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from maillage.client import CountResult
from maillage.disclosure import Count
from tests.conftest import ROOT
from tests.support.network import DemoNetwork

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"(?P<before>[^\n]*)\n```(?P<language>\w+)\n(?P<code>.*?)```", re.DOTALL)
SHOWN_ONLY = {"text", "toml", "json", "sql", "http", "mermaid", "ini", "nginx", "yaml"}

pytestmark = pytest.mark.xdist_group("network")


@dataclass(frozen=True)
class Snippet:
    page: Path
    language: str
    code: str
    excused: bool


def snippets(page: Path) -> Iterator[Snippet]:
    for found in BLOCK.finditer(page.read_text(encoding="utf-8")):
        excused = bool(re.match(r"<!-- not run: .+ -->", found["before"]))
        yield Snippet(page, found["language"], found["code"], excused)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_of_a_page_runs(
    page: Path, demo_network: DemoNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [block for block in snippets(page) if block.language == "python" and not block.excused]
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MAILLAGE_HUB", demo_network.url)
    monkeypatch.setenv("MAILLAGE_TOKEN", demo_network.token)
    namespace: dict[str, object] = {}
    for block in blocks:
        exec(compile(block.code, str(page), "exec"), namespace)  # noqa: S102 - our own pages


def test_the_r_of_the_documentation_runs(demo_network: DemoNetwork, tmp_path: Path) -> None:
    program = shutil.which("Rscript")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("in CI R must be present: r-base-core, r-cran-httr, r-cran-jsonlite")
        pytest.skip("R is absent (Debian: r-base-core, r-cran-httr, r-cran-jsonlite)")
    (page,) = [page for page in PAGES if any(block.language == "r" for block in snippets(page))]
    script = tmp_path / "page.R"
    script.write_text("\n".join(block.code for block in snippets(page) if block.language == "r"))
    done = subprocess.run(
        [program, "--vanilla", script],
        cwd=ROOT,
        env=os.environ | {"MAILLAGE_HUB": demo_network.url, "MAILLAGE_TOKEN": demo_network.token},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = re.search(r"^(question-\S+): (\d+) persons in 4 hospitals$", done.stdout, re.MULTILINE)
    assert told, done.stdout
    with demo_network.running.connect() as hub:
        found = hub.result(told[1])
    assert isinstance(found, CountResult)
    assert found.combined.persons == Count(int(told[2]))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_make_targets_of_a_page_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    known = {"python", "r", "sh", *SHOWN_ONLY}
    assert {block.language for page in PAGES for block in snippets(page)} <= known
