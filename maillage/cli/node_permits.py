"""`maillage node permits|accept|withdraw|committee …`: what a hospital's steward signs."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.base.keys import PublicKey
from maillage.cli.node_options import AsJson, By, Folder
from maillage.node.folder import open_node
from maillage.node.former import require_kept
from maillage.node.permits import committee, documents
from maillage.node.review import check_name

committee_app = typer.Typer(no_args_is_help=True, help=_("Les clés du comité que cet hôpital reconnaît."))

Name = Annotated[
    str, typer.Argument(metavar="PERMIT", help=_("Nom ou empreinte de l’autorisation."), show_default=False)
]


def permits(
    folder: Folder,
    take: Annotated[
        Path | None,
        typer.Option("--import", help=_("Prend d’abord ce fichier signé.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what was offered, accepted, withdrawn."""
    node = open_node(folder)
    with node.open_store() as store:
        if take is not None:
            documents.receive(store, node=node, envelope=take.read_bytes())
        found = documents.list_permits(store)
    if as_json:
        typer.echo(json.dumps([_describe(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        typer.echo(_("Aucune autorisation n’est connue ici."))
        return
    table = Table(_("Nom"), _("État"), _("Projet"), _("Expire"), _("Empreinte"))
    for one in found:
        project, expires = _word_permit(one)
        table.add_row(one.permit_id, one.state, escape(project), expires, one.hash[:23] + "…")
    Console(highlight=False).print(table)


def _word_permit(found: documents.Stored) -> tuple[str, str]:
    if found.permit is None:
        return _("(clé du comité inconnue)"), "?"
    project = found.permit.project
    if found.permit.catalogue:
        project = _("{project} ; avec un catalogue quotidien").format(project=project)
    return project, format_instant(found.permit.expires_at)


def _describe(found: documents.Stored) -> dict[str, Any]:
    permit = found.permit.model_dump(mode="json") if found.permit else None
    return {"hash": found.hash, "permit_id": found.permit_id, "state": found.state, "permit": permit}


def accept(folder: Folder, permit: Name, by: By) -> None:
    """Sign the acceptance and show what it covers."""
    node = open_node(folder)
    with node.open_store() as store:
        found = documents.accept(store, node=node, name=permit, by=check_name(by))
    typer.echo(json.dumps(_describe(found), ensure_ascii=False, indent=2))
    typer.echo(_("Autorisation acceptée ; elle vaut dès la prochaine question."))


def withdraw(folder: Folder, permit: Name, by: By) -> None:
    """Take the acceptance back."""
    node = open_node(folder)
    with node.open_store() as store:
        documents.withdraw(store, node=node, name=permit, by=check_name(by))
    typer.echo(_("Autorisation retirée ; plus aucune réponse ne part sous ce nom."))


def epsilon(folder: Folder, as_json: AsJson = False) -> None:
    """A line for each permit and requester: what differential privacy has cost them."""
    from maillage.node.worker.epsilon import list_spent

    node = open_node(folder)
    with node.open_store() as store:
        require_kept(store, folder=node.folder)
        names = {found.hash: found.permit_id for found in documents.list_permits(store)}
    spent = list_spent(node.folder)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in spent], ensure_ascii=False, indent=2))
        return
    table = Table(_("Autorisation"), _("Personne"), _("Questions"), _("ε dépensé"))
    for one in spent:
        name = names.get(one.permit, one.permit)
        table.add_row(escape(name), escape(one.requester), str(one.questions), f"{one.epsilon:g}")
    Console(highlight=False).print(table)


@committee_app.command("trust", help=_("Reconnaît une clé du comité, après avoir comparé son empreinte."))
def trust_key(
    folder: Folder,
    key: Annotated[str, typer.Option(help=_("Clé publique du comité, ed25519:…"), show_default=False)],
    by: By,
) -> None:
    """Take permits that this key signed."""
    node, public = open_node(folder), PublicKey.parse(key)
    with node.open_store() as store:
        committee.trust(store, node=node, key=public, by=check_name(by))
    typer.echo(_("Clé reconnue, empreinte {print}.").format(print=public.fingerprint))


@committee_app.command("revoke", help=_("Ne prend plus rien de ce que cette clé a signé."))
def revoke_key(
    folder: Folder,
    fingerprint: Annotated[str, typer.Option(help=_("Empreinte de la clé, SHA256:…"), show_default=False)],
    by: By,
) -> None:
    """Permits that it signed stop at once."""
    node = open_node(folder)
    with node.open_store() as store:
        committee.revoke(store, node=node, fingerprint=fingerprint, by=check_name(by))
    typer.echo(_("Clé révoquée ; les autorisations qu’elle a signées ne valent plus ici."))


@committee_app.command("list", help=_("Les clés reconnues et révoquées."))
def list_keys(folder: Folder) -> None:
    """Every key, oldest first."""
    node = open_node(folder)
    with node.open_store() as store:
        keys = committee.list_keys(store)
    table = Table(_("Empreinte"), _("Reconnue"), _("Révoquée"))
    for found in keys:
        table.add_row(found.key.fingerprint, found.trusted_at, found.revoked_at)
    Console(highlight=False).print(table)


def register(app: typer.Typer) -> None:
    """Put these commands among the node's."""
    app.command("permits", help=_("Les autorisations du comité, et ce que l’hôpital en a dit."))(permits)
    app.command("accept", help=_("Accepte une autorisation : l’hôpital la signe."))(accept)
    app.command("withdraw", help=_("Retire l’accord de l’hôpital, aussitôt."))(withdraw)
    app.command("epsilon", help=_("Ce que la confidentialité différentielle a dépensé."))(epsilon)
    app.add_typer(committee_app, name="committee")
