"""`maillage node console`: the local page of whoever looks after the node."""

from typing import Annotated

import typer

from maillage.base.i18n import _
from maillage.cli.node_options import Folder
from maillage.node.errors import NodeError
from maillage.node.folder import open_node

IDLE_MINUTES = 15


class ConsoleMissingError(NodeError):
    """The packages of the console are not installed here."""


def console(
    folder: Folder,
    port: Annotated[int, typer.Option(min=0, max=65535, help=_("Port ; 0 : un port libre."))] = 0,
    idle: Annotated[
        int, typer.Option(min=1, max=480, help=_("Minutes sans visite après lesquelles elle s’arrête."))
    ] = IDLE_MINUTES,
    address: Annotated[
        str, typer.Option(help=_("Adresse d’écoute : 127.0.0.1, et aucune autre."))
    ] = "127.0.0.1",
) -> None:
    """Raises AddressError for any other address, ConsoleMissingError without the extra `console`."""
    try:
        # Here and not above: a node without the console's packages has every other command.
        from maillage.node.console import serve
    except ModuleNotFoundError as error:
        if str(error.name).startswith("maillage"):
            raise
        raise ConsoleMissingError(
            _("La console n’est pas installée."),
            why=_("Il manque le paquet {name}.").format(name=error.name),
            remedy=_('Installez-la : pip install "maillage[console]".'),
        ) from error
    serve.check_address(address)
    serve.run_console(open_node(folder), port=port, idle_seconds=idle * 60, tell=_tell)


def _tell(link: str) -> None:
    typer.echo(_("Ouvrez ce lien sur cette machine ; il ne sert qu’une fois :"))
    typer.echo(f"  {link}")
    typer.echo(_("Ctrl-C ferme la console ; l’agent continue."))


def register(app: typer.Typer) -> None:
    """Put the command among the node's."""
    app.command(
        "console",
        help=_("Une page sur cette machine : ce qui attend, ce qui est sorti, autorisations, registre."),
    )(console)
