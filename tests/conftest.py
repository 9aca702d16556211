"""Fixtures that every kind of test may use."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from rich.console import Console

from maillage.cli.demo.hospitals import synthetic_hospitals as make_hospitals
from maillage.cli.demo.network import Hospital, NetworkOptions, running_network
from tests.support.network import PATIENTS, DemoNetwork

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets; its absence skips the test, save in CI, where it must be there."""
    folder = Path(os.environ.get("MAILLAGE_SHARED_DATA", ROOT / ".." / "shared" / "data")).resolve()
    if folder.is_dir():
        return folder
    if os.environ.get("CI"):
        pytest.fail(f"in CI the shared data must be present: {folder}")
    pytest.skip(f"shared data absent: {folder} (set MAILLAGE_SHARED_DATA)")


@pytest.fixture(scope="session")
def synthetic_hospitals(tmp_path_factory: pytest.TempPathFactory) -> list[Hospital]:
    """The four hospitals of the demo, small."""
    return make_hospitals(
        folder=tmp_path_factory.mktemp("warehouses"),
        patients=PATIENTS,
        decisions={},
        console=Console(quiet=True),
    )


@pytest.fixture(scope="session")
def demo_network(
    synthetic_hospitals: list[Hospital], tmp_path_factory: pytest.TempPathFactory
) -> Generator[DemoNetwork]:
    """A hub and four nodes, up for the whole session; tests that stop or break one start their own."""
    folder = tmp_path_factory.mktemp("network")
    # Named, so that what one test is told is not held against another's questions.
    names = (
        "demo",
        "analyste",
        "jointe",
        "survie",
        "formulaire",
        *(path.stem for path in (ROOT / "docs").rglob("*.ipynb")),
    )
    options = NetworkOptions(examples=ROOT / "maillage" / "cli" / "examples", terms=True, requesters=names)
    with running_network(synthetic_hospitals, folder=folder, options=options) as running:
        yield DemoNetwork(running, folder)
