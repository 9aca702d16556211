"""The only file of a node that listens: on the loopback, while a person looks, and nowhere else."""

import getpass
import socket
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn

from maillage.base.i18n import _, current_language
from maillage.node.console.app import ENTRY, build_app
from maillage.node.console.door import Door
from maillage.node.console.errors import AddressError
from maillage.node.console.look import make_pages
from maillage.node.console.verifying import Verifying
from maillage.node.console.visit import Desk
from maillage.node.folder import Node

LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.5
_MOST_AT_ONCE = 32

Tell = Callable[[str], None]


def check_address(address: str) -> None:
    """Raises AddressError for any address but the loopback's."""
    if address != LOOPBACK:
        raise AddressError(
            _("La console n’écoute que sur {address}.").format(address=LOOPBACK),
            why=_("Qui l’ouvre décide de ce qui sort de l’hôpital : elle ne s’offre pas au réseau."),
            remedy=_("D’un autre poste : ssh -L 8765:{address}:8765 SERVEUR, avec --port 8765.").format(
                address=LOOPBACK
            ),
        )


@contextmanager
def listening(port: int) -> Generator[socket.socket]:
    """A socket on the loopback; port 0 takes a free one. Raises AddressError when it is taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((LOOPBACK, port))
        except OSError as error:
            raise AddressError(
                _("Le port {port} n’est pas libre.").format(port=port),
                why=error.strerror or "",
                remedy=_("Choisissez-en un autre, ou 0 pour un port libre."),
            ) from error
        # From here on a browser that is quick waits; the server comes to it.
        found.listen()
        yield found


def run_console(
    node: Node, *, port: int, idle_seconds: float, tell: Tell, stop: threading.Event | None = None
) -> None:
    """Serve until idle, closed from its page, or told to stop; `tell` is given the one-time link."""
    door = Door(idle_seconds=idle_seconds, language=current_language())
    with listening(port) as found:
        origin = f"http://{LOOPBACK}:{found.getsockname()[1]}"
        desk = Desk(node, door, make_pages(), Verifying(node), origin, getpass.getuser())
        server = uvicorn.Server(_configure(desk))
        watch = threading.Thread(target=_end_in_time, args=(server, door, stop or threading.Event()))
        watch.start()
        tell(f"{origin}{ENTRY}?cle={door.key}")
        try:
            server.run(sockets=[found])
        finally:
            door.close()
            watch.join()


def _configure(desk: Desk) -> uvicorn.Config:
    # No log of requests: the first one holds the key. No proxy is believed; nothing says what serves.
    return uvicorn.Config(
        build_app(desk),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=2,
    )


def _end_in_time(server: uvicorn.Server, door: Door, stop: threading.Event) -> None:
    while not door.is_over and not stop.wait(_LOOK_SECONDS):
        pass
    server.should_exit = True
