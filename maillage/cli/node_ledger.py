"""`maillage node ledger …` and `maillage node verify`: read the ledger, check it, export it, shorten it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from maillage.base.i18n import _
from maillage.cli.ledgers import (
    Against,
    Before,
    Proof,
    Since,
    Target,
    Until,
    at_midnight,
    proving,
    tell_comparison,
    tell_export,
)
from maillage.cli.node_options import AsJson, By, Folder
from maillage.exchange.export import Export, open_export
from maillage.node import ledger as ledgers
from maillage.node.anchors import ask_anchor
from maillage.node.export import export_ledger
from maillage.node.folder import Node, open_node
from maillage.node.retention import retain as retain_ledger
from maillage.node.states import word_any
from maillage.node.verify import verify as verify_ledger
from maillage.node.verify import verify_against

_SHOW = "show"


class _ShowFirst(TyperGroup):
    """`maillage node ledger DIR` shows the ledger: what is no command is the folder of the first one."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = [_SHOW, *args]
        return super().parse_args(ctx, args)


ledger_app = typer.Typer(
    no_args_is_help=True,
    cls=_ShowFirst,
    help=_("Le registre : ce qui est entré, ce qui a été décidé, ce qui est sorti."),
)


def register(app: typer.Typer) -> None:
    """Put these commands among those of `maillage node`."""
    app.add_typer(ledger_app, name="ledger")
    app.command(help=_("Vérifie le registre : chaîne, tête signée, réponses gardées, têtes du hub."))(verify)


@ledger_app.command(_SHOW, help=_("Montre chaque ligne ; « maillage node ledger DIR » fait de même."))
def show(folder: Folder, as_json: AsJson = False) -> None:
    """Every line, in order; with --json one document a line."""
    node = open_node(folder)
    with node.open_store() as store:
        if as_json:
            for line in ledgers.each_line(store):
                typer.echo(json.dumps(_describe(line), ensure_ascii=False))
            return
        lines = ledgers.read_lines(store)
    table = Table("#", _("Instant"), _("Événement"), _("Tâche"), _("Détail"))
    for line in lines:
        detail = ", ".join(f"{name}={value}" for name, value in line.body.items() if value is not None)
        words = _("(retiré)") if line.link.is_removed else escape(detail)
        table.add_row(str(line.sequence), line.at, word_any(line.event), line.task_id or "", words)
    Console(highlight=False).print(table)


def _describe(line: ledgers.Line) -> dict[str, Any]:
    document = {name: value for name, value in vars(line).items() if name != "link"}
    return document | {"body": None if line.link.is_removed else line.body}


@ledger_app.command(help=_("Écrit le registre dans un fichier signé, qu’un auditeur vérifie sans Maillage."))
def export(folder: Folder, target: Target, since: Since = None, until: Until = None) -> None:
    """The whole ledger, or the lines of some days."""
    node = open_node(folder)
    with node.open_store() as store:
        manifest = export_ledger(
            store, node=node, path=target, since=at_midnight(since), until=at_midnight(until)
        )
    tell_export(manifest, target)


@ledger_app.command(help=_("Retire le détail des lignes anciennes ; les lignes et la chaîne restent."))
def retain(folder: Folder, before: Before, by: By) -> None:
    """Raises RetentionError for a date that the settings keep."""
    node, day = open_node(folder), at_midnight(before)
    with node.open_store() as store:
        found = retain_ledger(store, node=node, before=day or before, by=by)
    typer.echo(
        _("Détails retirés : {removed} ; gardés, car encore utiles : {kept}.").format(
            removed=found.removed, kept=found.kept
        )
    )


def verify(
    folder: Folder,
    with_hub: Annotated[
        bool, typer.Option("--with-hub", help=_("Compare aussi avec ce que le hub en connaît."))
    ] = False,
    against: Against = None,
    proof: Proof = None,
) -> None:
    """Raises LedgerBrokenError or ForkError, hence exit code 6, when anything was edited, cut or forked."""
    node = open_node(folder)
    with node.open_store() as store, proving(proof):
        anchor = ask_anchor(store, node=node) if with_hub else None
        found = verify_ledger(store, node=node, anchor=anchor)
        typer.echo(
            _("Registre intact. Lignes : {lines} ; réponses gardées : {answers}.").format(
                lines=found.head.sequence, answers=found.answers
            )
        )
        typer.echo(_("Lignes du hub signées par lui et gardées ici : {count}.").format(count=found.hub_lines))
        if against is not None:
            export = _open_other(against, node=node)
            tell_comparison(verify_against(store, node=node, export=export))
    if with_hub:
        typer.echo(
            _("Il prolonge ce que le hub en connaît.") if found.hub else _("Le hub n’en connaît rien encore.")
        )


def _open_other(path: Path, *, node: Node) -> Export:
    """The hub's under the key that is pinned here; another hospital's under its own, which is told."""
    export = open_export(path)
    if export.keeper == "hub":
        return open_export(path, signers=node.signers)
    typer.echo(
        _("Export de {name}, clé {print} : comparez-la de vive voix.").format(
            name=export.name, print=export.key.fingerprint
        )
    )
    return export
