"""`maillage node objections`: who objected at this hospital. Nothing of a patient is typed in an argument.

What the node's agent must not carry (the engine) is imported when a command runs.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.french import format_number
from maillage.base.i18n import _, ngettext
from maillage.cli.node_options import AsJson, Folder
from maillage.node.folder import Node, open_node
from maillage.warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from maillage.node.objections.patients import Patient

app = typer.Typer(
    no_args_is_help=True, help=_("Les oppositions des patients de l’hôpital : dès la question suivante.")
)

By = Annotated[str, typer.Option(help=_("Qui enregistre : ce nom va au registre."), show_default=False)]


@app.command(help=_("Enregistre l’opposition d’un patient, demandé au clavier ou lu sur l’entrée standard."))
def add(folder: Folder, by: By) -> None:
    """Add one objection."""
    from maillage.node.objections import changes

    node, patient = open_node(folder), _ask_patient()
    with node.open_store() as store:
        change = changes.add(store, node=node, patient=patient, by=by)
    _tell_added(change.changed, change.unchanged)
    _tell_presence(node)


@app.command(help=_("Retire l’opposition d’un patient : la question suivante le compte de nouveau."))
def withdraw(folder: Folder, by: By) -> None:
    """Withdraw one."""
    from maillage.node.objections import changes

    node, patient = open_node(folder), _ask_patient()
    with node.open_store() as store:
        change = changes.withdraw(store, node=node, patient=patient, by=by)
    if not change.changed:
        typer.echo(_("Ce registre n’a pas d’opposition de ce patient : rien n’a changé."))
        return
    typer.echo(
        ngettext("{count} opposition retirée", "{count} oppositions retirées", change.changed).format(
            count=format_number(change.changed)
        )
        + "."
    )


@app.command("import", help=_("Enregistre une liste : CSV avec une colonne ins, local_id, ou les deux."))
def import_list(
    folder: Folder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("La liste."), show_default=False)],
    by: By,
    replace: Annotated[
        bool, typer.Option("--replace", help=_("La liste prend la place de tout le registre."))
    ] = False,
) -> None:
    """Import a list, whole or not at all."""
    from maillage.node.objections import changes
    from maillage.node.objections.patients import read_patients

    node, patients = open_node(folder), read_patients(file)
    change_all = changes.replace_all if replace else changes.add_list
    with node.open_store() as store:
        change = change_all(store, node=node, patients=patients, by=by)
    _tell_added(change.changed, change.unchanged)
    _tell_presence(node)


@app.command("list", help=_("Les oppositions du registre, sans identité : numéro, nature, date."))
def list_all(
    folder: Folder,
    as_json: AsJson = False,
) -> None:
    """List them, without identity."""
    from maillage.node.objections.patients import word_kind
    from maillage.node.objections.presence import find_present
    from maillage.node.objections.register import load_register

    node = open_node(folder)
    with node.open_store() as store:
        register = load_register(store, folder=node.folder)
        rows = store.rows("objections")
    present = find_present(node, register)
    if as_json:
        found = [dict(row) | {"found": row["objection_id"] in present} for row in rows]
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    table = Table("#", _("Nommé par"), _("Enregistrée le"), _("Patient de l’entrepôt"))
    for row in rows:
        here = _("oui") if row["objection_id"] in present else _("pas encore")
        number, kind, at = row
        table.add_row(str(number), word_kind(kind), at, here)
    Console(highlight=False).print(table if rows else _("Le registre est vide."))


def _ask_patient() -> "Patient":
    """From the keyboard or a pipe: an argument would stay in the shell's history and the process list."""
    from maillage.node.objections.patients import Patient

    ins = _ask(_("INS (vide s’il est inconnu)"))
    return Patient(ins=ins, local_id=_ask(_("Numéro de l’hôpital (vide s’il est inconnu)")))


def _ask(label: str) -> str:
    return typer.prompt(label, default="", show_default=False, err=True)


def _tell_added(added: int, unchanged: int) -> None:
    done = ngettext("{count} opposition ajoutée", "{count} oppositions ajoutées", added)
    known = ngettext("{count} déjà connue", "{count} déjà connues", unchanged)
    typer.echo(f"{done.format(count=format_number(added))}, {known.format(count=format_number(unchanged))}.")


def _tell_presence(node: Node) -> None:
    """How many are met in the warehouse; one that cannot be opened changes nothing to what was recorded."""
    from maillage.node.objections.presence import count_presence

    try:
        found = count_presence(node)
    except WarehouseError as error:
        typer.echo(_("L’entrepôt n’a pas pu être consulté : {why}").format(why=error.what))
        return
    typer.echo(
        _("Au registre : {total}, dont {waiting} pas encore trouvées dans l’entrepôt.").format(
            total=format_number(found.total), waiting=format_number(found.waiting)
        )
    )
