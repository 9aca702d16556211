"""A list of persons in a file, as for objections."""

from functools import partial
from pathlib import Path

import duckdb
import numpy as np

from maillage.base.i18n import _
from maillage.warehouse.build.casts import strict_cast
from maillage.warehouse.build.diagnose import explain
from maillage.warehouse.build.insert import Input, check_columns, source_columns
from maillage.warehouse.build.sources import open_file
from maillage.warehouse.errors import SourceError
from maillage.warehouse.schema import CdmType, Column, Table
from maillage.warehouse.sql import quote

_PERSONS = Table(name="objection", columns=(Column(name="person_id", type=CdmType.INTEGER, required=True),))


def read_person_ids(path: Path) -> np.ndarray:
    """The distinct ids of the column person_id of a CSV or Parquet file. Raises SourceError."""
    if not path.is_file():
        raise SourceError(_("{path} n’existe pas.").format(path=path))
    source = Input(table=_PERSONS, origin=path.name, weight=0, open=partial(open_file, path=path), path=path)
    with duckdb.connect() as connection, explain(source):
        rows = source.open(connection)
        present = source_columns(rows, origin=source.origin)
        check_columns(_PERSONS, present, origin=source.origin)
        column = present["person_id"]
        cast = strict_cast(quote(column.name), kind=column.kind, target=CdmType.INTEGER)
        ids = rows.project(f"{cast} AS person_id").filter("person_id IS NOT NULL").distinct().fetchnumpy()
    return np.asarray(ids["person_id"], dtype=np.int64)
