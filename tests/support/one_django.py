"""The one Django of a process (it allows no more), for the fixtures of every folder of tests.

On SQLite; with MAILLAGE_TEST_DATABASE=postgresql, the same tests on a PostgreSQL server of their own.
"""

import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from maillage.hub.boot import Hub, boot
from maillage.hub.create import create_hub
from maillage.hub.settings import DATABASE_FILE, SETTINGS_FILE
from tests.support.messages import COMMITTEE_KEY, example_permit
from tests.support.postgres import Cluster, shared_cluster
from tests.support.prepare_hub import publish_permit

Renew = Callable[[Path], None]
"""Gives the next test a migrated database without rows but the example permit; a folder for its file."""

ON_POSTGRESQL = os.environ.get("MAILLAGE_TEST_DATABASE") == "postgresql"
only_on_sqlite = pytest.mark.skipif(
    ON_POSTGRESQL,
    reason="works on the inside of SQLite; test_hub_postgres.py does on that of PostgreSQL",
)

_TEMPLATE, _COPY = "maillage_template", "maillage_copy"


@cache
def boot_once(folder: Path) -> tuple[Hub, Renew]:
    """Django on a new hub, and what gives each test a database of its own."""
    from django.core.management import call_command
    from django.db import connection

    create_hub(folder, name="houraa", address="http://127.0.0.1:8400")
    with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(f'committee = ["{COMMITTEE_KEY.public.text}"]\n')
        if ON_POSTGRESQL:
            file.write(_place(shared_cluster()))
    hub = boot(folder)
    call_command("migrate", verbosity=0)
    publish_permit(hub, example_permit())
    connection.close()
    template = folder / DATABASE_FILE
    return hub, _copy_in_server if ON_POSTGRESQL else lambda target: _copy_file(template, target)


def _place(cluster: Cluster) -> str:
    cluster.run(f"CREATE DATABASE {_TEMPLATE}")
    host = f'user = "maillage"\nhost = "127.0.0.1"\nport = {cluster.port}\n'
    return f'[postgresql]\nname = "{_TEMPLATE}"\n{host}'


def _copy_file(template: Path, folder: Path) -> None:
    shutil.copy(template, folder / DATABASE_FILE)
    _turn_to(str(folder / DATABASE_FILE))


def _copy_in_server(_folder: Path) -> None:
    with shared_cluster().connect() as session:
        session.execute(f"DROP DATABASE IF EXISTS {_COPY} WITH (FORCE)".encode())
        session.execute(f"CREATE DATABASE {_COPY} TEMPLATE {_TEMPLATE}".encode())
    _turn_to(_COPY)


def _turn_to(name: str) -> None:
    from django.db import connection, connections

    databases: Any = connections.settings
    databases["default"]["NAME"] = name
    connection.close()
