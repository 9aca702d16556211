"""What every command of `maillage hub` begins with: the hub in its folder, and who types."""

import getpass
from pathlib import Path
from typing import Annotated

import typer

from maillage.base.i18n import _
from maillage.hub.boot import Hub, boot
from maillage.hub.errors import DatabaseAwayError, HubUnavailableError

HubFolder = Annotated[Path, typer.Option("--hub", envvar="MAILLAGE_HUB_FOLDER", help=_("Dossier du hub."))]


def boot_current(folder: Path) -> Hub:
    """Start Django and make sure that the database is there, and at this software's version."""
    hub = boot(folder)
    if _has_migrations_to_run():
        raise HubUnavailableError(
            _("La base du hub n’est pas à la version de ce logiciel."),
            remedy=_("Sauvegardez-la, puis : maillage hub migrate {folder}").format(folder=folder),
        )
    return hub


def _has_migrations_to_run() -> bool:
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise DatabaseAwayError(str(error).strip()) from error
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def operator() -> str:
    """Who types: the operating system's account, which the audit names."""
    return f"operator:{getpass.getuser()}"
