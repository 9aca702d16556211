"""`maillage hub …`: create and run a hub, keep its members, tokens and audit.

Django is imported inside the commands only: this file is read to print help, Django or not.
"""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.i18n import _
from maillage.base.ids import SiteId, parse_site_id
from maillage.base.keys import PublicKey
from maillage.cli import hub_audit, hub_people, hub_permits, hub_releases
from maillage.cli.hub_desk import HubFolder, boot_current, operator
from maillage.hub.boot import boot, open_hub, require_django
from maillage.hub.create import create_hub
from maillage.hub.errors import HubError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=_("Le hub : questions, réponses, portail.")
)
token_app = typer.Typer(no_args_is_help=True, help=_("Jetons des personnes qui posent des questions."))
referentiel_app = typer.Typer(no_args_is_help=True, help=_("Le référentiel que les nœuds prennent au hub."))
app.add_typer(token_app, name="token")
app.add_typer(hub_audit.app, name="audit")
app.add_typer(referentiel_app, name="referentiel")
app.add_typer(hub_people.app, name="person")
app.add_typer(hub_permits.app, name="permit")
app.add_typer(hub_releases.app, name="releases")

Folder = Annotated[Path, typer.Argument(help=_("Dossier du hub."))]
Site = Annotated[str, typer.Argument(help=_("Nom court de l’hôpital, par exemple hcl."))]
Here = Path()


@app.command(help=_("Crée le dossier d’un hub : réglages, clé, base."))
def init(
    folder: Folder,
    name: Annotated[str, typer.Option(help=_("Nom court du réseau, signé dans chaque tâche."))] = "maillage",
    address: Annotated[
        str, typer.Option(help=_("Adresse par laquelle les personnes l’atteignent."))
    ] = "http://127.0.0.1:8400",
) -> None:
    """Make a hub and say what the nodes must know of it."""
    require_django()
    key = create_hub(folder, name=name, address=address)
    boot(folder)
    _migrate()
    typer.echo(_("Hub créé dans {folder}.").format(folder=folder))
    typer.echo(_("Clé publique, à donner aux nœuds : {key}").format(key=key.text))
    typer.echo(_("Empreinte, à relire au téléphone : {fingerprint}").format(fingerprint=key.fingerprint))


@app.command(help=_("Affiche la clé publique du hub."))
def key(folder: Folder = Here) -> None:
    """Print the public key."""
    typer.echo(open_hub(folder).key.public.text)


@app.command(help=_("Met la base du hub à la version de ce logiciel."))
def migrate(folder: Folder = Here) -> None:
    """Run the migrations."""
    boot(folder)
    _migrate()
    typer.echo(_("La base est à jour."))


@app.command(help=_("Sert le hub jusqu’à SIGTERM ou Ctrl-C."))
def run(
    folder: Folder = Here,
    host: Annotated[str, typer.Option(help=_("Adresse d’écoute."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(help=_("Port d’écoute."))] = 8400,
) -> None:
    """Serve in the foreground."""
    hub = boot_current(folder)
    from maillage.hub.log import log_to_stderr
    from maillage.hub.server import serve

    log_to_stderr()
    serve(hub, host=host, port=port)


@app.command(help=_("Inscrit un hôpital avec la clé de son nœud."))
def register(
    site: Site,
    name: Annotated[str, typer.Option(help=_("Nom de l’hôpital pour les personnes."))],
    key: Annotated[str, typer.Option(help=_("Clé publique de son nœud, « ed25519:… »."))],
    city: Annotated[str, typer.Option(help=_("Ville."))] = "",
    department: Annotated[
        str, typer.Option(help=_("Numéro du département, pour la carte : 69, 2A, 974."))
    ] = "",
    hub: HubFolder = Here,
) -> None:
    """Register a member."""
    now = boot_current(hub).clock()
    from maillage.governance.group import actions

    registration = actions.Registration(_read_site(site), name, PublicKey.parse(key), city, department)
    member = actions.register(registration, by=operator(), at=now)
    typer.echo(
        _("{name} est inscrit, empreinte {fingerprint}.").format(
            name=member.name, fingerprint=member.fingerprint
        )
    )


@app.command(help=_("Dit dans quel département est un hôpital déjà inscrit, pour la carte."))
def place(
    site: Site,
    department: Annotated[
        str, typer.Argument(help=_('Numéro du département : 69, 2A, 974 ; "" retire l’hôpital de la carte.'))
    ],
    hub: HubFolder = Here,
) -> None:
    """Place a member on the map."""
    now = boot_current(hub).clock()
    from maillage.governance.group import actions

    actions.place(site, department, by=operator(), at=now)
    told = (
        _("{site} est sur la carte, dans le {department}.")
        if department
        else _("{site} n’est pas sur la carte.")
    )
    typer.echo(told.format(site=site, department=department))


@app.command(help=_("Suspend un hôpital : son nœud est refusé dès sa prochaine requête."))
def suspend(site: Site, hub: HubFolder = Here) -> None:
    """Suspend a member."""
    now = boot_current(hub).clock()
    from maillage.governance.group import actions

    actions.suspend(site, by=operator(), at=now)
    typer.echo(_("{site} est suspendu.").format(site=site))


@app.command(help=_("Rétablit un hôpital suspendu."))
def reinstate(site: Site, hub: HubFolder = Here) -> None:
    """Undo a suspension."""
    now = boot_current(hub).clock()
    from maillage.governance.group import actions

    actions.reinstate(site, by=operator(), at=now)
    typer.echo(_("{site} est rétabli.").format(site=site))


@app.command(help=_("Donne la liste des hôpitaux et leur état."))
def members(
    hub: HubFolder = Here, as_json: Annotated[bool, typer.Option("--json", help=_("En JSON."))] = False
) -> None:
    """List the members, for people or as JSON."""
    found = boot_current(hub)
    from maillage.governance.group.models import Member
    from maillage.hub.network import describe_network

    keys = dict(Member.objects.values_list("site", "fingerprint"))
    sites = [site | {"fingerprint": keys[site["id"]]} for site in describe_network(hub=found)["sites"]]
    if as_json:
        typer.echo(json.dumps({"sites": sites}, ensure_ascii=False, indent=2))
        return
    table = Table(_("Hôpital"), _("Nom"), _("État"), _("Version"), _("Empreinte de la clé"))
    for site in sites:
        table.add_row(site["id"], site["name"], site["sentence"], site["software"], site["fingerprint"])
    Console().print(table)


@token_app.command("create", help=_("Fait un jeton et l’affiche ; il n’est pas gardé, notez-le."))
def create_token(
    requester: Annotated[str, typer.Argument(help=_("Nom de la personne, sans espace."))],
    hub: HubFolder = Here,
) -> None:
    """Print a new token once; only its hash is kept."""
    now = boot_current(hub).clock()
    from maillage.hub.access import people

    typer.echo(people.create_token(requester, by=operator(), at=now))


@token_app.command("revoke", help=_("Révoque tous les jetons d’une personne et ferme ses sessions."))
def revoke_tokens(
    requester: Annotated[str, typer.Argument(help=_("Nom de la personne."))], hub: HubFolder = Here
) -> None:
    """Revoke every token of one person."""
    now = boot_current(hub).clock()
    from maillage.hub.access import people

    count = people.revoke_tokens(requester, by=operator(), at=now)
    typer.echo(_("Jetons révoqués : {count}.").format(count=count))


@app.command(help=_("Fait un lien qui ouvre le portail une seule fois, dans la demi-heure."))
def link(
    requester: Annotated[str, typer.Argument(help=_("Nom de la personne, sans espace."))],
    hub: HubFolder = Here,
) -> None:
    """Print an entry link."""
    found = boot_current(hub)
    from maillage.hub.access import people

    secret = people.create_link(requester, by=operator(), at=found.clock())
    typer.echo(f"{found.settings.address}/entrer/{secret}")


@referentiel_app.command(
    "publish", help=_("Publie une version du référentiel : les nœuds peuvent la prendre.")
)
def publish_referentiel(
    release: Annotated[Path, typer.Argument(metavar="RELEASE", help=_("Dossier de la version."))],
    hub: HubFolder = Here,
) -> None:
    """Make a release current."""
    from maillage.warehouse.vocabulary.release import open_release

    opened, found = open_release(release), boot_current(hub)
    from maillage.hub.referentiel import publish

    publish(opened, hub=found, by=operator())
    typer.echo(_("Référentiel {reference} publié.").format(reference=opened.manifest.reference))


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)


def _read_site(text: str) -> SiteId:
    try:
        return parse_site_id(text)
    except ValueError as error:
        raise HubError(
            _("« {site} » ne peut pas nommer un hôpital.").format(site=text[:40]),
            remedy=_(
                "Minuscules, chiffres et traits d’union, une lettre d’abord : par exemple chu-grenoble."
            ),
        ) from error
