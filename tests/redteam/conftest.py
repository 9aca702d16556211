"""The attackers' ground: a hub in this process, whose nodes and requesters a test plays."""

import pytest

from maillage.hub.boot import Hub
from tests.integration.hub.conftest import network
from tests.support.one_django import Renew, boot_once

__all__ = ["booted", "network"]


@pytest.fixture(scope="session")
def booted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Hub, Renew]:
    """Django on a hub, and what gives each test a database of its own."""
    return boot_once(tmp_path_factory.getbasetemp() / "django")
