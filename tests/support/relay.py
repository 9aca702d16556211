"""A proxy on the road between a real node and a real hub, which may change what it carries."""

import http.client
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Delivery = tuple[str, bytes]
"""A task's name and its envelope."""

NOT_CARRIED = {"host", "connection", "content-length", "transfer-encoding", "keep-alive"}


def leave(delivery: Delivery) -> Delivery:
    """Change nothing."""
    return delivery


@dataclass
class Relay:
    """`on_delivery` changes a task on its way to the node, `on_answer` an answer on its way to the hub.

    `refused` keeps what the hub said to answers that it did not take. A poll that a stopped agent left behind
    is refused too, at a moment that nobody chooses: it is not kept.
    """

    hub_url: str
    on_delivery: Callable[[Delivery], Delivery] = leave
    on_answer: Callable[[bytes], bytes] = bytes
    deliveries: list[Delivery] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def carry(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> http.client.HTTPResponse:
        """One request to the hub."""
        if target.endswith("/answer"):
            body = self.on_answer(body)
        parts = urlsplit(self.hub_url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        # Read to its end, an answer then closes its connection.
        connection.request(method, target, body=body, headers=headers | {"Connection": "close"})
        return connection.getresponse()


@contextmanager
def relaying(hub_url: str) -> Generator[Relay]:
    """A relay on a free port of loopback."""
    relay = Relay(hub_url)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(relay))
    server.daemon_threads = True
    relay.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(relay: Relay) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # One request a connection: an ended relay leaves no socket behind.
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            self._carry(b"")

        def do_POST(self) -> None:
            self._carry(self.rfile.read(int(self.headers["Content-Length"])))

        def _carry(self, body: bytes) -> None:
            headers = {name: text for name, text in self.headers.items() if name.lower() not in NOT_CARRIED}
            with suppress(OSError, http.client.HTTPException):
                with relay.carry(self.command, self.path, headers, body) as response:
                    data, kept = response.read(), dict(response.getheaders())
                if response.status >= 400 and self.path.endswith("/answer"):
                    relay.refused.append(data)
                if name := kept.get("Maillage-Task"):
                    name, data = relay.on_delivery((name, data))
                    kept["Maillage-Task"] = name
                    relay.deliveries.append((name, data))
                self._reply(response.status, kept, data)

        def _reply(self, status: int, headers: dict[str, str], data: bytes) -> None:
            self.send_response(status)
            for name, text in headers.items():
                if name.lower() not in NOT_CARRIED:
                    self.send_header(name, text)
            if status != 204:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's signature
            pass

    return Handler
