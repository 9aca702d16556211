"""Which warehouse a command line means: a file, a database's address, or a folder for Spark."""

from pathlib import Path

from maillage.base.i18n import _
from maillage.warehouse.errors import WarehouseError
from maillage.warehouse.place import FilePlace, Place, PostgresPlace, SparkPlace

_ADDRESSES = ("postgresql://", "postgres://")
ENGINES = ("duckdb", "postgres", "spark")


def read_place(
    warehouse: str,
    *,
    engine: str | None,
    objections: Path | None,
    cdm_schema: str,
    vocabulary_schema: str | None,
    master: str,
) -> Place:
    """The place meant. Raises WarehouseError when the options do not fit together."""
    match engine or ("postgres" if warehouse.startswith(_ADDRESSES) else "duckdb"):
        case "duckdb":
            return FilePlace(path=Path(warehouse))
        case "postgres":
            return PostgresPlace(
                dsn=warehouse,
                cdm_schema=cdm_schema,
                vocabulary_schema=vocabulary_schema,
                objections=_required(objections),
                time_limit_seconds=0,
            )
        case "spark":
            return SparkPlace(data=warehouse, master=master, objections=_required(objections))
        case other:
            raise WarehouseError(
                _("Le moteur {engine} n’est pas connu.").format(engine=other[:40]),
                remedy=_("Choisissez parmi : {engines}.").format(engines=", ".join(ENGINES)),
            )


def _required(objections: Path | None) -> Path:
    if objections is None:
        raise WarehouseError(
            _("La liste des personnes opposées n’est pas donnée."),
            why=_("Une base lue en place ne met pas leurs lignes à part."),
            remedy=_("Donnez --objections FICHIER, un CSV avec la colonne person_id, même vide."),
        )
    return objections
