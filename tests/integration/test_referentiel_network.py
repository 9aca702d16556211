"""A release goes from the office to the hub, to a warehouse, to the answers; altered ones go nowhere."""

import gzip
import json
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from maillage.base.keys import SigningKey
from maillage.cli.demo.network import Hospital, NetworkOptions, RunningNetwork, running_network
from maillage.cli.main import run
from maillage.exchange.envelope import open_answer, open_publication, seal_publication
from maillage.exchange.result import Partial
from maillage.node import ledger
from maillage.node.folder import Node, open_node
from maillage.node.states import Event
from maillage.warehouse.info import read_info
from maillage.warehouse.synthetic import synthesize
from maillage.warehouse.vocabulary.build import build_release
from maillage.warehouse.vocabulary.release import Release
from tests.support.cohorts import COHORT
from tests.support.commands import run_command
from tests.support.nodes import wait_until

SITE = "chu-est"
pytestmark = pytest.mark.xdist_group("referentiel")


@dataclass
class Office:
    """A hub with one hospital, and the office that builds releases."""

    network: RunningNetwork
    folder: Path

    @property
    def node(self) -> Node:
        return open_node(self.network.folder / SITE)

    @property
    def published(self) -> Path:
        return self.network.folder / "hub" / "referentiel"

    def build(self, version: str, *, codes: str = "") -> Release:
        lists = self.folder / f"lists-{version}"
        lists.mkdir()
        text = "vocabulary_id,code,label\nLabo,GLY,Glycémie\n" + codes
        (lists / "codes.csv").write_text(text, encoding="utf-8")
        target = self.folder / version
        return build_release(["maillage", str(lists)], target=target, version=version).release

    def publish(self, release: Release) -> None:
        # A process of its own: Django is configured once in each.
        hub = str(self.network.folder / "hub")
        run_command("hub", "referentiel", "publish", str(release.folder), "--hub", hub)

    def pull(self) -> int:
        return run(["node", "referentiel", "pull", str(self.node.folder), "--by", "Mme Roche"])


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Generator[Office]:
    folder = tmp_path_factory.mktemp("office")
    warehouse = folder / "warehouse.duckdb"
    synthesize("hcl", patients=1_000, target=warehouse)
    options = NetworkOptions(worker_threads=1)
    with running_network(
        [Hospital(SITE, SITE, warehouse)], folder=folder / "net", options=options
    ) as network:
        yield Office(network, folder)


def test_a_published_release_reaches_the_answers(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    release = office.build("2026.11")
    assert office.pull() == 4  # nothing is published yet
    office.publish(release)
    assert office.pull() == 0
    assert read_info(office.node.warehouse).vocabulary_version == release.manifest.reference
    with office.network.connect() as hub:
        hub.count(COHORT, sites=[SITE])
    assert _last_answer(office.node).reference == release.manifest.reference
    with office.node.open_store() as store:
        line = ledger.find_last(store, event=Event.PERSON_REFERENTIEL_APPLIED)
    assert line is not None
    assert line.body["hash"] == release.manifest.hash
    capsys.readouterr()
    assert run(["node", "referentiel", "status", str(office.node.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["current"] is True


def test_the_network_learns_which_release_a_hospital_runs(office: Office) -> None:
    reference = read_info(office.node.warehouse).vocabulary_version
    with office.network.connect() as hub:
        # A node says hello again between two polls, and a question ends one.
        hub.count(COHORT, sites=[SITE])
        wait_until(lambda: hub.network()[0]["reference"] == reference)


def test_an_altered_file_is_refused_and_the_warehouse_is_as_before(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    before = read_info(office.node.warehouse).vocabulary_version
    release = office.build("2026.12", codes="Labo,NA,Sodium\n")
    office.publish(release)
    digest = release.manifest.hash.removeprefix("sha256:")
    path = office.published / digest / "concept.csv.gz"
    whole = path.read_bytes()
    path.write_bytes(gzip.compress(gzip.decompress(whole).replace(b"Sodium", b"Sodiun")))
    assert office.pull() == 6
    path.write_bytes(whole[: len(whole) // 2])
    assert office.pull() == 6
    path.write_bytes(gzip.compress(b"0" * 50_000_000))
    assert office.pull() == 6
    assert "Traceback" not in capsys.readouterr().err
    assert read_info(office.node.warehouse).vocabulary_version == before
    path.write_bytes(whole)
    assert office.pull() == 0
    assert read_info(office.node.warehouse).vocabulary_version == release.manifest.reference


def test_a_publication_by_another_key_or_of_former_days_is_refused(office: Office) -> None:
    current = office.published / "current.dsse.json"
    whole = current.read_bytes()
    publication = open_publication(whole, signers=office.node.signers)
    current.write_bytes(seal_publication(publication, key=SigningKey.generate()))
    assert office.pull() in (4, 6)
    hub_key = SigningKey.load(office.network.folder / "hub" / "hub.key")
    old = publication.model_copy(update={"published_at": publication.published_at.replace(year=2020)})
    current.write_bytes(seal_publication(old, key=hub_key))
    assert office.pull() == 6
    current.write_bytes(whole)
    assert office.pull() == 0


def _last_answer(node: Node) -> Partial:
    with node.open_store() as store:
        (row,) = store.rows("answers")[-1:]
    answer = open_answer(row["envelope"], signers={node.key.public.fingerprint: node.key.public}).message
    assert isinstance(answer, Partial)
    return answer
