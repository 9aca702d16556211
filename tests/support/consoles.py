"""A console for tests: served as a person would have it, and visited by a browser without a screen."""

import re
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from queue import SimpleQueue
from typing import Any

import httpx2

from maillage.node.console.serve import run_console
from maillage.node.folder import Node

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_TAGS = re.compile(r"<(script|style|head)\b.*?</\1>|<[^>]+>", re.DOTALL)


@dataclass
class Visitor:
    """Somebody at a console; `http` keeps cookies and follows redirects, as a browser does."""

    link: str
    http: httpx2.Client

    @property
    def origin(self) -> str:
        """Where the console is."""
        return self.link.partition("/entree")[0]

    def enter(self) -> httpx2.Response:
        """Open the one-time link."""
        return self.http.get(self.link)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        """A page."""
        return self.http.get(path, **options)

    def post(self, path: str, **fields: Any) -> httpx2.Response:
        """A form, with the token that its page has."""
        return self.http.post(path, data=self._fill(fields))

    def upload(self, path: str, content: bytes, **fields: Any) -> httpx2.Response:
        """A form with a file of this content in its field `list`."""
        files = {"list": ("liste.csv", content)}
        return self.http.post(path, data=self._fill(fields), files=files)

    def _fill(self, fields: dict[str, Any]) -> dict[str, Any]:
        token = _CSRF.search(self.http.get("/").text)
        assert token
        return {"csrf": token[1]} | fields


def read_text(page: httpx2.Response | str) -> str:
    """What a reader sees: no tags, one space between words."""
    text = page if isinstance(page, str) else page.text
    return " ".join(unescape(_TAGS.sub(" ", text)).split())


@contextmanager
def running_console(node: Node, *, idle_seconds: float = 600, enters: bool = True) -> Generator[Visitor]:
    """A console of this node on a free port, until the body ends."""
    links, stop = SimpleQueue[str](), threading.Event()
    options: dict[str, Any] = {"port": 0, "idle_seconds": idle_seconds, "tell": links.put, "stop": stop}
    thread = threading.Thread(target=run_console, args=(node,), kwargs=options)
    thread.start()
    try:
        link = links.get(timeout=30)
        origin = link.partition("/entree")[0]
        with httpx2.Client(base_url=origin, follow_redirects=True, timeout=30) as http:
            visitor = Visitor(link, http)
            if enters:
                assert visitor.enter().status_code == httpx2.codes.OK
            yield visitor
    finally:
        stop.set()
        thread.join(timeout=30)
    assert not thread.is_alive()
