"""The hub's loop over its connections: many that are silent, some that come as others go."""

import socket
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from typing import Any

from waitress.server import create_server

from maillage.hub.listening import Listener

REQUEST = b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n"
SECONDS = 10


def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = b"x" * int(environ["QUERY_STRING"] or 1)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@contextmanager
def serving(*, all_seconds: float = 3600, **settings: Any) -> Generator[int]:
    """A server with our loop, which never asks those that are silent unless told to; its port."""
    server: Any = create_server(answer, host="127.0.0.1", port=0, threads=2, **settings)
    server.asyncore = Listener(all_seconds=all_seconds)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        # With nothing left to listen to, the loop ends.
        server.trigger.pull_trigger(lambda: _close(server))
        thread.join(SECONDS)
        server.task_dispatcher.shutdown()


def _close(server: Any) -> None:
    for channel in list(server._map.values()):
        channel.close()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=SECONDS)


def ask(connection: socket.socket, request: bytes = REQUEST, *, size: int = 1) -> None:
    """One request on an open connection, and all of its answer."""
    connection.sendall(request)
    received = b""
    while b"\r\n\r\n" not in received or len(received.split(b"\r\n\r\n", 1)[1]) < size:
        part = connection.recv(65536)
        assert part, "the connection was closed"
        received += part
    assert received.startswith(b"HTTP/1.1 200")


def test_every_one_of_many_silent_connections_is_served_again_and_again() -> None:
    with serving(connection_limit=500) as port, ExitStack() as stack:
        connections = [stack.enter_context(connect(port)) for _number in range(150)]
        for _round in range(3):
            for connection in connections:
                ask(connection)


def test_who_comes_as_another_goes_is_served() -> None:
    with serving() as port:
        last = connect(port)
        for _number in range(200):
            ask(last)
            # The next one gets the number of the one that has just gone.
            last.close()
            last = connect(port)
        last.close()


def test_a_long_answer_reaches_who_reads_it_late() -> None:
    size = 3_000_000
    with serving() as port, connect(port) as connection:
        ask(connection, REQUEST.replace(b"GET / ", f"GET /?{size} ".encode()), size=size)
        ask(connection)


def test_who_asks_twice_at_once_gets_both_answers() -> None:
    with serving() as port, connect(port) as connection:
        connection.sendall(REQUEST * 2)
        received = b""
        while received.count(b"HTTP/1.1 200") < 2 or not received.endswith(b"x"):
            received += connection.recv(65536)


def test_who_leaves_in_the_middle_of_a_request_takes_no_other_along() -> None:
    with serving() as port, connect(port) as other:
        for _number in range(20):
            with connect(port) as connection:
                connection.sendall(b"POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 100\r\n\r\nhalf")
            ask(other)


def test_a_connection_that_stays_silent_is_closed() -> None:
    with serving(all_seconds=1, channel_timeout=1, cleanup_interval=1) as port, connect(port) as connection:
        ask(connection)
        assert connection.recv(1) == b""


def test_no_more_than_the_limit_are_taken_until_one_goes() -> None:
    count = 3
    # The server counts its own two as well: what takes connections, and its alarm.
    with serving(connection_limit=count + 2) as port, ExitStack() as stack:
        connections = [stack.enter_context(connect(port)) for _number in range(count + 1)]
        for connection in connections[:count]:
            ask(connection)
        connections[0].close()
        ask(connections[-1])
