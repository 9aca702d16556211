"""What every command of `maillage hub` begins with: the hub in its folder, and who types."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from maillage.base.i18n import _
from maillage.hub.boot import Hub, boot
from maillage.hub.errors import HubUnavailableError

HubFolder = Annotated[Path, typer.Option("--hub", envvar="MAILLAGE_HUB_FOLDER", help=_("Dossier du hub."))]


def boot_current(folder: Path) -> Hub:
    """Start Django and make sure that the database is at this software's version."""
    hub = boot(folder)
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise HubUnavailableError(
            _("La base du hub n’est pas à la version de ce logiciel."),
            remedy=_("Sauvegardez-la, puis : maillage hub migrate {folder}").format(folder=folder),
        )
    return hub


def operator() -> str:
    """Who types: the operating system's account, which the audit names."""
    return f"operator:{getpass.getuser()}"
