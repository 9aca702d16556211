"""Where in a PostgreSQL database the OMOP tables lie, when nobody says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlglot import exp

from maillage.base.i18n import _
from maillage.warehouse.engines.base import Row
from maillage.warehouse.engines.postgres_errors import translated
from maillage.warehouse.engines.postgres_session import connect
from maillage.warehouse.errors import EngineError, WarehouseNotFoundError

_OWN_TABLES = ("person", "observation_period")
_VOCABULARY_TABLES = ("concept", "concept_ancestor")
# Only what the role may enter: a name that it cannot read helps nobody.
_SCHEMAS_WITH = """
    SELECT n.nspname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relname = ANY(%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND has_schema_privilege(n.oid, 'USAGE')
    GROUP BY n.nspname HAVING count(*) = %s ORDER BY n.nspname
"""


@dataclass(frozen=True)
class Schemas:
    """The schema of the OMOP tables; that of the vocabulary where it lies apart."""

    cdm: str
    vocabulary: str | None


def find_schemas(dsn: str, *, password_file: Path | None, cdm: str | None, vocabulary: str | None) -> Schemas:
    """The schemas that are said, and the only ones that can be meant where none is.

    Raises EngineError, WarehouseNotFoundError.
    """
    with connect(dsn, password_file=password_file) as session:

        def list_schemas(tables: Sequence[str]) -> list[str]:
            rows = translated(lambda: session.execute(_SCHEMAS_WITH, (list(tables), len(tables))).fetchall())
            return [name for (name,) in rows]

        def has_concepts(schema: str) -> bool:
            return translated(lambda: _has_concepts(session, schema))

        cdm = cdm or _only(list_schemas(_OWN_TABLES), tables=_OWN_TABLES, option="--schema")
        with_vocabulary = list_schemas(_VOCABULARY_TABLES)
        if vocabulary is None and not (cdm in with_vocabulary and has_concepts(cdm)):
            # Scripts that make the OMOP tables make those of the vocabulary too, which may stay empty.
            filled = [schema for schema in with_vocabulary if has_concepts(schema)]
            if filled or cdm not in with_vocabulary:
                found = filled or with_vocabulary
                vocabulary = _only(found, tables=_VOCABULARY_TABLES, option="--vocabulary-schema")
    return Schemas(cdm, vocabulary)


def _has_concepts(session: psycopg.Connection[Row], schema: str) -> bool:
    """Whether the role may read a concept there: one that it may not serves nobody."""
    table = exp.table_("concept", db=schema, quoted=True)
    rows = exp.select("1").from_(table).limit(1).sql("postgres")
    try:
        return bool(session.execute(rows.encode()).fetchall())
    except psycopg.errors.InsufficientPrivilege:
        return False


def _only(found: Sequence[str], *, tables: Sequence[str], option: str) -> str:
    if len(found) == 1:
        return found[0]
    if not found:
        raise WarehouseNotFoundError(
            _("Aucun schéma de cette base ne contient : {tables}.").format(tables=", ".join(tables)),
            why=_("N’ont été regardés que ceux que ce rôle peut lire."),
            remedy=_("Donnez au rôle le droit USAGE sur le schéma OMOP, ou nommez-le avec {option}.").format(
                option=option
            ),
        )
    raise EngineError(
        _("Plusieurs schémas contiennent {tables} : {schemas}.").format(
            tables=", ".join(tables), schemas=", ".join(found)
        ),
        remedy=_("Dites lequel avec {option}.").format(option=option),
    )
