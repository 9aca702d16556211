"""A hospital of a running network goes over to its PostgreSQL schema: it answers what its file answered."""

from pathlib import Path

import pytest

from maillage.base.settings import read_settings
from maillage.cli.demo.network import Hospital, NetworkOptions, RunningNetwork, running_network
from maillage.cli.demo.permits import STUDY
from maillage.client import connect
from maillage.node.settings import NodeSettings, WarehouseSettings, write_node_settings
from maillage.warehouse.place import PostgresPlace
from tests.support.commands import run_command
from tests.support.in_place import make_place

pytestmark = pytest.mark.xdist_group("conformance-postgres")

EXAMPLES = Path(__file__).parents[2] / "maillage" / "cli" / "examples"
QUESTIONS = ("diabete-type-2-metformine.json", "insuffisance-cardiaque-readmission.json")


def answers(network: RunningNetwork, *, requester: str) -> list[object]:
    """What each hospital answers somebody who asks for the first time, and the total."""
    folder = str(network.folder / "hub")
    token = run_command("hub", "token", "create", requester, "--hub", folder).strip()
    with connect(network.url, token=token) as hub:
        found = [hub.count(EXAMPLES / name, permit=STUDY) for name in QUESTIONS]
    for result in found:
        assert {site.status for site in result.sites} == {"answered"}, str(result)
    return [([(site.id, site.persons) for site in result.sites], result.combined) for result in found]


def move_to_postgres(node: Path, hospital: Hospital, folder: Path) -> None:
    assert isinstance(hospital.warehouse, Path)
    place = make_place("postgres", folder, hospital.warehouse)
    assert isinstance(place, PostgresPlace)
    former = read_settings(node / "node.toml", NodeSettings)
    warehouse = WarehouseSettings(
        engine="postgres",
        dsn=place.dsn,
        cdm_schema=place.cdm_schema,
        objections=str(place.objections),
    )
    write_node_settings(node / "node.toml", settings=former.model_copy(update={"warehouse": warehouse}))


@pytest.mark.long
def test_a_node_on_postgresql_answers_as_it_did_on_its_file(
    synthetic_hospitals: list[Hospital], tmp_path: Path
) -> None:
    hospital = synthetic_hospitals[0]
    with running_network(
        synthetic_hospitals, folder=tmp_path / "network", options=NetworkOptions(worker_threads=1)
    ) as network:
        from_file = answers(network, requester="alice")
        network.stop(hospital.id)
        move_to_postgres(network.folder / hospital.id, hospital, tmp_path)
        network.start(hospital.id)
        # Another person: to the same one the node would repeat what it told.
        assert answers(network, requester="bruno") == from_file
    log = (network.folder / f"{hospital.id}.log").read_text(encoding="utf-8")
    assert "job_declined" not in log
    assert "Traceback" not in log
