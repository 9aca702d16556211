"""`maillage cohort`: run definitions on a warehouse, or show their SQL."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from maillage.base.errors import MaillageError
from maillage.base.i18n import _, ngettext
from maillage.cli.exits import tell_error
from maillage.cli.places import read_place
from maillage.cohort import CohortExpression, cohort_sql, compile_cohort, parse_expression, run_cohorts
from maillage.cohort.errors import CohortError
from maillage.warehouse.engines.open import open_engine

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=_("Exécute des définitions de cohortes (JSON d’ATLAS) et montre leur SQL."),
)


@app.command(
    help=_("Écrit les périodes de chaque cohorte : cohort, subject_id, cohort_start_date, cohort_end_date.")
)
def run(
    expressions: Annotated[
        list[str], typer.Argument(metavar="EXPR…", help=_("Fichiers, dossiers ou motifs (*.json)."))
    ],
    warehouse: Annotated[
        str,
        typer.Option(help=_("Fichier d’entrepôt, adresse postgresql://…, ou dossier Parquet pour Spark.")),
    ],
    out: Annotated[Path, typer.Option(help=_("Le fichier Parquet à écrire."))],
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help=_("Passe les définitions fautives au lieu de s’arrêter."))
    ] = False,
    engine_name: Annotated[
        str | None, typer.Option("--engine", help=_("duckdb, postgres ou spark ; deviné sans cela."))
    ] = None,
    objections: Annotated[
        Path | None,
        typer.Option(help=_("postgres, spark : fichier CSV ou Parquet des personnes opposées (person_id).")),
    ] = None,
    cdm_schema: Annotated[
        str, typer.Option("--schema", help=_("postgres : schéma des tables OMOP."))
    ] = "cdm",
    vocabulary_schema: Annotated[
        str | None, typer.Option(help=_("postgres : schéma du vocabulaire, s’il est à part."))
    ] = None,
    master: Annotated[str, typer.Option(help=_("spark : local[4], ou spark://hôte:7077."))] = "local[*]",
) -> None:
    """Write the rows of many cohorts to one file."""
    place = read_place(
        warehouse,
        engine=engine_name,
        objections=objections,
        cdm_schema=cdm_schema,
        vocabulary_schema=vocabulary_schema,
        master=master,
    )
    cohorts = _read_all(_find(expressions), keep_going=keep_going)
    engine = open_engine(place)
    try:
        with _progress_over(cohorts) as advance:
            run_cohorts(cohorts, engine=engine, to=out, progress=advance)
    finally:
        engine.close()
    done = ngettext(
        "{count} cohorte écrite dans {path}.", "{count} cohortes écrites dans {path}.", len(cohorts)
    )
    typer.echo(done.format(count=len(cohorts), path=out))


@app.command(help=_("Montre le SQL d’une cohorte."))
def sql(
    expression: Annotated[Path, typer.Argument(metavar="EXPR", help=_("Le fichier JSON de la définition."))],
    engine: Annotated[str, typer.Option(help=_("duckdb, postgres ou spark."))] = "duckdb",
) -> None:
    """Print the script of one cohort."""
    typer.echo(cohort_sql(_read(expression), dialect=engine), nl=False)


def _find(patterns: Iterable[str]) -> list[Path]:
    """The files meant, each once, in order. A pattern that finds nothing is an error."""
    found: dict[Path, None] = {}
    for pattern in patterns:
        matches = sorted(_matches(Path(pattern)))
        if not matches:
            raise CohortError(
                _("{pattern} ne désigne aucun fichier JSON.").format(pattern=pattern),
                remedy=_("Donnez un fichier, un dossier ou un motif comme dossier/*.json."),
            )
        found |= dict.fromkeys(matches)
    return list(found)


def _matches(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return path.glob("*.json")
    if path.is_file():
        return [path]
    # The shell leaves a pattern as it is when it is quoted.
    return path.parent.glob(path.name) if "*" in path.name or "?" in path.name else []


def _read_all(paths: Iterable[Path], *, keep_going: bool) -> Mapping[str, CohortExpression]:
    cohorts: dict[str, CohortExpression] = {}
    for path in paths:
        try:
            name, expression = _free_name(path, cohorts), _read(path)
            if keep_going:
                # The batch compiles everything before it starts: here is the last place to leave one out.
                compile_cohort(expression)
            cohorts[name] = expression
        except MaillageError as error:
            error.what = f"{path} : {error.what}"
            if not keep_going:
                raise
            tell_error(error)
    return cohorts


def _free_name(path: Path, taken: Mapping[str, CohortExpression]) -> str:
    if path.stem in taken:
        raise CohortError(
            _("deux fichiers donneraient le même nom de cohorte."),
            why=_("Le nom est celui du fichier : {name}.").format(name=path.stem),
            remedy=_("Renommez l’un des deux."),
        )
    return path.stem


def _read(path: Path) -> CohortExpression:
    try:
        return parse_expression(path.read_bytes())
    except OSError as error:
        raise CohortError(
            _("{path} est illisible.").format(path=path), why=error.strerror or type(error).__name__
        ) from error


@contextmanager
def _progress_over(cohorts: Mapping[str, CohortExpression]) -> Generator:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(_("Cohortes"), total=len(cohorts))
        yield lambda _name: progress.advance(task)
