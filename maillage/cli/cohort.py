"""`maillage cohort`: run definitions on a warehouse, explain them, show their SQL and where time goes."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from maillage.base.errors import MaillageError
from maillage.base.i18n import _, ngettext
from maillage.cli.definitions import read_definition
from maillage.cli.exits import tell_error
from maillage.cli.explain import explain
from maillage.cli.means import Memory, Threads, TimeLimit
from maillage.cli.places import (
    CdmSchema,
    EngineName,
    Master,
    NodeFolder,
    Objections,
    VocabularySchema,
    Warehouse,
    read_place,
    read_register_of,
)
from maillage.cli.profile import profile
from maillage.cli.unknown_concepts import tell_unknown
from maillage.cohort import CohortExpression
from maillage.cohort.batch import run_cohorts
from maillage.cohort.compile import compile_cohort
from maillage.cohort.dsl import to_python
from maillage.cohort.errors import CohortError
from maillage.cohort.script import cohort_sql
from maillage.warehouse.engines.limits import time_limit as limit_time
from maillage.warehouse.engines.open import open_engine

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=_("Exécute des définitions de cohortes (JSON d’ATLAS), les explique, et montre leur SQL."),
)
app.command(help=_("Explique une cohorte en phrases, et dessine ses délais."))(explain)
app.command(help=_("Dit où passe le temps d’une cohorte, étape par étape, à un ingénieur de l’hôpital."))(
    profile
)


@app.command(
    help=_("Écrit les périodes de chaque cohorte : cohort, subject_id, cohort_start_date, cohort_end_date.")
)
def run(
    expressions: Annotated[
        list[str], typer.Argument(metavar="EXPR…", help=_("Fichiers, dossiers ou motifs (*.json)."))
    ],
    warehouse: Warehouse,
    out: Annotated[Path, typer.Option(help=_("Le fichier Parquet à écrire."))],
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help=_("Passe les définitions fautives au lieu de s’arrêter."))
    ] = False,
    engine_name: EngineName = None,
    objections: Objections = None,
    node: NodeFolder = None,
    cdm_schema: CdmSchema = None,
    vocabulary_schema: VocabularySchema = None,
    master: Master = "local[*]",
    memory: Memory = None,
    threads: Threads = None,
    time_limit: TimeLimit = None,
) -> None:
    """Write the rows of many cohorts to one file."""
    place = read_place(
        warehouse,
        engine=engine_name,
        objections=objections,
        cdm_schema=cdm_schema,
        vocabulary_schema=vocabulary_schema,
        master=master,
        memory=memory,
        threads=threads,
    )
    cohorts = _read_all(_find(expressions), keep_going=keep_going)
    with (
        closing(open_engine(place, find_objected=read_register_of(node))) as engine,
        limit_time(engine, seconds=time_limit),
    ):
        tell_unknown(cohorts, engine=engine)
        with _progress_over(cohorts) as advance:
            run_cohorts(cohorts, engine=engine, to=out, progress=advance)
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
    typer.echo(cohort_sql(read_definition(expression), dialect=engine), nl=False)


@app.command(help=_("Écrit le code Python qui fait cette même cohorte (maillage.cohort.dsl)."))
def code(
    expression: Annotated[Path, typer.Argument(metavar="EXPR", help=_("Le fichier JSON de la définition."))],
) -> None:
    """Print the protocol of one cohort as Python source."""
    typer.echo(to_python(read_definition(expression)), nl=False)


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
            name, expression = _free_name(path, cohorts), read_definition(path)
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


@contextmanager
def _progress_over(cohorts: Mapping[str, CohortExpression]) -> Generator:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(_("Cohortes"), total=len(cohorts))
        yield lambda _name: progress.advance(task)
