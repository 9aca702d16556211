"""`maillage hub audit …`: read the audit, check it, export it, shorten it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.cli.hub_desk import HubFolder, boot_current, operator
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

app = typer.Typer(invoke_without_command=True, help=_("Le journal d’audit du hub."))


@app.callback(help=_("Affiche le journal d’audit."))
def audit(
    context: typer.Context,
    hub: HubFolder = Path(),
    as_json: Annotated[bool, typer.Option("--json", help=_("Un objet JSON par ligne."))] = False,
) -> None:
    """Print every event, in order, unless a sub-command follows."""
    context.obj = hub
    if context.invoked_subcommand is not None:
        return
    boot_current(hub)
    from maillage.governance.audit.chain import each_event

    for event in each_event():
        line = event.to_json() | {"hash": event.hash}
        typer.echo(
            json.dumps(line, ensure_ascii=False)
            if as_json
            else f"{event.sequence:>6}  {format_instant(event.at)}  {event}"
        )


@app.command(help=_("Vérifie la chaîne du journal, ligne par ligne, et les têtes signées des nœuds."))
def verify(context: typer.Context, against: Against = None, proof: Proof = None) -> None:
    """Raises when the chain is broken, or a node signed two pasts, hence exit code 6."""
    hub = boot_current(context.obj)
    from maillage.governance.audit.chain import find_head
    from maillage.hub.ledger.verify import verify_against, verify_audit

    with proving(proof):
        found, head = verify_audit(), find_head()
        typer.echo(_("Le journal est intact : {count} lignes.").format(count=found.lines))
        typer.echo(
            _("Lignes des nœuds signées par eux et gardées ici : {count}.").format(count=found.node_lines)
        )
        if head is not None:
            typer.echo(_("Dernière empreinte, à noter ailleurs : {hash}").format(hash=head.hash))
        if against is not None:
            tell_comparison(verify_against(against, hub=hub))


@app.command(help=_("Écrit le journal dans un fichier signé, qu’un auditeur vérifie sans Maillage."))
def export(context: typer.Context, target: Target, since: Since = None, until: Until = None) -> None:
    """The whole audit, or the lines of some days."""
    hub = boot_current(context.obj)
    from maillage.hub.ledger.export import export_audit

    manifest = export_audit(target, hub=hub, since=at_midnight(since), until=at_midnight(until))
    tell_export(manifest, target)


@app.command(help=_("Retire le détail des lignes anciennes ; les lignes et la chaîne restent."))
def retain(context: typer.Context, before: Before) -> None:
    """Raises RetentionError for a date that the settings keep."""
    hub = boot_current(context.obj)
    from maillage.hub.ledger.retention import retain as retain_audit

    found = retain_audit(at_midnight(before) or before, hub=hub, by=operator())
    typer.echo(
        _("Détails retirés : {removed} ; gardés, car encore utiles : {kept}.").format(
            removed=found.removed, kept=found.kept
        )
    )
