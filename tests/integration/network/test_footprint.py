"""What a node is on its machine: no socket that anybody could knock at (S1), little memory when idle."""

import socket
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.breakable import TRIO, Network
from tests.support.nodes import wait_until

pytestmark = pytest.mark.xdist_group("breakable")

IDLE_BYTES = 100_000_000


class Watch:
    """Looks at the sockets of processes and of their children, again and again, until told to stop."""

    def __init__(self, processes: Iterable[psutil.Process]) -> None:
        self.processes = list(processes)
        self.looks = 0
        self.workers: set[int] = set()
        self.found: set[str] = set()
        self.ports: set[int] = set()
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            for process in self.processes:
                self.look(process)
            self.looks += 1
            self.stop.wait(0.005)

    def look(self, agent: psutil.Process) -> None:
        """What the agent and its worker have open but outbound TCP."""
        for process in (agent, *agent.children(recursive=True)):
            if process != agent:
                self.workers.add(process.pid)
            try:
                connections = process.net_connections(kind="all")
            except psutil.NoSuchProcess:
                continue
            for each in connections:
                outbound = each.type == socket.SOCK_STREAM and each.family != socket.AF_UNIX and each.raddr
                if outbound and each.status != psutil.CONN_LISTEN:
                    self.ports.add(each.raddr.port)
                elif not _is_forming(each):
                    self.found.add(
                        f"{process.name()} {each.family!r} {each.type!r} {each.laddr} {each.status}"
                    )


def _is_forming(each: object) -> bool:
    """A TCP socket between its creation and its connection: no address, nobody can reach it."""
    status, family = getattr(each, "status", ""), getattr(each, "family", None)
    return (
        status in {psutil.CONN_NONE, psutil.CONN_CLOSE}
        and family != socket.AF_UNIX
        and (getattr(each, "type", None) == socket.SOCK_STREAM)
    )


@contextmanager
def watching(processes: Iterable[psutil.Process]) -> Generator[Watch]:
    watch = Watch(processes)
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop.set()
        thread.join()


def test_the_watch_sees_what_listens(tmp_path: Path) -> None:
    """Else the next test would prove nothing."""
    here = psutil.Process()
    with socket.socket() as port, socket.socket(socket.AF_UNIX) as path:
        port.bind(("127.0.0.1", 0))
        port.listen()
        path.bind(str(tmp_path / "socket"))
        path.listen()
        watch = Watch([here])
        watch.look(here)
        listening = f"{port.getsockname()[1]}) LISTEN"
    assert any(listening in found for found in watch.found), watch.found
    assert any(str(tmp_path / "socket") in found for found in watch.found), watch.found


def test_no_process_of_a_node_can_be_reached_during_the_life_of_questions(network: Network) -> None:
    network.kill("est")
    network.running.start("est")
    with watching(network.agent(site) for site in TRIO) as watch:
        network.wait_complete(network.ask(*TRIO))
        worker = network.worker("nord")
        network.pause(worker)
        question = network.ask(*TRIO)
        network.wait_answered(question, "est", "sud")
        network.resume(worker)
        network.wait_complete(question)
    assert watch.looks > 20
    assert len(watch.workers) >= len(TRIO), "the workers were seen too"
    assert watch.found == set()
    assert watch.ports == {int(network.running.url.rsplit(":", 1)[1])}, "the hub is all they speak to"


@pytest.mark.long
def test_an_idle_node_is_small_and_its_worker_gone(network: Network) -> None:
    network.amend("petit", old="idle_worker_seconds = 3600", new="idle_worker_seconds = 1")
    network.start("petit")
    network.wait_complete(network.ask("nord", "petit", "sud"))
    agent = network.agent("petit")
    wait_until(lambda: not agent.children())
    assert agent.memory_info().rss <= IDLE_BYTES
    assert network.wait_complete(network.ask("nord", "petit", "sud")).combined.contributing, "it wakes again"
