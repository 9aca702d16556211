"""The copies of a table of events that answer questions sooner than the table itself."""

import duckdb

from maillage.warehouse.build.days import create_day_copy
from maillage.warehouse.build.thin import create_thin_copy
from maillage.warehouse.layout import DAY_COPIES


def create_copies(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make, or make again, the copy that lies by concept, and the one that lies by day where there is one."""
    create_thin_copy(connection, table)
    if table in DAY_COPIES:
        create_day_copy(connection, table)
