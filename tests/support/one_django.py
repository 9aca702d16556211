"""The one Django of a process (it allows no more), for the fixtures of every folder of tests."""

from functools import cache
from pathlib import Path

from maillage.hub.boot import Hub, boot
from maillage.hub.create import create_hub
from maillage.hub.settings import DATABASE_FILE, SETTINGS_FILE
from tests.support.messages import COMMITTEE_KEY, example_permit
from tests.support.prepare_hub import publish_permit


@cache
def boot_once(folder: Path) -> tuple[Hub, Path]:
    """Django on a new hub, and an empty migrated database to copy."""
    from django.core.management import call_command
    from django.db import connection

    create_hub(folder, name="houraa", address="http://127.0.0.1:8400")
    with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        file.write(f'committee = ["{COMMITTEE_KEY.public.text}"]\n')
    hub = boot(folder)
    call_command("migrate", verbosity=0)
    publish_permit(hub, example_permit())
    connection.close()
    return hub, folder / DATABASE_FILE
