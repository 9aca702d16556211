"""Maillage links the health-data warehouses of a group of hospitals.

Questions travel, patients' data do not: see `docs/` for the map of the house.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maillage.client import connect

__all__ = ["__version__", "connect"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # On demand: a node and a hub import this package too, and neither needs the client.
    if name == "connect":
        from maillage.client import connect

        return connect
    raise AttributeError(name)
