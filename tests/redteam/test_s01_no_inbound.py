"""S1: nothing of a node listens, by what runs and by what is written; the console does, on loopback alone."""

import ast
import socket
from pathlib import Path
from typing import Any

import psutil
import pytest

from maillage.node.console import serve
from maillage.node.console.serve import LOOPBACK
from tests.conftest import ROOT
from tests.support.consoles import running_console
from tests.support.network import DemoNetwork
from tests.support.nodes import make_node

INSTALLED_AT_A_HOSPITAL = ("base", "warehouse", "disclosure", "cohort", "exchange", "analysis", "node")
SERVERS = {
    "socketserver",
    "http.server",
    "waitress",
    "asyncio",
    "wsgiref",
    "xmlrpc",
    "multiprocessing.managers",
    "uvicorn",
    "hypercorn",
}
# A person starts it, nobody calls it but their own browser; the agent never imports it (pyproject.toml).
CONSOLE = ROOT / "maillage" / "node" / "console" / "serve.py"
LISTENING = {"listen", "bind", "serve_forever", "create_server", "start_server", "start_unix_server"}
SOURCES = [path for room in INSTALLED_AT_A_HOSPITAL for path in (ROOT / "maillage" / room).rglob("*.py")]
SOURCES.remove(CONSOLE)


def can_listen(node: ast.AST) -> bool:
    """Whether this line brings a server in, or has a socket listen."""
    match node:
        case ast.Import(names=names):
            return bool({name.name for name in names} & SERVERS)
        case ast.ImportFrom(module=module):
            return module in SERVERS
        case ast.Call(func=ast.Attribute(attr="bind"), args=[], keywords=[_, *_]):
            # `log.bind(task=…)` adds a word to a line; a socket is bound to an address by its place.
            return False
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in LISTENING
        case _:
            return False


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_source_of_a_node_can_listen(source: Path) -> None:
    nodes = ast.walk(ast.parse(source.read_text(encoding="utf-8")))
    assert [getattr(node, "lineno", 0) for node in nodes if can_listen(node)] == []


@pytest.mark.parametrize(
    "line", ["import socketserver", "from waitress import serve", "found.listen()", "found.bind(('', 80))"]
)
def test_a_line_that_listens_would_be_seen(line: str) -> None:
    assert any(can_listen(node) for node in ast.walk(ast.parse(line)))


def test_the_consoles_source_binds_to_the_loopback_and_to_nothing_else() -> None:
    tree = ast.parse(CONSOLE.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    binds = [call for call in calls if getattr(call.func, "attr", "") in {"bind", "create_server"}]
    (bind,) = binds
    assert ast.unparse(bind.args[0]) == "(LOOPBACK, port)"
    assert LOOPBACK == "127.0.0.1"
    # The server is given this socket, and no address of its own to listen on.
    (run,) = [call for call in calls if ast.unparse(call.func) == "server.run"]
    assert {keyword.arg for keyword in run.keywords} == {"sockets"}
    (config,) = [call for call in calls if ast.unparse(call.func) == "uvicorn.Config"]
    assert not {keyword.arg for keyword in config.keywords} & {"host", "port", "uds", "fd"}


def test_a_console_that_runs_listens_on_the_loopback_alone(tmp_path: Path) -> None:
    own = psutil.Process()
    with running_console(make_node(tmp_path / "hcl")) as visitor:
        listening = [
            found.laddr for found in own.net_connections(kind="inet") if found.status == psutil.CONN_LISTEN
        ]
        port = int(visitor.origin.rpartition(":")[2])
        assert {address.ip for address in listening if address.port == port} == {"127.0.0.1"}
        for address in other_addresses():
            with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
                socket.create_connection((address, port), timeout=5)
    assert not [found for found in own.net_connections(kind="inet") if found.laddr[1:] == (port,)]


def test_with_the_loopback_given_up_a_console_is_reached_from_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "LOOPBACK", "0.0.0.0")  # noqa: S104 - the defence that is switched off
    with running_console(make_node(tmp_path / "hcl"), enters=False) as visitor:
        port = int(visitor.origin.rpartition(":")[2])
        for address in other_addresses():
            socket.create_connection((address, port), timeout=5).close()


def other_addresses() -> list[str]:
    """This machine's addresses beyond the loopback's, and another of the loopback."""
    cards = psutil.net_if_addrs().values()
    found = [each.address for card in cards for each in card if each.family == socket.AF_INET]
    return ["127.0.0.2", *(address for address in found if not address.startswith("127."))]


@pytest.mark.xdist_group("network")
def test_no_process_of_a_running_node_listens(demo_network: DemoNetwork) -> None:
    with demo_network.running.connect() as hub:
        assert hub.network()
    nodes = {name: process for name, process in demo_network.running.processes.items() if name != "hub"}
    assert len(nodes) == 4
    for process in nodes.values():
        agent = psutil.Process(process.pid)
        for each in (agent, *agent.children(recursive=True)):
            assert list_open(each) == []


def list_open(process: psutil.Process) -> list[Any]:
    """Every socket by which something could come in."""
    # "NONE" is a datagram or a socket that neither listens nor is connected: there is none either.
    outbound = {psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT, psutil.CONN_TIME_WAIT}
    inet = [found for found in process.net_connections(kind="inet") if found.status not in outbound]
    return [*inet, *process.net_connections(kind="unix")]


def test_a_process_that_listens_would_be_seen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert [found for found in list_open(psutil.Process()) if found.laddr[1:] == (port,)]
