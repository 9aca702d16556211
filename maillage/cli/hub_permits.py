"""`maillage hub permit …`: publish what the committee signed, see what the hospitals said."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.i18n import _
from maillage.cli.hub_desk import boot_current, operator
from maillage.hub.boot import Hub

if TYPE_CHECKING:
    from maillage.governance.permits.actions import Publisher

app = typer.Typer(no_args_is_help=True, help=_("Les autorisations que le comité a signées."))

HubFolder = Annotated[Path, typer.Option("--hub", envvar="MAILLAGE_HUB_FOLDER", help=_("Dossier du hub."))]
PermitFile = Annotated[
    Path, typer.Argument(metavar="FILE", help=_("Document signé par le comité."), show_default=False)
]
Here = Path()


@app.command(help=_("Propose une autorisation signée aux hôpitaux qu’elle nomme."))
def publish(source: PermitFile, hub: HubFolder = Here) -> None:
    """The hospitals' nodes read it at their next poll; each accepts it or not."""
    booted = boot_current(hub)
    from maillage.governance.permits import actions

    opened = actions.publish(source.read_bytes(), publisher=_publisher(booted))
    typer.echo(
        _("L’autorisation {permit} est proposée aux hôpitaux.").format(permit=opened.message.permit_id)
    )


@app.command(help=_("Transmet la reprise d’une autorisation par le comité."))
def revoke(source: PermitFile, hub: HubFolder = Here) -> None:
    """No question is asked under it any more; nodes stop at their next poll."""
    booted = boot_current(hub)
    from maillage.governance.permits import actions

    name = actions.revoke(source.read_bytes(), publisher=_publisher(booted))
    typer.echo(_("L’autorisation {permit} est reprise.").format(permit=name))


@app.command("list", help=_("Les autorisations publiées, et ce que chaque hôpital en a dit."))
def list_permits(hub: HubFolder = Here) -> None:
    """A line a permit."""
    signers = boot_current(hub).settings.committee_signers
    from maillage.governance.permits.listing import describe_all

    table = Table(_("Nom"), _("État"), _("Expire"), _("Hôpitaux"))
    for found in describe_all(signers=signers):
        words = ", ".join(f"{site} {word}" for site, word in sorted(found["sites"].items()))
        table.add_row(found["permit_id"], found["state"], found["expires_at"] or "?", words)
    Console(highlight=False).print(table)


def _publisher(hub: Hub) -> "Publisher":
    from maillage.governance.permits.actions import Publisher

    return Publisher(
        network=hub.settings.name,
        signers=hub.settings.committee_signers,
        by=operator(),
        at=hub.clock(),
    )
