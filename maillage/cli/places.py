"""Which warehouse a command line means: a file, a database's address, or a folder for Spark."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maillage.base.i18n import _
from maillage.warehouse.engines.base import FindObjected
from maillage.warehouse.errors import EngineError, WarehouseError
from maillage.warehouse.place import FilePlace, Place, PostgresPlace, SparkPlace

if TYPE_CHECKING:
    from maillage.warehouse.engines.postgres_schemas import Schemas

_ADDRESSES = ("postgresql://", "postgres://")
ENGINES = ("duckdb", "postgres", "spark")

Warehouse = Annotated[
    str,
    typer.Option(help=_("Fichier d’entrepôt, adresse postgresql://…, ou dossier Parquet pour Spark.")),
]
EngineName = Annotated[
    str | None, typer.Option("--engine", help=_("duckdb, postgres ou spark ; deviné sans cela."))
]
Objections = Annotated[
    Path | None,
    typer.Option(help=_("postgres, spark : fichier CSV ou Parquet des personnes opposées (person_id).")),
]
CdmSchema = Annotated[
    str | None, typer.Option("--schema", help=_("postgres : schéma des tables OMOP ; trouvé sans cela."))
]
VocabularySchema = Annotated[
    str | None, typer.Option(help=_("postgres : schéma du vocabulaire ; trouvé sans cela."))
]
Master = Annotated[str, typer.Option(help=_("spark : local[4], ou spark://hôte:7077."))]

NodeFolder = Annotated[
    Path | None,
    typer.Option(
        "--node", metavar="DIR", help=_("Le nœud dont le registre des oppositions s’applique aussi.")
    ),
]


def read_register_of(node: Path | None) -> FindObjected | None:
    """Who objected by the register of that node; None without one. Raises NodeError."""
    if node is None:
        return None
    from maillage.node.folder import open_node
    from maillage.node.objections.register import read_register

    return read_register(open_node(node).folder).find_objected


def read_place(
    warehouse: str,
    *,
    engine: str | None,
    objections: Path | None,
    cdm_schema: str | None,
    vocabulary_schema: str | None,
    master: str,
    memory: str | None,
    threads: int | None,
) -> Place:
    """The place meant; of a database, the schemas that are not said are looked for in it.

    Raises WarehouseError, when the options do not fit together too.
    """
    match engine or ("postgres" if warehouse.startswith(_ADDRESSES) else "duckdb"):
        case "duckdb":
            return FilePlace(path=Path(warehouse), memory_limit=memory, threads=threads or 0)
        case "postgres":
            _refuse_means(memory, threads)
            listed = _required(objections)
            found = find_database(
                warehouse, objections=listed, cdm_schema=cdm_schema, vocabulary_schema=vocabulary_schema
            )
            return replace(found, time_limit_seconds=0)
        case "spark":
            _refuse_means(None, threads)
            place = SparkPlace(data=warehouse, master=master, objections=_required(objections))
            return place if memory is None else replace(place, memory_limit=memory)
        case other:
            raise WarehouseError(
                _("Le moteur {engine} n’est pas connu.").format(engine=other[:40]),
                remedy=_("Choisissez parmi : {engines}.").format(engines=", ".join(ENGINES)),
            )


def find_database(
    dsn: str,
    *,
    objections: Path,
    cdm_schema: str | None,
    vocabulary_schema: str | None,
    password_file: Path | None = None,
) -> PostgresPlace:
    """An OMOP schema at this address; what is not said of it is looked for. Raises WarehouseError."""
    if cdm_schema is None or vocabulary_schema is None:
        find = _load_finder()
        found = find(dsn, password_file=password_file, cdm=cdm_schema, vocabulary=vocabulary_schema)
        cdm_schema, vocabulary_schema = found.cdm, found.vocabulary
    return PostgresPlace(
        dsn=dsn,
        cdm_schema=cdm_schema,
        vocabulary_schema=vocabulary_schema,
        objections=objections,
        password_file=password_file,
    )


def _load_finder() -> "Callable[..., Schemas]":
    """What looks for schemas, which needs the database's library."""
    try:
        from maillage.warehouse.engines.postgres_schemas import find_schemas
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise EngineError(
            _("Le moteur {engine} n’est pas installé.").format(engine="postgres"),
            remedy=_("Installez maillage[{engine}].").format(engine="postgres"),
        ) from None
    return find_schemas


def _refuse_means(memory: str | None, threads: int | None) -> None:
    """Refuse what would have no effect: it must not be taken for a limit."""
    if memory is not None or threads is not None:
        raise WarehouseError(
            _("--memory et --threads ne s’appliquent pas à ce moteur."),
            remedy=_("Réglez-les chez PostgreSQL ; pour Spark, les fils se disent avec --master local[4]."),
        )


def _required(objections: Path | None) -> Path:
    if objections is None:
        raise WarehouseError(
            _("La liste des personnes opposées n’est pas donnée."),
            why=_("Une base lue en place ne met pas leurs lignes à part."),
            remedy=_("Donnez --objections FICHIER, un CSV avec la colonne person_id, même vide."),
        )
    return objections
