"""S1: nothing of a node listens, by what runs and by what is written."""

import ast
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from tests.support.network import DemoNetwork

INSTALLED_AT_A_HOSPITAL = ("base", "warehouse", "disclosure", "cohort", "exchange", "analysis", "node")
SERVERS = {
    "socketserver",
    "http.server",
    "waitress",
    "asyncio",
    "wsgiref",
    "xmlrpc",
    "multiprocessing.managers",
}
LISTENING = {"listen", "bind", "serve_forever", "create_server", "start_server", "start_unix_server"}
SOURCES = [path for room in INSTALLED_AT_A_HOSPITAL for path in (ROOT / "maillage" / room).rglob("*.py")]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_of_a_node_can_listen(source: Path) -> None:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                assert not {name.name for name in names} & SERVERS
            case ast.ImportFrom(module=module):
                assert module not in SERVERS
            case ast.Call(
                func=ast.Attribute(attr="bind", value=ast.Attribute(attr="log") | ast.Name(id="log"))
            ):
                # `log.bind(task=…)` adds a word to a line.
                assert node.keywords
            case ast.Call(func=ast.Attribute(attr=name)) if name in LISTENING:
                assert name == "bind", f"{source}:{node.lineno}"
                assert node.keywords
                assert not node.args
            case _:
                pass


@pytest.mark.xdist_group("network")
def test_no_process_of_a_running_node_listens(demo_network: DemoNetwork) -> None:
    with demo_network.running.connect() as hub:
        assert hub.network()
    nodes = {name: process for name, process in demo_network.running.processes.items() if name != "hub"}
    assert len(nodes) == 4
    for process in nodes.values():
        agent = psutil.Process(process.pid)
        for each in (agent, *agent.children(recursive=True)):
            # "NONE" is a datagram or a socket that neither listens nor is connected: there is none either.
            kinds = {found.status for found in each.net_connections(kind="inet")}
            assert kinds <= {psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT, psutil.CONN_TIME_WAIT}
            assert each.net_connections(kind="unix") == []
