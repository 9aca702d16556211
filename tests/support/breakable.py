"""A real network that tests may break: one hub and as many hospitals as a test starts, all as processes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil

from maillage.base.clock import format_instant, utc_now
from maillage.base.keys import PublicKey
from maillage.cli.demo.network import Hospital, NetworkOptions, RunningNetwork, create_network
from maillage.cli.demo.permits import STUDY
from maillage.cli.demo.processes import stop_processes
from maillage.cli.demo.readiness import wait_for_hub
from maillage.cli.main import run
from maillage.client import CountResult, Hub, SiteCount
from maillage.disclosure import Count
from maillage.node import ledger
from maillage.node.folder import Node, open_node
from maillage.node.ledger import Line
from tests.support.cohorts import COHORT
from tests.support.commands import run_command
from tests.support.hubs import ProbeNode
from tests.support.nodes import wait_until

TRIO = ("est", "nord", "sud")
"""The hospitals that are up whenever a test begins."""

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 45.0


@dataclass
class Network:
    """What a test sees of it. Names are sites, and `hub`."""

    running: RunningNetwork
    paused: list[psutil.Process] = field(default_factory=list)

    # --- processes

    def start(self, *names: str, health: str = "ok", **environment: str) -> None:
        """Start them and wait until the hub has heard each node say that health."""
        since = format_instant(utc_now())
        with _environment(environment):
            for name in names:
                self.running.start(name)
        self.wait_heard(*names, health=health, since=since)

    def start_hub(self) -> None:
        """Start the hub and wait until it serves."""
        self.running.start("hub")
        log = self.running.folder / "hub.log"
        wait_for_hub(self.running.url, process=self.running.processes["hub"], log=log)

    def start_dying(self, point: str, *, site: str) -> None:
        """Start a node that kills itself at that point of its first task; nothing is waited for."""
        with _environment({"MAILLAGE_STOP_AT": point}):
            self.running.start(site)

    def start_shifted(self, site: str, *, seconds: int) -> None:
        """Start a node whose clock is wrong by so much; nothing is waited for."""
        arguments = ["-m", "tests.support.shifted_agent", str(self.running.folder / site), str(seconds)]
        with (self.running.folder / f"{site}.log").open("ab") as log:
            self.running.processes[site] = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait_heard(self, *sites: str, health: str = "ok", since: str = "") -> None:
        """Return when the hub heard each of them after `since`, with that health."""

        def heard() -> bool:
            found = {site["id"]: site for site in self.read_network()}
            return all(
                (found[name]["last_seen"] or "") >= since and found[name]["health"] == health
                for name in sites
            )

        wait_until(heard, seconds=PATIENCE)

    def kill(self, name: str) -> None:
        """End it as a power cut would."""
        self.running.kill(name)

    def pause(self, process: psutil.Process) -> None:
        """Freeze a process until `resume`, or the test's end."""
        process.suspend()
        self.paused.append(process)

    def resume(self, process: psutil.Process) -> None:
        """Let it go on."""
        self.paused.remove(process)
        if process.is_running():
            process.resume()

    def agent(self, site: str) -> psutil.Process:
        """The agent's process."""
        return psutil.Process(self.running.processes[site].pid)

    def worker(self, site: str) -> psutil.Process:
        """The worker's process, once there is one."""
        wait_until(lambda: len(self.agent(site).children()) == 1, seconds=PATIENCE)
        return self.agent(site).children()[0]

    def is_up(self, name: str) -> bool:
        """Whether its process runs."""
        process = self.running.processes.get(name)
        return process is not None and process.poll() is None

    def mend(self) -> None:
        """Bring the hub and the trio back."""
        if not self.is_up("hub"):
            self.start_hub()
        self.start(*[site for site in TRIO if not self.is_up(site)])

    def calm(self) -> None:
        """End the nodes that only this test needed, and let paused processes go on."""
        for process in list(self.paused):
            self.resume(process)
        extra = [name for name in self.running.processes if name not in {*TRIO, "hub"}]
        stop_processes([self.running.processes.pop(name) for name in extra])

    # --- settings of a node; they apply when it starts

    def amend(self, site: str, *, old: str, new: str) -> None:
        """Change a line of its node.toml."""
        path = self.node(site).folder / "node.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text, text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def node(self, site: str) -> Node:
        """The node as its folder says."""
        return open_node(self.running.folder / site)

    # --- questions

    def ask(self, *sites: str, cohort: Mapping[str, Any] = COHORT) -> str:
        """Ask these hospitals for a count; the question's id."""
        with self.running.connect() as hub:
            return hub.ask(cohort, title="Diabète", sites=sites, permit=STUDY)

    def read(self, question: str) -> CountResult:
        """The result as it is now."""
        with self.running.connect() as hub:
            return _counted(hub.result(question))

    def wait_complete(self, question: str) -> CountResult:
        """The result once every hospital has given its last word; fails when one does not."""
        return self.wait_for(question, lambda result: result.complete)

    def wait_for(self, question: str, holds: Callable[[CountResult], bool]) -> CountResult:
        """The first result of which it holds."""
        with self.running.connect() as hub:
            last = None
            for last in map(_counted, hub.follow(question, wait=PATIENCE)):
                if holds(last):
                    return last
        raise AssertionError(str(last))

    def wait_answered(self, question: str, *sites: str) -> CountResult:
        """The result once these hospitals have answered, whatever the others do."""
        return self.wait_for(question, lambda result: set(sites) <= answered(result))

    def connect(self) -> Hub:
        """A client of the hub."""
        return self.running.connect()

    def http(self) -> httpx2.Client:
        """Bare HTTP to the hub, as the holder of the token."""
        headers = {"Authorization": f"Bearer {self.running.access.token}"}
        return httpx2.Client(base_url=self.running.url, headers=headers, timeout=40)

    def read_network(self) -> list[dict[str, Any]]:
        """Every hospital, as the hub sees it."""
        with self.running.connect() as hub:
            return hub.network()

    def probe(self, site: str, http: httpx2.Client) -> ProbeNode:
        """A member that does what the test says, with that site's registered key."""
        node = self.node(site)
        return ProbeNode(site, http, PublicKey.parse(node.settings.hub.key), key=node.key)

    # --- ledgers

    def read_audit(self, *, task_id: str | None = None) -> list[dict[str, Any]]:
        """The hub's audit, of one task or whole; from its table, for a command takes a second to start."""
        database = self.running.folder / "hub" / "hub.sqlite"
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            query = (
                "SELECT type, b.actor, b.subject, b.facts FROM audit_event JOIN audit_body b USING (sequence)"
            )
            rows = connection.execute(f"{query} ORDER BY sequence")
            lines = [dict(row) | {"facts": json.loads(row["facts"])} for row in rows]
        return [line for line in lines if task_id in (None, line["subject"])]

    def read_ledger(self, site: str, *, task_id: str | None = None) -> list[Line]:
        """A node's ledger, of one task or whole."""
        with self.node(site).open_store() as store:
            return [line for line in ledger.read_lines(store) if task_id in (None, line.task_id)]

    def verify(self, *sites: str) -> None:
        """`maillage hub audit verify`, and `maillage node verify` for each of these: all whole."""
        run_command("hub", "audit", "--hub", str(self.running.folder / "hub"), "verify")
        for site in sites:
            assert run(["node", "verify", str(self.running.folder / site)]) == 0, site

    def read_log(self, name: str) -> str:
        """What a process has said."""
        return (self.running.folder / f"{name}.log").read_text(encoding="utf-8")


def answered(result: CountResult) -> set[str]:
    """The hospitals that have answered."""
    return {site.id for site in result.sites if site.status == "answered"}


def site_of(result: CountResult, site: str) -> SiteCount:
    """One hospital's line."""
    return next(line for line in result.sites if line.id == site)


def tasks_of(audit: Sequence[Mapping[str, Any]], question: str) -> dict[str, str]:
    """The task of each hospital that took delivery of the question, from the hub's audit."""
    return {
        line["actor"]: line["subject"]
        for line in audit
        if line["type"] == "hub:task:deliver" and line["facts"]["question"] == question
    }


def check_answered_once(network: Network, *questions: str) -> None:
    """Each task has one last word: one line of the hub's audit, one of the node's ledger."""
    audit = network.read_audit()
    for question in questions:
        for site, task_id in tasks_of(audit, question).items():
            at_hub = Counter(line["type"] for line in audit if line["subject"] == task_id)
            at_node = Counter(line.event for line in network.read_ledger(site, task_id=task_id))
            assert at_hub["node:answer:record"] == 1, (site, at_hub)
            assert at_node["agent:answer:recorded"] == 1, (site, at_node)
            assert at_hub["hub:answer:refuse"] == 0, (site, at_hub)


def check_total(result: CountResult, *sites: str) -> None:
    """The total is that of these hospitals, and of no other."""
    assert set(result.combined.contributing) == set(sites)
    cells = [site_of(result, site).persons for site in sites]
    assert result.combined.persons == Count(sum(cell.value for cell in cells if isinstance(cell, Count)))


@contextmanager
def breakable_network(
    hospitals: Sequence[Hospital], *, folder: Path, options: NetworkOptions
) -> Generator[Network]:
    """Make it, start its hub, and end what runs of it with the body."""
    network = Network(create_network(hospitals, folder=folder, options=options))
    for hospital in hospitals:
        # A test that restarts things must not wait for half a minute's pause to pass.
        network.amend(hospital.id, old="retry_seconds_max = 30", new="retry_seconds_max = 1")
    try:
        network.start_hub()
        yield network
    finally:
        for process in network.paused:
            process.send_signal(signal.SIGCONT)
        stop_processes(list(network.running.processes.values()))


@contextmanager
def _environment(changes: Mapping[str, str]) -> Generator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _counted(result: object) -> CountResult:
    assert isinstance(result, CountResult)
    return result
