"""One way to open any warehouse: the engine that a place names, imported only when it is asked for."""

from importlib import import_module
from typing import cast

from maillage.base.i18n import _
from maillage.warehouse.engines.base import Engine, FindObjected
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.errors import EngineError
from maillage.warehouse.place import FilePlace, Place, PostgresPlace, SparkPlace


def open_engine(place: Place, *, find_objected: FindObjected | None = None, keep: bool = False) -> Engine:
    """An open engine over the warehouse at this place, without who objected.

    `keep`: what one question found of codes serves the next, where rows cannot change between the two.
    Raises WarehouseError.
    """
    match place:
        case FilePlace(path=path, memory_limit=memory, threads=threads):
            return open_warehouse(
                path,
                memory_limit=memory,
                threads=threads or None,
                find_objected=find_objected,
                keep=keep,
            )
        case PostgresPlace():
            return _open_extra(place, find_objected, module="postgres", library="psycopg")
        case SparkPlace():
            return _open_extra(place, find_objected, module="spark", library="pyspark")


def _open_extra(
    place: PostgresPlace | SparkPlace, find_objected: FindObjected | None, *, module: str, library: str
) -> Engine:
    try:
        found = import_module(f"maillage.warehouse.engines.{module}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != library:
            raise
        raise EngineError(
            _("Le moteur {engine} n’est pas installé.").format(engine=module),
            remedy=_("Installez maillage[{engine}].").format(engine=module),
        ) from None
    return cast("Engine", getattr(found, f"open_{module}")(place, find_objected))
