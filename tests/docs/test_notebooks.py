"""The notebooks of the documentation run from their first cell to the last, and are kept without outputs."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from maillage.client.plots import SVG
from tests.conftest import ROOT
from tests.support.network import DemoNetwork

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
PATIENCE = 180

pytestmark = pytest.mark.xdist_group("network")


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)  # pyright: ignore[reportUnknownMemberType]


def list_drawings(notebook: Any) -> list[str]:
    """The SVG of each drawing that a reader sees."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [output.data[SVG] for output in outputs if SVG in output.get("data", {})]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws(
    path: Path, demo_network: DemoNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILLAGE_HUB", demo_network.url)
    # A model is refused to whoever asked of almost the same patients before.
    monkeypatch.setenv("MAILLAGE_TOKEN", demo_network.make_token(path.stem))
    notebook = read(path)
    NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3").execute()
    assert len(list_drawings(notebook)) >= 2


def test_there_are_notebooks_and_none_keeps_what_it_once_showed() -> None:
    assert len(NOTEBOOKS) == 3
    cells = [cell for path in NOTEBOOKS for cell in read(path).cells if cell.cell_type == "code"]
    assert [(cell.outputs, cell.execution_count) for cell in cells] == [([], None)] * len(cells)
