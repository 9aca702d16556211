"""`maillage demo`: a hub and its hospitals start here, answer one question, and stay up to be visited."""

import json
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from maillage.base.i18n import _
from maillage.cli.demo import asked
from maillage.cli.demo.hospitals import brought_hospitals, names_the_demo, synthetic_hospitals
from maillage.cli.demo.live import as_document, draw_result, make_console, open_screen
from maillage.cli.demo.network import Hospital, NetworkOptions, RunningNetwork, running_network
from maillage.cli.demo.permits import STUDY
from maillage.cli.source_options import (
    Memory,
    ObjectionList,
    PasswordFile,
    Reading,
    Schema,
    Vocabulary,
    VocabularySchema,
)
from maillage.cli.take import check_reading
from maillage.client.results import CountResult

EXAMPLES = Path(__file__).parent.parent / "examples"
SYNTHETIC_QUESTION = EXAMPLES / "diabete-type-2-metformine.json"
ANY_QUESTION = Path(__file__).parent / "tout-diagnostic.json"
ANSWER_SECONDS = 120.0
WARM_SECONDS = 1800.0
"""Counts are live while somebody writes: engines stay open through a pause for coffee."""

app = typer.Typer(
    add_completion=False, help=_("Démonstration : un hub et quatre hôpitaux sur cette machine.")
)


@dataclass(frozen=True)
class _Show:
    """What the person asked to see."""

    question: Path
    permit: str
    stay: bool
    as_json: bool


@app.command("demo", help=_("Démarre un hub et quatre nœuds, pose une question, montre chaque réponse."))
def demo(
    once: asked.Once = False,
    as_json: asked.AsJson = False,
    patients: asked.Patients = 20_000,
    data: asked.Data = None,
    vocabulary: Vocabulary = None,
    memory: Memory = None,
    objections: ObjectionList = None,
    schema: Schema = None,
    vocabulary_schema: VocabularySchema = None,
    password_file: PasswordFile = None,
    question: asked.Question = None,
    permit: asked.Permit = STUDY,
    refuse: asked.Refuse = None,
    hold: asked.Hold = None,
    home: asked.Home = Path(".demo"),
    port: asked.Port = 0,
) -> None:
    """Start a network, ask, draw the answers as they come."""
    # Ended as with Ctrl-C, so that no hub or node outlives the demo.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = make_console(json=as_json)
    wanted = _Wanted(
        data=data or [],
        reading=Reading(vocabulary, memory, objections, schema, vocabulary_schema, password_file),
        patients=patients,
        decisions=dict.fromkeys(refuse or [], "refuse") | dict.fromkeys(hold or [], "hold"),
    )
    hospitals = _make_hospitals(wanted, folder=home.resolve() / "warehouses", console=console)
    show = _Show(question or _usual_question(wanted.data), permit, stay=not once, as_json=as_json)
    with tempfile.TemporaryDirectory(prefix="network-", dir=home) as folder:
        network = _network_options(wanted.data, show=show, port=port)
        _play(hospitals, folder=Path(folder), options=network, show=show, console=console)


@dataclass(frozen=True)
class _Wanted:
    """Which hospitals the person asked for."""

    data: Sequence[str]
    reading: Reading
    patients: int
    decisions: Mapping[str, str]


def _make_hospitals(wanted: _Wanted, *, folder: Path, console: Console) -> list[Hospital]:
    patients, decisions = wanted.patients, wanted.decisions
    if not wanted.data:
        check_reading(wanted.reading, sources=())
        return synthetic_hospitals(folder=folder, patients=patients, decisions=decisions, console=console)
    return brought_hospitals(
        wanted.data,
        folder=folder,
        patients=patients,
        reading=wanted.reading,
        decisions=decisions,
        console=console,
    )


def _usual_question(data: Sequence[str]) -> Path:
    return SYNTHETIC_QUESTION if not data or names_the_demo(data) else ANY_QUESTION


def _network_options(data: Sequence[str], *, show: _Show, port: int) -> NetworkOptions:
    return NetworkOptions(
        banner="" if data else _("Données synthétiques : aucun patient réel."),
        examples=EXAMPLES,
        port=port,
        terms=True,
        opening=show.question,
        idle_worker_seconds=WARM_SECONDS,
    )


def _play(
    hospitals: Sequence[Hospital], *, folder: Path, options: NetworkOptions, show: _Show, console: Console
) -> None:
    with ExitStack() as stack:
        with console.status(_("Le hub et {count} nœuds démarrent…").format(count=len(hospitals))):
            network = stack.enter_context(running_network(hospitals, folder=folder, options=options))
        result, elapsed_ms = _ask_live(network, show=show, console=console)
        if show.as_json:
            typer.echo(json.dumps(as_document(result, elapsed_ms=elapsed_ms), ensure_ascii=False))
        if show.stay:
            _stay_up(network, console=console)


def _ask_live(network: RunningNetwork, *, show: _Show, console: Console) -> tuple[CountResult, float]:
    """Ask and redraw at each answer; the result and the milliseconds from asking to the last change."""
    with network.connect() as hub, open_screen(console) as live:
        started = time.perf_counter()
        result = hub.count(
            show.question,
            permit=show.permit,
            wait=ANSWER_SECONDS,
            watch=lambda partial: live.update(draw_result(partial), refresh=True),
        )
        return result, (time.perf_counter() - started) * 1000


def _stay_up(network: RunningNetwork, *, console: Console) -> None:
    console.print(_("Portail : {link}").format(link=network.access.link), soft_wrap=True)
    console.print(_("Adresse et jeton, pour un programme :"))
    console.print(f"  MAILLAGE_HUB={network.url}\n  MAILLAGE_TOKEN={network.access.token}", soft_wrap=True)
    first = next(name for name in network.processes if name != "hub")
    console.print(_("La console d’un hôpital, dans un autre terminal :"))
    console.print(f"  {sys.argv[0]} node console {network.folder / first}", soft_wrap=True)
    console.print(_("Ctrl-C arrête tout."))
    network.processes["hub"].wait()
