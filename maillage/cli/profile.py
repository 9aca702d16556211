"""`maillage cohort profile`: where the time of one cohort goes, for an engineer inside the hospital."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from maillage.base.french import format_number
from maillage.base.i18n import _
from maillage.cli.definitions import read_bytes
from maillage.cli.means import Memory, Threads, TimeLimit
from maillage.cohort.profile import Profile, profile_cohort
from maillage.cohort.profile.measure import Measured
from maillage.cohort.profile.profile import Line
from maillage.warehouse.engines.duckdb import open_warehouse

_WIDTHS = (8, 13, 13, 12, 12)


def profile(
    expression: Annotated[Path, typer.Argument(metavar="EXPR", help=_("Le fichier JSON de la définition."))],
    warehouse: Annotated[Path, typer.Option(help=_("L’entrepôt, fait par « maillage warehouse load »."))],
    as_json: Annotated[bool, typer.Option("--json", help=_("Écrit un document JSON."))] = False,
    show_sql: Annotated[bool, typer.Option("--sql", help=_("Montre aussi le SQL de chaque étape."))] = False,
    memory: Memory = None,
    threads: Threads = None,
    time_limit: TimeLimit = None,
) -> None:
    """Measure one cohort; a limit that stops it is told after what was measured before."""
    source = read_bytes(expression)
    with open_warehouse(warehouse, memory_limit=memory, threads=threads) as engine:
        found = profile_cohort(source, engine=engine, seconds=time_limit)
    if as_json:
        typer.echo(json.dumps(_as_json(found), ensure_ascii=False, indent=2))
    else:
        _print(found, show_sql=show_sql)
    if found.error is not None:
        raise found.error


def _notice() -> str:
    return _("Comptes exacts, pour l’intérieur de l’hôpital seulement : rien ici ne doit en sortir.")


def _as_json(found: Profile) -> dict[str, Any]:
    return {
        "notice": _notice(),
        "seconds": asdict(found.totals),
        "concept_sets": [asdict(one) for one in found.sets],
        "parts": [_line_as_json(line) for line in found.lines],
        "slowest": [
            {"path": path, "step": step.name, "seconds": step.seconds} for path, step in found.slowest
        ],
        "hints": [asdict(hint) for hint in found.hints],
        "stopped_at": found.stopped_at,
    }


def _line_as_json(line: Line) -> dict[str, Any]:
    steps = [asdict(step) for step in line.steps]
    left = dict(zip(("before", "after"), line.left, strict=True)) if line.left else None
    place = {"path": line.place.path, "words": line.place.words, "same_as": line.as_at}
    return place | {"persons": left, "steps": steps}


def _print(found: Profile, *, show_sql: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(_notice(), style="bold yellow"))
    totals = found.totals
    console.print(
        _("Lecture {parse}, compilation {compile}, SQL {render}, moteur {engine} (étape par étape).").format(
            parse=_time(totals.parse),
            compile=_time(totals.compile),
            render=_time(totals.render),
            engine=_time(totals.engine),
        )
    )
    if found.sets:
        console.print(_sets(found))
    _print_steps(found.lines, console)
    for path, step in found.slowest:
        console.print(Text(_("Le plus long : {path}, {time}.").format(path=path, time=_time(step.seconds))))
    for hint in found.hints:
        console.print(Text(_("Conseil, {path} : {text}").format(path=hint.path, text=hint.text)))
    if found.stopped_at is not None:
        console.print(Text(_("Arrêté à {path}.").format(path=found.stopped_at), style="bold red"))
    if show_sql:
        _print_sql(found.lines, console)


def _sets(found: Profile) -> Table:
    table = Table(_("Liste de concepts"), box=None)
    for heading in (_("Éléments"), _("Concepts"), _("Éléments sans concept")):
        table.add_column(heading, justify="right")
    for one in found.sets:
        concepts = "–" if one.concepts is None else format_number(one.concepts)
        table.add_row(Text(one.name), format_number(one.items), concepts, format_number(len(one.empty)))
    return table


def _print_steps(lines: Iterable[Line], console: Console) -> None:
    # Numbers first: words have any length, and a narrow terminal must not squeeze them.
    headings = (_("temps"), _("lignes lues"), _("lignes"), _("pers. avant"), _("personnes"))
    console.print(Text(_columns(headings), style="bold"))
    for line in lines:
        indent = "  " * line.place.level
        if not line.steps:
            seen = _(" (comme {path})").format(path=line.as_at) if line.as_at else ""
            persons = [format_number(number) for number in line.left or ()] or ["", ""]
            console.print(Text(f"{_columns(['', '', '', *persons])}  {indent}{line.place.words}{seen}"))
        for step in line.steps:
            read = f" [{', '.join(step.tables)}]" if step.tables else ""
            console.print(Text(f"{_columns(_cells(step))}  {indent}{line.place.words}{read}"))


def _cells(step: Measured) -> list[str]:
    persons = ["–" if number is None else format_number(number) for number in (step.persons_in, step.persons)]
    read = format_number(sum(step.rows_in.values()))
    return [_time(step.seconds), read, format_number(step.rows), *persons]


def _columns(cells: Sequence[str]) -> str:
    return " ".join(f"{cell:>{width}}" for cell, width in zip(cells, _WIDTHS, strict=True))


def _print_sql(lines: Iterable[Line], console: Console) -> None:
    for line in lines:
        for step in line.steps:
            console.print(Text(f"\n-- {line.place.path}\n-- {step.name}\n{step.sql};"))


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"
