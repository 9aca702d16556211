"""`maillage hub person …`: accounts from the hub's machine, the first of the office's among them."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.i18n import _
from maillage.cli.hub_desk import HubFolder, boot_current, operator

app = typer.Typer(no_args_is_help=True, help=_("Les comptes des personnes et leurs rôles."))

Name = Annotated[str, typer.Argument(help=_("Nom du compte, sans espace."))]
RoleName = Annotated[
    str, typer.Argument(metavar="ROLE", help=_("researcher, committee, engineer, dpo, auditor ou office."))
]
Site = Annotated[str, typer.Option(help=_("Hôpital pour lequel il est donné ; sans lui, le groupement."))]
Days = Annotated[int, typer.Option(help=_("Combien de jours il dure, 366 au plus."))]
Here = Path()


@app.command(help=_("Invite une personne, avec un premier rôle, et affiche le lien à lui remettre."))
def invite(
    name: Name,
    full_name: Annotated[str, typer.Option(help=_("Nom complet."), show_default=False)],
    role: Annotated[str, typer.Option(help=_("Premier rôle : office pour la première personne."))] = "",
    site: Site = "",
    days: Days = 366,
    email: Annotated[str, typer.Option(help=_("Adresse électronique."))] = "",
    hub: HubFolder = Here,
) -> None:
    """Open an account and print its invitation."""
    found = boot_current(hub)
    from maillage.governance.people import actions
    from maillage.governance.transactions import atomic
    from maillage.hub.access.invitations import create_invitation

    by, now = operator(), found.clock()
    with atomic():
        person = actions.invite(actions.Newcomer(name, full_name, email), by=by, at=now)
        if role:
            _give(person.name, role, site=site, days=days, by=by, at=now)
        secret = create_invitation(person.name, by=by, at=now)
    typer.echo(f"{found.settings.address}/invitation/{secret}")


@app.command(help=_("Fait un nouveau lien d’invitation : pour qui a perdu le sien."))
def link(name: Name, hub: HubFolder = Here) -> None:
    """Print a new invitation; the former one opens nothing any more."""
    found = boot_current(hub)
    from maillage.hub.access.invitations import create_invitation

    secret = create_invitation(name, by=operator(), at=found.clock())
    typer.echo(f"{found.settings.address}/invitation/{secret}")


@app.command(help=_("Donne un rôle à une personne."))
def give(name: Name, role: RoleName, site: Site = "", days: Days = 366, hub: HubFolder = Here) -> None:
    """Give a role from now on."""
    now = boot_current(hub).clock()
    _give(name, role, site=site, days=days, by=operator(), at=now)
    typer.echo(_("{name} a maintenant ce rôle.").format(name=name))


@app.command(help=_("Retire un rôle à une personne, partout où elle l’a."))
def withdraw(name: Name, role: RoleName, hub: HubFolder = Here) -> None:
    """Take a role back at once."""
    now = boot_current(hub).clock()
    from maillage.governance.people import actions
    from maillage.governance.people.models import Grant

    person = actions.find_person(name)
    given = Grant.objects.filter(person=person, role=role, state="given")
    for grant in list(given):
        actions.withdraw_role(grant.id, by=operator(), at=now)
    typer.echo(_("{name} n’a plus ce rôle.").format(name=name))


@app.command(help=_("Suspend une personne : ses sessions et ses jetons ne servent plus."))
def suspend(name: Name, hub: HubFolder = Here) -> None:
    """Shut somebody out."""
    now = boot_current(hub).clock()
    from maillage.hub.access.closing import close_account

    close_account(name, for_good=False, by=operator(), at=now)
    typer.echo(_("{name} est suspendu.").format(name=name))


@app.command(help=_("Rétablit une personne suspendue."))
def reinstate(name: Name, hub: HubFolder = Here) -> None:
    """Let somebody in again."""
    now = boot_current(hub).clock()
    from maillage.governance.people import actions

    actions.reinstate(name, by=operator(), at=now)
    typer.echo(_("{name} est rétabli.").format(name=name))


@app.command("list", help=_("Donne la liste des personnes, leur état et leurs rôles en cours."))
def show_list(
    hub: HubFolder = Here, as_json: Annotated[bool, typer.Option("--json", help=_("En JSON."))] = False
) -> None:
    """List the accounts, for people or as JSON."""
    now = boot_current(hub).clock()
    from maillage.governance.people.listing import list_people

    people = list_people(at=now)
    if as_json:
        typer.echo(json.dumps({"people": people}, ensure_ascii=False, indent=2))
        return
    table = Table(_("Compte"), _("Nom"), _("État"), _("Rôles en cours"))
    for person in people:
        roles = ", ".join(f"{grant['words']} ({grant['site'] or '*'})" for grant in person["roles"])
        table.add_row(person["name"], person["full_name"], person["state_words"], roles)
    Console().print(table)


def _give(name: str, role: str, *, site: str, days: int, by: str, at: datetime) -> None:
    from maillage.governance.people import actions
    from maillage.governance.people.errors import PersonInvalidError
    from maillage.governance.people.roles import Role

    if role not in list(Role):
        raise PersonInvalidError(
            _("« {role} » n’est pas un rôle.").format(role=role[:40]), remedy=", ".join(sorted(Role))
        )
    giving = actions.Giving(Role(role), timedelta(days=days), site)
    actions.give_role(name, giving, by=by, at=at)
