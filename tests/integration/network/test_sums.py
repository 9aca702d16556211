"""Masked sums among real processes: hospitals that drop out, that are killed, a hub that is killed (S7, S11).

Each hospital's number is planted, so that it is found again wherever it leaks: in the hub's files and in the
memory of its process.
"""

import re
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from struct import pack

import numpy as np
import psutil
import pytest

from maillage.cli.demo.network import Hospital, NetworkOptions, RunningNetwork, create_network
from maillage.cli.demo.permits import STUDY
from maillage.cli.demo.processes import stop_processes
from maillage.cli.demo.readiness import wait_for_hub
from maillage.client import AnalysisResult, CountResult, Result
from maillage.disclosure import Count
from maillage.node.folder import open_node
from tests.conftest import ROOT
from tests.support.cohorts import COHORT
from tests.support.nodes import wait_until

pytestmark = pytest.mark.xdist_group("sums")

SITES = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot")
STEP_SECONDS = 30.0
PATIENCE = 120.0
PAGE = 4096
POINTS = (
    pytest.param("sum_begun", marks=pytest.mark.long),
    pytest.param("sum_offered_sent", marks=pytest.mark.long),
    pytest.param("sum_offered_taken", marks=pytest.mark.long),
    pytest.param("sum_masked_sent", marks=pytest.mark.long),
    "sum_masked_taken",
    pytest.param("sum_agreed_sent", marks=pytest.mark.long),
    pytest.param("sum_agreed_taken", marks=pytest.mark.long),
)


@dataclass
class Sums:
    """The network, and what is planted in it now."""

    running: RunningNetwork
    planted: dict[str, int] = field(default_factory=dict)
    asked: int = 0

    def plant(self) -> None:
        """A new number of eleven or twelve digits in each hospital."""
        for site in SITES:
            self.planted[site] = SystemRandom().randrange(10**11, 17 * 10**10)
            path = self.running.folder / f"{site}.planted"
            path.write_text(str(self.planted[site]))

    def start(self, site: str, *, die_at: str = "") -> None:
        """Start an agent whose worker answers with what is planted."""
        arguments = ["-m", "tests.support.agent_process", str(self.running.folder / site), die_at]
        with (self.running.folder / f"{site}.log").open("ab") as log:
            self.running.processes[site] = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def start_hub(self) -> None:
        self.running.start("hub")
        log = self.running.folder / "hub.log"
        wait_for_hub(self.running.url, process=self.running.processes["hub"], log=log)

    def revive(self) -> None:
        """Start whatever has died."""
        if self.running.processes["hub"].poll() is not None:
            self.start_hub()
        for site in SITES:
            if self.running.processes[site].poll() is not None:
                self.start(site)

    def restart(self, site: str, *, die_at: str) -> None:
        stop_processes([self.running.processes[site]])
        self.start(site, die_at=die_at)

    def wait_dead(self, site: str) -> None:
        assert self.running.processes[site].wait(timeout=PATIENCE) == -signal.SIGKILL

    def ask(self, sites: Sequence[str], *, analysis: str = "count") -> str:
        """A question on a new cohort: of the same persons hospitals would refuse sums so near each other."""
        self.plant()
        self.asked += 1
        cohort = COHORT | {"CensorWindow": {"StartDate": f"{1900 + self.asked}-01-01"}}
        with self.running.connect() as hub:
            return hub.ask(cohort, analysis=analysis, title="Somme", sites=sites, permit=STUDY)

    def wait(self, question: str) -> CountResult:
        found = self.wait_for(question)
        assert isinstance(found, CountResult)
        return found

    def wait_for(self, question: str) -> Result:
        with self.running.connect() as hub:
            wait_until(lambda: hub.result(question).complete, seconds=PATIENCE)
            return hub.result(question)

    def hold(self) -> list[bytes]:
        """All that the hub has, on its disk and in its memory."""
        hub = self.running.processes["hub"]
        return [*_read_files(self.running.folder / "hub"), *_read_memory(hub.pid)]

    def total(self, sites: Sequence[str]) -> Count:
        return Count(sum(self.planted[site] for site in sites))

    def count_answers(self, site: str, question: str) -> int:
        """Last words that this hospital recorded for that question."""
        with open_node(self.running.folder / site).open_store() as store:
            found = store.row("sum", session=question)
            assert found is not None
            return sum(row["task_id"] == found["task_id"] for row in store.rows("answers"))


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Generator[Sums]:
    folder = tmp_path_factory.mktemp("sums")
    hospitals = [Hospital(site, site, folder / f"{site}.duckdb") for site in SITES]
    for site in SITES:
        (folder / f"{site}.duckdb").touch()
    options = NetworkOptions(shown_alone=False, masked=True, step_seconds=STEP_SECONDS)
    running = create_network(hospitals, folder=folder, options=options)
    found = Sums(running)
    try:
        found.start_hub()
        for site in SITES:
            found.start(site)
        yield found
    finally:
        stop_processes(list(running.processes.values()))


@pytest.fixture(autouse=True)
def whole(network: Sums) -> None:
    network.revive()


def test_four_hospitals_sum_and_the_hub_holds_no_term(network: Sums) -> None:
    asked = SITES[:4]
    result = network.wait(network.ask(asked))
    assert result.combined.persons == network.total(asked)
    assert result.combined.contributing == asked
    assert result.masked.startswith("Somme masquée")
    assert {site.persons for site in result.sites} == {None}
    held = network.hold()
    assert _holds(held, network.total(asked).value), "the total is found, so that a term would be"
    assert not [site for site in asked if _holds(held, network.planted[site])]


def test_four_hospitals_sum_their_flows_and_the_hub_holds_no_term(network: Sums) -> None:
    """Persons and stays of a department: of an analysis with tables and amounts as of a count."""
    asked = SITES[:4]
    result = network.wait_for(network.ask(asked, analysis="flows"))
    assert isinstance(result, AnalysisResult)
    (row,) = result.tables["residence"]
    total = network.total(asked).value
    assert (row.key, row.persons, row.of) == ("69", Count(total), Count(total))
    assert (row.amounts, row.contributing) == ({"stays": total + 4.0}, asked)
    assert result.figures == {"catchment": {"departments": ["69"], "share": 1.0}, "hospitals": []}
    assert result.masked.startswith("Somme masquée")
    assert {site.persons for site in result.sites} == {None}
    held = network.hold()
    assert _holds(held, total) or _holds(held, total + 4), "the total is found, so that a term would be"
    terms = [network.planted[site] + more for site in asked for more in (0, 1)]
    assert not [number for number in terms if _holds(held, number)]


def _read_files(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def _read_memory(pid: int) -> Iterator[bytes]:
    """Every region that the process can write: its heap, its stacks, its buffers."""
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found is None or line.rstrip().endswith(("[vvar]", "[vsyscall]")):
                continue
            first, last = int(found[1], 16), int(found[2], 16)
            try:
                memory.seek(first)
                yield _drop_zeros(memory.read(last - first))
            except OSError:
                # Gone since the list was made, or a device's.
                continue


def _drop_zeros(block: bytes) -> bytes:
    """Without its pages of zeros, where no number is: the stacks of waiting threads are little else."""
    pages = np.frombuffer(block, dtype=np.uint8).reshape(-1, PAGE)
    return pages[pages.any(axis=1)].tobytes()


def _holds(held: Sequence[bytes], number: int) -> bool:
    """As digits, as eight bytes either way round, in hexadecimal, as a real number, or as Python keeps a
    whole one: 30 bits a word.
    """
    raw = number.to_bytes(8, "little")
    words = (number % 2**30).to_bytes(4, "little") + (number >> 30).to_bytes(4, "little")
    forms = (str(number).encode(), raw, raw[::-1], raw.hex().encode(), words, pack("<d", number))
    return any(form in block for block in held for form in forms)


@pytest.mark.parametrize(
    ("asked", "lost"),
    [
        pytest.param(4, 1, marks=pytest.mark.long),
        pytest.param(5, 2, marks=pytest.mark.long),
        pytest.param(6, 3, marks=pytest.mark.long),
    ],
)
def test_hospitals_that_die_with_their_numbers_drop_out(network: Sums, asked: int, lost: int) -> None:
    sites, dying = SITES[:asked], SITES[:lost]
    for site in dying:
        network.restart(site, die_at="sum_offered_taken")
    question = network.ask(sites)
    for site in dying:
        network.wait_dead(site)
    result = network.wait(question)
    left = sites[lost:]
    assert result.combined.persons == network.total(left)
    assert result.combined.contributing == left
    told = {site.id: (site.status, site.sentence) for site in result.sites}
    for site in dying:
        assert told[site] == ("failed", "Cet hôpital s’est arrêté avant la somme : il n’y est pas.")


@pytest.mark.parametrize("point", POINTS)
def test_a_hospital_killed_at_any_step_is_in_the_sum_once_after_its_restart(
    network: Sums, point: str
) -> None:
    asked = SITES[:4]
    network.restart("alpha", die_at=point)
    question = network.ask(asked)
    network.wait_dead("alpha")
    network.start("alpha")
    result = network.wait(question)
    assert result.combined.persons == network.total(asked)
    assert network.count_answers("alpha", question) == 1


@pytest.mark.long
def test_a_hospital_that_stops_in_the_last_step_ends_the_sum_for_all(network: Sums) -> None:
    network.restart("alpha", die_at="sum_masked_taken")
    result = network.wait(network.ask(SITES[:4]))
    assert result.combined.contributing == ()
    assert "mêmes hôpitaux" in result.masked


def test_a_hub_killed_in_the_middle_resumes(network: Sums) -> None:
    asked = SITES[:4]
    frozen = psutil.Process(network.running.processes["alpha"].pid)
    frozen.suspend()
    try:
        question = network.ask(asked)
        wait_until(lambda: _has_offered(network, "bravo", question), seconds=PATIENCE)
        network.running.kill("hub")
        network.start_hub()
    finally:
        frozen.resume()
    result = network.wait(question)
    assert result.combined.persons == network.total(asked)
    assert all(network.count_answers(site, question) == 1 for site in asked)


def _has_offered(network: Sums, site: str, question: str) -> bool:
    with open_node(network.running.folder / site).open_store() as store:
        return store.row("sum", session=question) is not None
