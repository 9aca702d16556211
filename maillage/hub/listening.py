"""Waitress's loop, for which the kernel remembers who is listened to.

Its own asks every open connection, at each event of any, what it awaits: with 220 of them that was a quarter
of the hub's work. Here those are asked that have a request in work. The others await their next one.
"""

import select
import time
from collections.abc import MutableMapping
from typing import Any

from waitress import wasyncore

_READ = select.POLLIN | select.POLLPRI
ALL_SECONDS = 1.0
"""How often all are asked after all: the server itself decides now and then to close one that is silent."""

Channels = MutableMapping[int, Any]
"""Waitress's dispatchers by their descriptor: connections, the socket that takes new ones, its alarm."""


class Listener:
    """Stands for the module `wasyncore` in a server (`BaseWSGIServer.asyncore`)."""

    def __init__(self, *, all_seconds: float = ALL_SECONDS) -> None:
        self._all_seconds = all_seconds
        self._epoll = select.epoll()
        self._awaited: dict[int, tuple[Any, int]] = {}
        self._at_work: set[int] = set()
        self._asked_all_at = 0.0

    def loop(self, *, timeout: float, map: Channels, use_poll: bool) -> None:  # noqa: A002, ARG002 - waitress's
        """Serve events until nothing is open."""
        while map:
            self._turn(map, seconds=min(timeout, self._all_seconds))

    def _turn(self, channels: Channels, *, seconds: float) -> None:
        for descriptor in self._whom_to_ask(channels):
            self._ask(descriptor, channels)
        for descriptor, events in self._epoll.poll(seconds):
            self._at_work.add(descriptor)
            # It may have gone with an event before this one.
            if descriptor in channels:
                wasyncore.readwrite(channels[descriptor], events)

    def _whom_to_ask(self, channels: Channels) -> set[int]:
        now = time.monotonic()
        if now - self._asked_all_at >= self._all_seconds:
            self._asked_all_at = now
            return {*channels, *self._awaited}
        # Whoever has just come is not known yet. Whoever has gone was at work: it had an event.
        return self._at_work | (channels.keys() - self._awaited.keys())

    def _ask(self, descriptor: int, channels: Channels) -> None:
        channel = channels.get(descriptor)
        if channel is None:
            # The kernel forgot it when it was closed.
            self._awaited.pop(descriptor, None)
            self._at_work.discard(descriptor)
            return
        wanted = _wants(channel)
        self._listen(descriptor, channel, wanted)
        # Those that hold no requests, such as the socket that takes connections, are asked each time.
        if wanted == _READ and not getattr(channel, "requests", True):
            self._at_work.discard(descriptor)
        else:
            self._at_work.add(descriptor)

    def _listen(self, descriptor: int, channel: Any, wanted: int) -> None:
        former, awaited = self._awaited.get(descriptor, (None, 0))
        if former is not channel:
            # Another one had this number, and the kernel forgot it with its end.
            awaited = 0
        if wanted and not awaited:
            self._epoll.register(descriptor, wanted)
        elif wanted and wanted != awaited:
            self._epoll.modify(descriptor, wanted)
        elif awaited and not wanted:
            # With no event at all the kernel would still tell, again and again, that the other side has gone.
            self._epoll.unregister(descriptor)
        self._awaited[descriptor] = (channel, wanted)


def _wants(channel: Any) -> int:
    wanted = _READ if channel.readable() else 0
    # A socket that takes connections is never written to.
    return wanted | (select.POLLOUT if channel.writable() and not channel.accepting else 0)
