"""The console is a door on a hospital's machine: who else is on it, or in that browser, stays out."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from maillage.base.canon import canonical_hash
from maillage.exchange.envelope import seal_task
from maillage.node import tasks
from maillage.node.console import app
from maillage.node.console.app import STATIC
from maillage.node.console.pages import VIEWS
from maillage.node.console.wall import HEADERS
from maillage.node.decide import decide_task
from maillage.node.folder import Node
from maillage.node.log import Log
from tests.support.cohorts import COHORT
from tests.support.consoles import Visitor, running_console
from tests.support.messages import HUB_KEY
from tests.support.nodes import HOLD, make_node, node_task, read_states

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\"'&"
FORBIDDEN = httpx2.codes.FORBIDDEN
_FILLED = {"task_id": "task-1", "hash": "sha256:1"}


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return make_node(tmp_path / "hcl", policy=HOLD)


@pytest.fixture
def visitor(node: Node) -> Iterator[Visitor]:
    with running_console(node) as found:
        yield found


def ask(node: Node, title: str = "Diabète") -> str:
    """A question that waits for a person's yes."""
    task = node_task(title=title, cohort=COHORT, cohort_hash=canonical_hash(COHORT))
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
    return task.task_id


def csrf_of(visitor: Visitor) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', visitor.get("/").text)
    assert found
    return found[1]


REBOUND = ["evil.example", "localhost", "127.0.0.1", "127.0.0.1:1", "127.0.0.2:{port}", "[::1]:{port}", ""]


@pytest.mark.parametrize("host", REBOUND)
def test_a_name_that_resolves_here_reads_nothing(node: Node, visitor: Visitor, host: str) -> None:
    ask(node)
    port = visitor.origin.rpartition(":")[2]
    page = visitor.get("/", headers={"host": host.format(port=port)})
    assert page.status_code in (httpx2.codes.MISDIRECTED_REQUEST, httpx2.codes.BAD_REQUEST)
    assert "Diabète" not in page.text
    assert "Maillage" not in page.text


def test_with_the_check_of_the_host_switched_off_the_rebound_name_reads_all(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(node)
    monkeypatch.setattr(app, "Wall", lambda inner, *, host: inner)
    with running_console(node) as visitor:
        assert "Diabète" in visitor.get("/", headers={"host": "evil.example"}).text


FORGED = [
    ({}, {}),
    ({"csrf": "0" * 43}, {}),
    ({"csrf": "right"}, {"origin": "http://evil.example"}),
    ({"csrf": "right"}, {"origin": "http://127.0.0.1:1"}),
    ({"csrf": "right"}, {"origin": "null"}),
    ({"csrf": "right"}, {"sec-fetch-site": "cross-site"}),
]


@pytest.mark.parametrize(("fields", "headers"), FORGED)
def test_a_forged_form_decides_nothing(
    node: Node, visitor: Visitor, fields: dict[str, str], headers: dict[str, str]
) -> None:
    task_id = ask(node)
    token = {"csrf": csrf_of(visitor)} if fields.get("csrf") == "right" else fields
    for path in (f"/questions/{task_id}/accepter", "/fin", "/langue", "/registre/export"):
        page = visitor.http.post(path, data=token | {"by": "Dr Faure"}, headers=headers)
        assert page.status_code == FORBIDDEN
    assert read_states(node) == {task_id: "held"}
    assert visitor.get("/").status_code == httpx2.codes.OK


def test_with_the_check_of_forms_switched_off_the_forged_form_decides(
    node: Node, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = ask(node)
    monkeypatch.setattr(app, "is_own_form", lambda *_arguments, **_options: True)
    forged = {"by": "Dr Faure"}
    visitor.http.post(
        f"/questions/{task_id}/accepter", data=forged, headers={"origin": "http://evil.example"}
    )
    assert read_states(node) == {task_id: "accepted"}


@pytest.mark.parametrize("kind", ["text/plain", "application/json", ""])
def test_what_is_no_form_decides_nothing(node: Node, visitor: Visitor, kind: str) -> None:
    task_id = ask(node)
    body = f"csrf={csrf_of(visitor)}&by=x".encode()
    headers = {"content-type": kind} if kind else {}
    page = visitor.http.post(f"/questions/{task_id}/accepter", content=body, headers=headers)
    assert page.status_code == httpx2.codes.BAD_REQUEST
    assert read_states(node) == {task_id: "held"}


def test_nothing_opens_without_the_session(node: Node) -> None:
    """Every address there is: another account of this machine, or another browser, finds a closed door."""
    with running_console(node) as visitor, httpx2.Client(base_url=visitor.origin) as stranger:
        for cookie in ("", "x", "0" * 43):
            for view in VIEWS:
                headers = {"cookie": f"maillage-console-{visitor.origin.rpartition(':')[2]}={cookie}"}
                page = stranger.request(view.method, view.path.format_map(_FILLED), headers=headers)
                assert page.status_code == FORBIDDEN, view.path
                assert "csrf" not in page.text
        assert stranger.get("/rien").status_code == FORBIDDEN


def test_the_cookie_of_another_console_opens_nothing(node: Node, tmp_path: Path) -> None:
    other = make_node(tmp_path / "chu", site="chu-grenoble")
    with running_console(node) as here, running_console(other) as there:
        ((name, value),) = there.http.cookies.items()
        port = here.origin.rpartition(":")[2]
        for cookie in (f"{name}={value}", f"maillage-console-{port}={value}"):
            page = httpx2.get(here.origin, headers={"cookie": cookie})
            assert page.status_code == FORBIDDEN
        assert here.get("/").status_code == there.get("/").status_code == httpx2.codes.OK


def test_the_link_serves_once_and_a_guess_never(node: Node) -> None:
    with running_console(node, enters=False) as visitor:
        assert httpx2.get(visitor.origin + "/entree?cle=" + "A" * 43).status_code == FORBIDDEN
        assert visitor.enter().status_code == httpx2.codes.OK
        assert httpx2.get(visitor.link).status_code == FORBIDDEN


def test_the_cookie_is_kept_from_scripts_and_other_sites(node: Node) -> None:
    with running_console(node, enters=False) as visitor:
        cookie = httpx2.get(visitor.link).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie


@pytest.mark.parametrize("path", ["/", "/static/console.js", "/rien", "/entree?cle=x"])
def test_each_answer_tells_the_browser_what_it_may_do(visitor: Visitor, path: str) -> None:
    found = visitor.get(path).headers
    assert {name: found[name] for name in HEADERS} == dict(HEADERS)
    assert "unsafe" not in found["content-security-policy"]
    assert "server" not in found


TRAVERSALS = [
    "/static/../app.py",
    "/static/%2e%2e/app.py",
    "/static/..%2f..%2fnode.key",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/look.css/../../errors.py",
    "/static/",
    "/questions/..%2f..%2fnode.key",
    "/autorisations/%2e%2e%2fnode.key",
]


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_reaches_a_file(visitor: Visitor, path: str) -> None:
    """On the wire as written: a client's own cleaning of addresses is not what defends."""
    host = visitor.origin.removeprefix("http://")
    ((name, value),) = visitor.http.cookies.items()
    with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=10) as wire:
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", f"Cookie: {name}={value}", "Connection: close"]
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        answer = b"".join(iter(lambda: wire.recv(65_536), b"")).decode(errors="replace")
    assert answer.startswith(("HTTP/1.1 404", "HTTP/1.1 400"))
    for told in ("PRIVATE KEY", "root:", "import "):
        assert told not in answer
    assert set(STATIC) == {"look.css", "console.css", "console.js", "mark.svg"}


def test_a_hostile_title_is_text(node: Node, visitor: Visitor) -> None:
    task_id = ask(node, title=HOSTILE)
    for path in ("/", "/attente", f"/questions/{task_id}"):
        page = visitor.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{ 7*7 }}" in page


def test_what_is_typed_comes_back_as_text(visitor: Visitor) -> None:
    for path in ("/sorties?q=", "/registre?tache=", "/registre?evenement=", "/sorties?avant="):
        page = visitor.get(path + '"><script>alert(1)</script>')
        assert page.status_code == httpx2.codes.OK
        assert "<script>alert" not in page.text
    told = visitor.post("/oppositions/ajouter", ins="<script>alert(1)</script>", by="<b>x</b>")
    assert "alert(1)" not in told.text
    assert "<b>x</b>" not in told.text


def test_a_body_without_an_end_is_cut(visitor: Visitor) -> None:
    page = visitor.http.post(
        "/oppositions/liste",
        content=b"csrf=" + b"a" * 20_000_001,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert page.status_code == httpx2.codes.BAD_REQUEST
    assert "trop grand" in page.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_no_other_method_does_anything(visitor: Visitor, method: str) -> None:
    assert visitor.http.request(method, "/politique").status_code in (403, 405)


def test_a_reader_by_address_alone_decides_nothing(node: Node, visitor: Visitor) -> None:
    task_id = ask(node)
    for view in VIEWS:
        if view.method == "POST":
            visitor.get(view.path.format_map({"task_id": task_id, "hash": "x"}))
    assert read_states(node) == {task_id: "held"}
    assert visitor.get("/").status_code == httpx2.codes.OK
