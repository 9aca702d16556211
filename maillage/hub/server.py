"""Serve the hub: waitress with threads, behind a reverse proxy that does TLS."""

import gc
import select
import signal
import sys
import threading
from types import FrameType
from typing import Any, cast

from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.urls import base
from django.utils.translation import trans_real
from waitress.server import create_server

from maillage.hub.access.rules import check_routes
from maillage.hub.boot import Hub
from maillage.hub.listening import Listener
from maillage.hub.settings import MAX_BODY_BYTES
from maillage.hub.threads import start_threads

SWITCH_SECONDS = 0.0005


def serve(hub: Hub, *, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; waiting polls are sent home first."""
    application: Any = get_wsgi_application()
    share_no_lock()
    # Django would import the views at the first request; a defect in them, or a view that nobody guards, must
    # stop the start instead.
    check_routes()
    # The référentiel opens while the first pages are asked for; not before, for two threads would import
    # the same libraries at once.
    hub.shelf.look(hub=hub)
    # What the start read was read in this thread, which asks for nothing more.
    connections.close_all()
    server = create_server(
        application,
        host=host,
        port=port,
        connection_limit=hub.settings.connections,
        # select() cannot hold a file numbered past 1,023.
        asyncore_use_poll=True,
        ident=None,
        # Ours refuses in words what is too large; beyond this, waitress cuts the connection while the caller
        # still writes, who then takes the hub for dead. What is too large is kept on disk, never parsed.
        max_request_body_size=16 * MAX_BODY_BYTES,
        _dispatcher=start_threads(hub.settings.threads),
        **_trust(hub.settings.trusted_proxy),
    )

    # Linux alone has what it needs; elsewhere waitress's own loop serves, as well for a few.
    if hasattr(select, "epoll"):
        cast("Any", server).asyncore = Listener()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        hub.doorbell.close()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    # A thread that comes back from the database waits this long for one that computes. With 5 ms, Python's
    # own, a page of a dozen statements waited more than it worked, and so did whoever waited to write.
    sys.setswitchinterval(SWITCH_SECONDS)
    # All that is loaded stays. To look through it for garbage stopped every thread for a tenth of a second.
    gc.freeze()
    try:
        server.run()
    finally:
        hub.doorbell.close()


def share_no_lock() -> None:
    """Keep what Django knows of a thread's request in that thread alone.

    asgiref's Local, made for asynchronous code as well, takes a lock that all threads share each time that
    a text is translated or an address is made: with ten pages at work, nine waited for it. Here are threads
    only. Django's own reloader replaces these values too.
    """
    for module, name in ((trans_real, "_active"), (base, "_prefixes"), (base, "_urlconfs")):
        setattr(module, name, threading.local())


def _trust(proxy: str | None) -> dict[str, Any]:
    """Only a named proxy may say that the outside speaks HTTPS, and from where: limits count by address."""
    if proxy is None:
        return {}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "trusted_proxy_count": 1,
        "clear_untrusted_proxy_headers": True,
    }
