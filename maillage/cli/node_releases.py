"""`maillage node releases …`, `evidence`, `verify-evidence`: what a checker sees, says and can prove."""

import getpass
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from maillage.base.i18n import _
from maillage.base.keys import PublicKey
from maillage.cli.node_options import AsJson, By, Folder
from maillage.disclosure import cell_from_json
from maillage.exchange.cell_words import describe_cell
from maillage.exchange.evidence import EvidenceRecord
from maillage.exchange.evidence_words import word_evidence
from maillage.exchange.release import Outcome, Word
from maillage.node.anew import begin_anew
from maillage.node.folder import open_node
from maillage.node.release.check import rule, word_ruling
from maillage.node.release.evidence import find_evidence, verify_evidence
from maillage.node.review import check_name, check_text

app = typer.Typer(no_args_is_help=True, help=_("Les réponses calculées qui attendent d’être contrôlées."))

TaskId = Annotated[str, typer.Argument(metavar="TASK", help=_("Nom de la tâche."), show_default=False)]
Masks = Annotated[
    list[str] | None,
    typer.Option("--mask", help=_("Case ou partie à masquer, par son nom ; peut se répéter.")),
]


@app.command("list", help=_("Les réponses retenues, la plus ancienne d’abord."))
def show_list(folder: Folder, as_json: AsJson = False) -> None:
    """A line each, no number of an answer."""
    from maillage.node.release.describe import list_waiting

    node = open_node(folder)
    with node.open_store() as store:
        found = list_waiting(store, node=node)
    if as_json:
        _print_json(found)
        return
    if not found:
        typer.echo(_("Aucune réponse n’attend de contrôle."))
        return
    for one in found:
        # Lines rather than a table: a name that a narrow terminal cuts in two cannot be copied.
        typer.echo(
            _("{task_id} : {standing_words}, attend depuis {age_hours} h, expire le {expires_at}").format(
                **one
            )
        )
        typer.echo(f"    {one['requester'] or '?'} : {one['title'] or _('(illisible)')}")


@app.command("left", help=_("Ce qui est sorti, le plus récent d’abord : à qui, quand, sur quelle ligne."))
def show_left(
    folder: Folder,
    most: Annotated[int, typer.Option(min=1, max=10_000, help=_("Combien au plus."))] = 50,
    as_json: AsJson = False,
) -> None:
    """Final answers by which numbers left, masked sums too; `evidence` tells more of one."""
    from maillage.node.left import NUMBERS, Wanted, describe_left, list_left

    node = open_node(folder)
    with node.open_store() as store:
        found = list_left(store, node=node, wanted=Wanted(kinds=NUMBERS), most=most)
        described = [describe_left(store, left) for left in found]
    if as_json:
        _print_json(described)
        return
    if not described:
        typer.echo(_("Rien n’est encore sorti d’ici."))
    for one in described:
        typer.echo(_("{task_id} : {words}, {at}, ligne {line} du registre").format(**one))
        typer.echo(f"    {one['requester'] or '?'} ({one['permit'] or '?'}) : {one['title']}")


@app.command(help=_("Une réponse retenue : sa question, ses cases, ses règles, les réponses d’avant."))
def show(folder: Folder, task: TaskId, mask: Masks = None, as_json: AsJson = False) -> None:
    """With --mask, as it would leave."""
    from maillage.node.release.describe import describe_held

    node = open_node(folder)
    with node.open_store() as store:
        found = describe_held(store, node=node, task_id=task, masks=frozenset(mask or ()))
    if as_json:
        _print_json(found)
        return
    for line in _word_held(found):
        typer.echo(line)


def _word_held(found: dict[str, Any]) -> list[str]:
    about = found["about"] or {}
    return [
        found["title"] or found["task_id"],
        _("Demandée par {requester}, sous l’autorisation {permit}.").format(**found),
        _("Projet : {project}. But : {purpose}").format(
            project=about.get("project", "?"), purpose=about.get("purpose", "?")
        ),
        _("Calculée le {computed_at} ; expire le {expires_at} ; {standing_words}.").format(**found),
        *(
            [_("Une opposition est venue depuis : un accord la fera recalculer.")]
            if found["outdated"]
            else []
        ),
        "",
        found["cohort"],
        *_section(_("Ce qui sortirait"), [_word_cell(cell) for cell in found["cells"]]),
        *_section(_("Les règles"), [_word_rule(one) for one in found["rules"]]),
        *_section(
            _("Les réponses d’avant"),
            [one["sentence"] for one in found["differences"]] or [_("Aucune à cette personne.")],
        ),
        *_section(_("Ce qui a été dit"), [_word_word(one) for one in found["words"]]),
    ]


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", title, "-" * len(title), *lines] if lines else []


def _word_cell(cell: dict[str, Any]) -> str:
    return f"{describe_cell(cell_from_json(cell['cell'])):>20}  {cell['words']}  [{cell['name']}]"


def _word_rule(one: dict[str, Any]) -> str:
    if one["nearest"] is None:
        return f"• {one['sentence']}"
    return f"• {one['sentence']} " + _("Au plus près : {nearest}.").format(nearest=one["nearest"])


def _word_word(one: dict[str, Any]) -> str:
    told = _("{at} : {by}, {outcome}").format(at=one["at"], by=one["by"], outcome=one["outcome_words"])
    masks = f" ({', '.join(one['masks'])})" if one["masks"] else ""
    note = f" : {one['note']}" if one["note"] else ""
    former = "" if one["counts"] else " " + _("[tour précédent]")
    return f"• {told}{masks}{note}{former}"


@app.command(help=_("Dit ce que devient une réponse retenue."))
def decide(
    folder: Folder,
    task: TaskId,
    outcome: Annotated[
        Outcome,
        typer.Option(
            help=_(
                "conform : elle sort ; masked : elle sort sans ces cases ; examine : elle attend ; refused."
            ),
            show_default=False,
        ),
    ],
    by: By,
    mask: Masks = None,
    note: Annotated[str, typer.Option(help=_("Pourquoi ; reste à l’hôpital."))] = "",
) -> None:
    """One checker's word."""
    said = Word(
        check_name(by),
        outcome,
        frozenset(mask or ()),
        check_text(note, _("la note")) if note else "",
    )
    node = open_node(folder)
    with node.open_store() as store:
        ruling = rule(store, node=node, task_id=task, word=said, account=getpass.getuser())
    typer.echo(word_ruling(ruling, outcome=outcome))


@app.command(
    "begin-anew",
    help=_("Laisse le nœud répondre alors que ce qu’il a déjà répondu est perdu : rien n’y sera comparé."),
)
def start_anew(
    folder: Folder,
    by: By,
    why: Annotated[str, typer.Option(help=_("Pourquoi ; reste à l’hôpital."), show_default=False)],
) -> None:
    """Where nothing is lost, nothing changes. Raises ReleasesThereError, hence exit code 8."""
    node = open_node(folder)
    with node.open_store() as store:
        begin_anew(store, node=node, by=by, why=why)
    typer.echo(
        _("Dès la prochaine question, le nœud recommence sans ses réponses d’avant ; le registre le dit.")
    )


def evidence(
    folder: Folder,
    name: Annotated[
        str, typer.Argument(metavar="TASK|QUESTION", help=_("Tâche ou question."), show_default=False)
    ],
    out: Annotated[
        Path | None, typer.Option(help=_("Écrit aussi la preuve signée dans ce fichier."), show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The record of one release, checked against ledger and answer."""
    node = open_node(folder)
    with node.open_store() as store:
        kept = find_evidence(store, node=node, name=name)
    if out is not None:
        with out.open("xb") as file:
            file.write(kept.envelope)
    _print_record(kept.record, as_json=as_json)


def verify_file(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help=_("Preuve signée."), show_default=False, exists=True)
    ],
    key: Annotated[str, typer.Option(help=_("Clé publique du nœud, ed25519:…"), show_default=False)],
    as_json: AsJson = False,
) -> None:
    """Offline: the file and the key are enough. Raises EvidenceBrokenError, hence exit code 6."""
    record = verify_evidence(source.read_bytes(), key=PublicKey.parse(key))
    _print_record(record, as_json=as_json)
    if not as_json:
        typer.echo(_("Signature valable : ce nœud a écrit cette preuve, et personne ne l’a modifiée."))


def _print_record(record: EvidenceRecord, *, as_json: bool) -> None:
    if as_json:
        _print_json(record.model_dump(mode="json"))
        return
    found, trace = record.evidence, record.trace
    typer.echo(
        _("Réponse de {site} à la question {question}").format(site=found.site, question=found.question_id)
    )
    for sentence in word_evidence(found, with_cells=True):
        typer.echo(f"• {sentence}")
    typer.echo(
        _(
            "• À l’hôpital seulement : {given} nombres examinés, {shown} montrés, {below} sous le seuil, "
            "{protected} protégés."
        ).format(given=trace.given, shown=trace.shown, below=trace.below_floor, protected=trace.protected)
    )
    if record.checkers:
        typer.echo(_("• Contrôlée par : {names}.").format(names=", ".join(record.checkers)))
    line = record.line
    typer.echo(_("• Registre : ligne {sequence}, {hash}.").format(sequence=line.sequence, hash=line.hash))
    typer.echo(_("• Réponse : {hash}.").format(hash=record.answer))


def register(parent: typer.Typer) -> None:
    """Put the commands under `maillage node`."""
    parent.add_typer(app, name="releases")
    parent.command("evidence", help=_("La preuve d’une sortie : règles, cases, versions, registre."))(
        evidence
    )
    parent.command("verify-evidence", help=_("Vérifie une preuve de sortie, sans le nœud ni le réseau."))(
        verify_file
    )


def _print_json(document: Any) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
