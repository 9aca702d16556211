"""`maillage warehouse synthesize`: the warehouse of an invented hospital, for demos and tests."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from maillage.base.french import format_number
from maillage.base.i18n import _
from maillage.cli.progress import progress_bar
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.synthetic import DEFAULT_SEED, SITES
from maillage.warehouse.synthetic import synthesize as build

DEFAULT_PATIENTS = 20_000


def synthesize(
    site: Annotated[
        str, typer.Argument(metavar="SITE", help=_("L’hôpital : {sites}.").format(sites=", ".join(SITES)))
    ],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help=_("Le fichier à construire."))],
    patients: Annotated[int, typer.Option(help=_("Le nombre de patients inventés."))] = DEFAULT_PATIENTS,
    seed: Annotated[int, typer.Option(help=_("Une autre graine invente d’autres patients."))] = DEFAULT_SEED,
) -> None:
    """Build the warehouse; the errors of the warehouse room are left to the entry point."""
    with progress_bar() as progress:
        report = build(site, patients=patients, target=to, seed=seed, progress=progress)
    _print_report(report)


def _print_report(report: LoadReport) -> None:
    Console(highlight=False).print(
        _(
            "{target} : {name}, {rows} lignes, {persons} personnes visibles, {withheld} opposées, "
            "en {seconds} s."
        ).format(
            target=report.target,
            name=report.source_name,
            rows=format_number(report.rows),
            persons=format_number(report.persons),
            withheld=format_number(report.withheld),
            seconds=f"{report.seconds:.1f}".replace(".", ","),
        )
    )
