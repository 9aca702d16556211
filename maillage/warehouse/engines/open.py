"""One way to open any warehouse: the engine that a place names, imported only when it is asked for."""

from importlib import import_module
from typing import cast

from maillage.base.i18n import _
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.errors import EngineError
from maillage.warehouse.place import FilePlace, Place, PostgresPlace, SparkPlace


def open_engine(place: Place) -> Engine:
    """An open engine over the warehouse at this place. Raises WarehouseError."""
    match place:
        case FilePlace():
            return open_warehouse(place.path, memory_limit=place.memory_limit, threads=place.threads or None)
        case PostgresPlace():
            return _open_extra(place, module="postgres", library="psycopg")
        case SparkPlace():
            return _open_extra(place, module="spark", library="pyspark")


def _open_extra(place: PostgresPlace | SparkPlace, *, module: str, library: str) -> Engine:
    try:
        found = import_module(f"maillage.warehouse.engines.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != library:
            raise
        raise EngineError(
            _("Le moteur {engine} n’est pas installé.").format(engine=module),
            remedy=_("Installez maillage[{engine}].").format(engine=module),
        ) from None
    return cast("Engine", getattr(found, f"open_{module}")(place))
