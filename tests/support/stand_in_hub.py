"""A hub as a node sees it: the four calls of the contract, signatures checked, leases kept; in a thread.

It delivers whatever bytes a test hands it, which the real hub never would.
"""

import json
import socket
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from maillage.base.clock import Clock, format_instant, utc_now
from maillage.base.keys import PublicKey, SigningKey
from maillage.exchange.envelope import AnyAnswer, open_answer
from maillage.exchange.errors import ClockSkewError, SignatureError
from maillage.exchange.http import verify_request


@dataclass
class Entry:
    """A task at the hub: who has it on lease, and every answer's bytes in the order in which they came."""

    envelope: bytes
    boot: str | None = None
    cancelled: bool = False
    answers: list[bytes] = field(default_factory=list)


@dataclass
class StandInHub:
    """`down` makes every call fail as a broken server does; `refuse_answers` is a status for answers."""

    key: SigningKey = field(default_factory=SigningKey.generate)
    node_key: PublicKey | None = None
    site: str = "hcl"
    clock: Clock = utc_now
    down: bool = False
    refuse_answers: int = 0
    anchor: dict[str, Any] | None = None
    port: int = 0
    tasks: dict[str, Entry] = field(default_factory=dict)
    calls_refused: int = 0
    polls: int = 0
    hellos: list[dict[str, Any]] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def deliver(self, task_id: str, envelope: bytes) -> None:
        """Put a task in the queue, under this name."""
        with self.news:
            self.tasks[task_id] = Entry(envelope)
            self.news.notify_all()

    def deliver_again(self, task_id: str) -> None:
        """Free the lease, answered or not."""
        with self.news:
            self.tasks[task_id].boot = None
            self.news.notify_all()

    def cancel(self, task_id: str) -> None:
        with self.news:
            self.tasks[task_id].cancelled = True
            self.news.notify_all()

    def wait_for_answers(self, task_id: str, *, count: int = 1, seconds: float = 30) -> list[AnyAnswer]:
        """The answers so far, once there are so many; fails when they do not come."""
        with self.news:
            ok = self.news.wait_for(lambda: len(self.tasks[task_id].answers) >= count, timeout=seconds)
            assert ok, f"{len(self.tasks[task_id].answers)} of {count} answers came"
            return [self.read(data) for data in self.tasks[task_id].answers]

    def wait_for_hello(self, *, count: int = 1, seconds: float = 30) -> dict[str, Any]:
        with self.news:
            assert self.news.wait_for(lambda: len(self.hellos) >= count, timeout=seconds), "no hello came"
            return self.hellos[-1]

    def read(self, data: bytes) -> AnyAnswer:
        assert self.node_key is not None
        return open_answer(data, signers={self.node_key.fingerprint: self.node_key}).message

    # What the four calls do: a status, a document or bytes, headers.

    def hello(self, said: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        with self.news:
            self.hellos.append(said)
            for entry in self.tasks.values():
                if entry.boot != said["boot"]:
                    entry.boot = None
            self.news.notify_all()
        return 200, {"site": self.site, "hub_time": format_instant(utc_now()), "anchor": self.anchor}, {}

    def next_task(self, *, wait: float, boot: str) -> tuple[int, Any, dict[str, str]]:
        deadline = time.monotonic() + wait
        with self.news:
            self.polls += 1
            # A poll that a dead process left behind, or a lost connection, must not take a task with it.
            while not self.down and self.hellos and self.hellos[-1]["boot"] == boot:
                cancelled = [
                    name for name, entry in self.tasks.items() if entry.cancelled and not entry.answers
                ]
                headers = {"Maillage-Cancelled": ",".join(cancelled)} if cancelled else {}
                for name, entry in self.tasks.items():
                    if entry.boot is None:
                        entry.boot = boot
                        return 200, entry.envelope, headers | {"Maillage-Task": name}
                if cancelled or not self.news.wait(deadline - time.monotonic()):
                    return 204, b"", headers
        return (503, _trouble("unavailable"), {}) if self.down else (204, b"", {})

    def record(self, name: str, data: bytes) -> tuple[int, Any, dict[str, str]]:
        with self.news:
            if self.refuse_answers:
                return self.refuse_answers, _trouble("answer_refused"), {}
            if name not in self.tasks:
                return 404, _trouble("task_unknown"), {}
            before = self.tasks[name].answers
            self.tasks[name].answers = [*before, data]
            self.news.notify_all()
        return 200, {"status": "already_recorded" if data in before else "recorded"}, {}


@contextmanager
def serve(hub: StandInHub) -> Generator[StandInHub]:
    """The hub on a free port of loopback, or on its former one."""
    server = _Server(("127.0.0.1", hub.port), _handler(hub))
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        server.hang_up()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.calls: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.calls.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.calls.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that callers keep alive, as the end of a hub's process does."""
        for call in list(self.calls):
            with suppress(OSError):
                call.shutdown(socket.SHUT_RDWR)


def _trouble(code: str) -> dict[str, str]:
    return {"code": code, "what": code, "why": "", "remedy": ""}


def _handler(hub: StandInHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body are two writes; else the second waits 40 ms for word of the first.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, body: bytes) -> None:
            status, document, headers = self._route(body)
            data = document if isinstance(document, bytes) else json.dumps(document).encode()
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                self.close_connection = True

        def _route(self, body: bytes) -> tuple[int, Any, dict[str, str]]:
            if hub.down:
                return 503, _trouble("unavailable"), {}
            if trouble := self._check(body):
                hub.calls_refused += 1
                return 401, _trouble(trouble), {}
            parts = urlsplit(self.path)
            match parts.path.removeprefix("/api/node/v1/").split("/"):
                case ["hello"]:
                    return hub.hello(json.loads(body))
                case ["tasks", "next"]:
                    query = parse_qs(parts.query)
                    return hub.next_task(wait=float(query["wait"][0]), boot=query["boot"][0])
                case ["tasks", name, "answer"]:
                    return hub.record(name, body)
                case _:
                    return 404, _trouble("not_found"), {}

        def _check(self, body: bytes) -> str:
            assert hub.node_key is not None
            keys = {hub.node_key.fingerprint: hub.node_key}
            try:
                request = verify_request(
                    method=self.command,
                    target=self.path,
                    body=body,
                    headers=dict(self.headers),
                    find_key=keys.get,
                    now=hub.clock(),
                )
            except ClockSkewError:
                return "clock_skew"
            except SignatureError:
                return "signature_invalid"
            known = request.nonce in hub.nonces
            hub.nonces.add(request.nonce)
            return "signature_invalid" if known or self.headers["Maillage-Protocol"] != "2" else ""

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's signature
            pass

    return Handler
