"""`maillage hub releases …`: the committee's checkers look at a result before its requester does."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from maillage.base.i18n import _
from maillage.cli.hub_desk import boot_current, operator
from maillage.disclosure import cell_from_json
from maillage.exchange.cell_words import describe_cell
from maillage.exchange.release import Outcome, Word, word_outcome, word_standing

app = typer.Typer(no_args_is_help=True, help=_("Les résultats que le comité contrôle avant de les montrer."))

HubFolder = Annotated[Path, typer.Option("--hub", envvar="MAILLAGE_HUB_FOLDER", help=_("Dossier du hub."))]
QuestionId = Annotated[
    str, typer.Argument(metavar="QUESTION", help=_("Nom de la question."), show_default=False)
]
Masks = Annotated[
    list[str] | None,
    typer.Option("--mask", help=_("Case ou partie à masquer, par son nom ; peut se répéter.")),
]
AsJson = Annotated[bool, typer.Option("--json", help=_("Un document JSON plutôt qu’un tableau."))]
Here = Path()


@app.command("list", help=_("Les résultats qui attendent, le plus ancien d’abord."))
def show_list(hub: HubFolder = Here, as_json: AsJson = False) -> None:
    """A line each, no number."""
    booted = boot_current(hub)
    from maillage.hub.questions.releases.describe import list_waiting

    found = list_waiting(hub=booted)
    if as_json:
        _print_json(found)
        return
    if not found:
        typer.echo(_("Aucun résultat n’attend de contrôle."))
    for one in found:
        typer.echo(_("{question_id} : {standing_words}, attend depuis {age_hours} h").format(**one))
        typer.echo(f"    {one['requester']} : {one['title']}")


@app.command(help=_("Un résultat, comme il serait montré."))
def show(question: QuestionId, mask: Masks = None, hub: HubFolder = Here, as_json: AsJson = False) -> None:
    """With --mask, once these cells are hidden."""
    booted = boot_current(hub)
    from maillage.hub.questions.releases.describe import describe_release

    found = describe_release(question, hub=booted, masks=frozenset(mask or ()))
    if as_json:
        _print_json(found)
        return
    for line in _word_result(found):
        typer.echo(line)


def _word_result(found: dict[str, Any]) -> list[str]:
    cells = [
        f"{describe_cell(cell_from_json(one['cell'])):>20}  {one['words']}  [{one['name']}]"
        for one in found["cells"]
    ]
    checks = [
        line for site, told in found["checks"].items() for line in (site, *(f"• {one}" for one in told))
    ]
    words = [f"• {one['by']}, {one['outcome_words']} {one['note']}".rstrip() for one in found["words"]]
    return [
        found["title"],
        _("Demandée par {requester}, sous l’autorisation {permit}.").format(**found),
        "",
        found["cohort"],
        *cells,
        "",
        *checks,
        *words,
    ]


@app.command(help=_("Dit ce que devient un résultat."))
def decide(
    question: QuestionId,
    outcome: Annotated[
        Outcome,
        typer.Option(
            help=_("conform : montré ; masked : montré sans ces cases ; examine : il attend ; refused."),
            show_default=False,
        ),
    ],
    by: Annotated[str, typer.Option(help=_("Qui décide : ce nom va au journal."), show_default=False)],
    mask: Masks = None,
    note: Annotated[str, typer.Option(help=_("Pourquoi ; reste au hub."))] = "",
    hub: HubFolder = Here,
) -> None:
    """One checker's word."""
    booted = boot_current(hub)
    from maillage.hub.questions.releases.rule import rule

    said = Word(" ".join(by.split()), outcome, frozenset(mask or ()), " ".join(note.split()))
    standing = rule(question, word=said, operator=operator(), hub=booted)
    typer.echo(
        _("Noté : {outcome}. Le résultat est maintenant : {standing}.").format(
            outcome=word_outcome(outcome), standing=word_standing(standing)
        )
    )


def _print_json(document: Any) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
