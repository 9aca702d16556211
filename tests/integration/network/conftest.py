"""One network for the whole folder, since starting one takes seconds; every test begins with a whole one."""

import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from maillage.cli.demo.network import Hospital, NetworkOptions
from maillage.warehouse.synthetic import synthesize
from tests.support.breakable import TRIO, Network, breakable_network
from tests.support.heavy import load_heavy

PATIENTS = 2_000
POINTS = ("received", "decided", "executed", "recorded", "sent")
"""Where a node may be killed; a hospital each, which dies there."""

OWN_WAREHOUSE = ("coupe", "absent", "version")
"""Hospitals whose file a test breaks; the others read one and the same."""

SPECIAL = ("disque", "horloge", "petit", "relais", "sonde")


@pytest.fixture(scope="package")
def shared_network(tmp_path_factory: pytest.TempPathFactory) -> Generator[Network]:
    folder = tmp_path_factory.mktemp("breakable")
    warehouse = folder / "warehouse.duckdb"
    synthesize("hcl", patients=PATIENTS, target=warehouse)
    hospitals = [Hospital(site, site, warehouse) for site in (*TRIO, *POINTS, *SPECIAL)]
    hospitals += [Hospital(site, site, warehouse, "hold") for site in ("lent",)]
    hospitals.append(Hospital("lourd", "lourd", load_heavy(folder / "lourd")))
    for site in OWN_WAREHOUSE:
        own = Path(shutil.copy(warehouse, folder / f"{site}.duckdb"))
        hospitals.append(Hospital(site, site, own))
    # Tests look at workers that must still be there, however long the tests before them took.
    options = NetworkOptions(worker_threads=1, idle_worker_seconds=3600, budgets=None, step_seconds=600)
    with breakable_network(hospitals, folder=folder, options=options) as network:
        network.start(*TRIO)
        yield network


@pytest.fixture
def network(shared_network: Network) -> Generator[Network]:
    """Hub and trio up before the test; what the test started besides is ended after it."""
    shared_network.mend()
    yield shared_network
    shared_network.calm()
