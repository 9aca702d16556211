"""One Django for the run (it allows no more); for each test a fresh database and a clock to move."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from maillage.base.ids import SiteId
from maillage.hub.access.limits import Limiter
from maillage.hub.access.recent import Recent
from maillage.hub.boot import Hub
from tests.support.cohorts import COHORT
from tests.support.hubs import ProbeNode
from tests.support.one_django import Renew, boot_once

SITES = ("chu-clermont", "chu-grenoble", "chu-saint-etienne", "hcl")


@dataclass
class MovableClock:
    """Time that passes when a test says so."""

    now: datetime = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        """Let time pass."""
        self.now += timedelta(**duration)


@dataclass
class Network:
    """A hub in this process, with probe nodes and one requester."""

    hub: Hub
    clock: MovableClock
    http: httpx2.Client
    token: str = ""
    nodes: dict[str, ProbeNode] = field(default_factory=dict)

    def configure(self, **settings: Any) -> None:
        """Change settings of the hub as `hub.toml` would."""
        from django.conf import settings as django_conf

        self.hub = replace(self.hub, settings=self.hub.settings.model_copy(update=settings))
        django_conf.MAILLAGE = self.hub

    def enrol(self, *sites: str, hello: bool = True, **changes: Any) -> list[ProbeNode]:
        """Register a probe node a site."""
        from maillage.governance.group import actions

        for site in sites:
            node = ProbeNode(site, self.http, self.hub.key.public, clock=self.clock, **changes)
            registration = actions.Registration(SiteId(site), f"Hôpital {site}", node.key.public)
            actions.register(registration, by="operator:test", at=self.clock())
            self.nodes[site] = node
            if hello:
                assert node.hello().status_code == 200
        return [self.nodes[site] for site in sites]

    def call(self, method: str, path: str, *, token: str | None = None, **arguments: Any) -> httpx2.Response:
        """A call of the client API as the requester, or as the holder of another token."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return self.http.request(method, "/api/v1" + path, headers=headers, **arguments)

    def ask(self, **changes: Any) -> dict[str, Any]:
        """Ask a question that is taken; its document."""
        response = self.call("POST", "/questions", json={"title": "Diabète", "cohort": COHORT} | changes)
        assert response.status_code == 201, response.text
        return response.json()

    def read(self, question: dict[str, Any]) -> dict[str, Any]:
        """The document as it is now."""
        response = self.call("GET", f"/questions/{question['id']}")
        assert response.status_code == 200, response.text
        return response.json()

    def audit(self) -> list[str]:
        """The types of the audit's lines, in order."""
        from maillage.governance.audit.models import Event

        return list(Event.objects.order_by("sequence").values_list("type", flat=True))


@pytest.fixture(scope="session")
def booted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hub, Renew]:
    """Django on a hub, and what gives each test a database of its own."""
    return boot_once(tmp_path_factory.getbasetemp() / "django")


@pytest.fixture
def network(booted: tuple[Hub, Renew], tmp_path: Path) -> Generator[Network]:
    """A fresh network: no member yet, one requester called alice."""
    from django.conf import settings as django_conf
    from django.core.wsgi import get_wsgi_application
    from django.db import connection

    hub, renew = booted
    renew(tmp_path)
    clock = MovableClock()
    limiter = Limiter(lambda: clock().timestamp())
    django_conf.MAILLAGE = replace(hub, clock=clock, limiter=limiter, recent=Recent())
    application: Any = get_wsgi_application()
    transport = httpx2.WSGITransport(app=application)
    with httpx2.Client(transport=transport, base_url="http://127.0.0.1:8400") as http:
        found = Network(django_conf.MAILLAGE, clock, http)
        from maillage.hub.access import people

        found.token = people.create_token("alice", by="operator:test", at=clock())
        yield found
    connection.close()
