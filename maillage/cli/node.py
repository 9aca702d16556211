"""`maillage node`: what a hospital's engineer types."""

import json
import os
import signal
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from maillage.base.canon import sha256_hex
from maillage.base.i18n import _
from maillage.base.settings import SettingsError, describe_validation
from maillage.cli import node_console, node_ledger, node_permits, node_releases
from maillage.cli.node_options import AsJson, By, Folder
from maillage.cli.objections import app as objections_app
from maillage.cli.source_options import (
    Memory,
    ObjectionList,
    PasswordFile,
    Reading,
    Schema,
    Vocabulary,
    VocabularySchema,
)
from maillage.node import referentiel, review, status
from maillage.node.agent import no_probe, run_agent
from maillage.node.folder import Node, create_node, open_node
from maillage.node.log import Log
from maillage.node.policy import word_decision, word_policy
from maillage.node.policy_change import replace_policy
from maillage.node.settings import HubSettings, NodeSettings, WarehouseSettings
from maillage.node.shared import Probe

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=_("Le nœud d’un hôpital : installer, faire tourner, décider."),
)

referentiel_app = typer.Typer(no_args_is_help=True, help=_("Le référentiel du groupe, pris au hub."))
app.add_typer(referentiel_app, name="referentiel")
node_permits.register(app)
node_ledger.register(app)
node_releases.register(app)
node_console.register(app)
app.add_typer(objections_app, name="objections")

TaskId = Annotated[str, typer.Argument(metavar="TASK", help=_("Nom de la tâche."), show_default=False)]


@app.command(help=_("Crée un nœud : sa clé, ses réglages, sa politique, son registre, et son entrepôt."))
def init(
    folder: Folder,
    site: Annotated[str, typer.Option(help=_("Nom court de l’hôpital, par exemple hcl."))],
    hub: Annotated[str, typer.Option(help=_("Adresse du hub, https://…"))],
    hub_key: Annotated[str, typer.Option(help=_("Clé publique du hub, ed25519:…"))],
    warehouse: Annotated[
        Path | None, typer.Option(help=_("Fichier de l’entrepôt (maillage warehouse load)."))
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="SOURCE",
            help=_("Ce qu’a l’hôpital : dossier FHIR, PMSI, de tables ou OMOP, entrepôt, postgresql://…"),
        ),
    ] = None,
    vocabulary: Vocabulary = None,
    memory: Memory = None,
    objections: ObjectionList = None,
    schema: Schema = None,
    vocabulary_schema: VocabularySchema = None,
    password_file: PasswordFile = None,
) -> None:
    """Make a node and say what to do next."""
    reading = Reading(vocabulary, memory, objections, schema, vocabulary_schema, password_file)
    path = str(warehouse.resolve()) if warehouse else "warehouse.duckdb"
    settings = _make_settings(site=site, hub=hub, hub_key=hub_key, warehouse=path)
    if source is None:
        _refuse_reading(reading)
        node = create_node(folder, settings=settings)
    elif warehouse is not None:
        raise SettingsError(_("Choisissez --warehouse ou --from."))
    else:
        # Here and not above: whoever runs a node does not load the loaders.
        from maillage.cli.node_source import taken_in

        with taken_in(folder, source, site=site, reading=reading) as found:
            node = create_node(folder, settings=settings.model_copy(update={"warehouse": found}))
    _tell_created(node, folder=folder)


def _refuse_reading(reading: Reading) -> None:
    if reading != Reading():
        raise SettingsError(_("Ces options disent comment lire une source : donnez-la avec --from."))


def _tell_created(node: Node, *, folder: Path) -> None:
    console = Console(highlight=False)
    console.print(_("Nœud créé dans {folder}.").format(folder=folder), soft_wrap=True)
    console.print(_("Clé publique : {key}").format(key=node.key.public.text), soft_wrap=True)
    console.print(_("Empreinte :    {print}").format(print=node.key.public.fingerprint), soft_wrap=True)
    console.print("\n" + _("Au hub, après avoir comparé l’empreinte de vive voix :"))
    command = f'maillage hub register {node.site} --name "…" --key "{node.key.public.text}"'
    console.print(f"  {command}", soft_wrap=True)
    console.print("\n" + _("La politique retient toute question pour examen : policy.toml."))
    console.print("\n" + _("Ensuite, quand le hub a inscrit l’hôpital :"))
    for verb, rest in (
        ("run", ""),
        ("committee trust", ' --key "ed25519:…" --by "…"'),
        ("permits", ""),
        ("accept", ' feasibility --by "…"'),
    ):
        console.print(f"  maillage node {verb} {folder}{rest}", soft_wrap=True, markup=False)


def _make_settings(*, site: str, hub: str, hub_key: str, warehouse: str) -> NodeSettings:
    try:
        return NodeSettings(
            site=site,
            hub=HubSettings(url=hub, key=hub_key),
            warehouse=WarehouseSettings(path=warehouse),
        )
    except ValidationError as error:
        raise SettingsError(_("Le nœud n’est pas créé."), why=describe_validation(error)) from error


@app.command(help=_("Fait tourner le nœud jusqu’à ce qu’on l’arrête (Ctrl-C, SIGTERM)."))
def run(folder: Folder) -> None:
    """Run the agent in the foreground."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    node = open_node(folder)
    run_agent(node, log=Log({"process": "agent"}), stop=stop, probe=_choose_probe())
    # The long poll that is under way is not waited for: its thread must not hold the exit.
    sys.stderr.flush()
    os._exit(0)


def _choose_probe() -> Probe:
    # For the tests of crashes only: die, as a power cut would, at the named point.
    chosen = os.environ.get("MAILLAGE_STOP_AT")
    if not chosen:
        return no_probe

    def die_there(point: str) -> None:
        if point == chosen:
            os.kill(os.getpid(), signal.SIGKILL)

    return die_there


@app.command("status", help=_("L’état du nœud : agent, hub, questions, registre."))
def show_status(folder: Folder, as_json: AsJson = False) -> None:
    """How the node is, without asking the hub."""
    node = open_node(folder)
    with node.open_store() as store:
        found = status.read_status(store, node=node)
    if as_json:
        _print_json(found)
        return
    table = Table(show_header=False, box=None)
    for name, value in status.word_status(found):
        table.add_row(name, value)
    Console(highlight=False).print(table)


@app.command(help=_("Les questions qui attendent l’accord d’une personne."))
def pending(folder: Folder, as_json: AsJson = False) -> None:
    """Held questions, oldest first."""
    node = open_node(folder)
    with node.open_store() as store:
        held = review.list_pending(store, node=node)
    if as_json:
        _print_json([_describe_pending(question) for question in held])
        return
    if not held:
        typer.echo(_("Aucune question n’attend."))
        return
    table = Table(_("Tâche"), _("Reçue"), _("Expire"), _("Demandée par"), _("Analyse"), _("Titre"))
    for question in held:
        task = question.task
        asked = (task.requester, task.analysis.id, task.title) if task else ("?", "?", _("(illisible)"))
        # A title is a stranger's text: it must not become markup of the table that a steward reads.
        table.add_row(question.task_id, question.received_at, question.expires_at, *map(escape, asked))
    Console(highlight=False).print(table)


def _describe_pending(question: review.Pending) -> dict[str, Any]:
    document = {
        "task_id": question.task_id,
        "received_at": question.received_at,
        "expires_at": question.expires_at,
    }
    return document | {"task": question.task.model_dump(mode="json") if question.task else None}


@app.command(help=_("Autorise une question retenue : le nœud calcule et répond."))
def release(folder: Folder, task: TaskId, by: By) -> None:
    """A person's yes."""
    node = open_node(folder)
    with node.open_store() as store:
        review.release(store, node=node, task_id=task, by=by)
    typer.echo(_("Question autorisée ; la réponse part dès qu’elle est calculée."))


@app.command(help=_("Refuse une question retenue ; le motif reste à l’hôpital."))
def refuse(
    folder: Folder,
    task: TaskId,
    by: By,
    why: Annotated[str, typer.Option(help=_("Motif, gardé dans le registre du nœud seulement."))],
) -> None:
    """A person's no."""
    node = open_node(folder)
    with node.open_store() as store:
        review.refuse(store, node=node, task_id=task, by=by, why=why)
    typer.echo(_("Question refusée."))


@referentiel_app.command("pull", help=_("Prend la version publiée par le hub et la met dans l’entrepôt."))
def pull_referentiel(folder: Folder, by: By) -> None:
    """Download, check, apply."""
    node = open_node(folder)
    with node.call_hub() as client:
        manifest = referentiel.pull(node, client, by=by)
    typer.echo(_("Référentiel {reference} appliqué.").format(reference=manifest.reference))


@referentiel_app.command("status", help=_("La version de l’entrepôt, et celle que le hub publie."))
def show_referentiel(folder: Folder, as_json: AsJson = False) -> None:
    """Compare what is here with what the hub offers."""
    from maillage.warehouse.engines.open import open_engine

    node = open_node(folder)
    with closing(open_engine(node.place)) as engine:
        here = engine.vocabulary_version
    with node.call_hub() as client:
        offered = referentiel.read_offer(node, client).manifest.reference
    if as_json:
        _print_json({"warehouse": here, "hub": offered, "current": here == offered})
        return
    typer.echo(_("Entrepôt : {reference}").format(reference=here or _("inconnu")))
    typer.echo(_("Hub : {reference}").format(reference=offered))
    if here != offered:
        typer.echo(_("Pour la prendre : maillage node referentiel pull {folder}").format(folder=folder))


@app.command(help=_("Montre et vérifie la politique ; avec --replace, la remplace par un fichier."))
def policy(
    folder: Folder,
    replace: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Met d’abord ce fichier à sa place, avec --by."))
    ] = None,
    by: Annotated[str, typer.Option(help=_("Qui décide : ce nom va au registre."))] = "",
) -> None:
    """Raises PolicyError or FloorError when the file is not a policy."""
    node = open_node(folder)
    if replace is not None:
        former = sha256_hex(node.policy_path.read_bytes())
        with node.open_store() as store:
            replace_policy(store, node=node, data=replace.read_bytes(), former=former, by=by)
    found = node.read_policy()
    console = Console(highlight=False)
    if found.test_network:
        console.print(
            _("RÉSEAU D’ESSAI : pas de données de patients sous cette politique."), style="bold red"
        )
    for text in word_policy(found):
        console.print(text)
    table = Table("#", _("Analyse"), _("Demandée par"), _("Autorisation"), _("Décision"))
    for number, rule in enumerate(found.rules, start=1):
        table.add_row(str(number), rule.analysis, rule.requester, rule.permit, word_decision(rule.decision))
    table.add_row("", "*", "*", "*", _("refuser (aucune règle)"))
    console.print(table)


def _print_json(document: Any) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
