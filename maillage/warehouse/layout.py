"""How a warehouse lies in its DuckDB file: names, versions, sort orders, the thin copies, the day copies.

The OMOP tables and their copies are in the schema `main`, without the persons who objected: their rows
lie in the schema `maillage_withheld`, which no query may name. `maillage_own` holds the metadata and the
list of objections.
"""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from maillage.warehouse.engines.base import DayCopy, ThinCopy
from maillage.warehouse.schema import EVENT_TABLES, TABLES, CdmType, EventTable, Table
from maillage.warehouse.sql import quote

LAYOUT_VERSION = 1
"""Raised whenever a file written before can no longer be read."""

OWN_SCHEMA = "maillage_own"
WITHHELD_SCHEMA = "maillage_withheld"
RESERVED = "maillage_"
"""No query may hold this text: it begins the name of every schema that is not for queries."""

METADATA_TABLE = f"{OWN_SCHEMA}.metadata"
OBJECTION_TABLE = f"{OWN_SCHEMA}.objection"

DUCKDB_TYPES: Mapping[CdmType, str] = MappingProxyType(
    {
        CdmType.INTEGER: "BIGINT",
        CdmType.FLOAT: "DOUBLE",
        CdmType.DATE: "DATE",
        CdmType.DATETIME: "TIMESTAMP",
        CdmType.VARCHAR: "VARCHAR",
    }
)


def column_definitions(table: Table, *, empty: Collection[str] = ()) -> str:
    """The columns of a table as SQL; nulls in required columns are reported by a load, not refused.

    A column of `empty` is not stored but computed as null: writing a null costs as much as writing a number.
    """
    return ", ".join(
        define_column(column.name, column.type, empty=column.name in empty) for column in table.columns
    )


def define_column(name: str, type_: CdmType, *, empty: bool) -> str:
    """One column as SQL."""
    computed = " GENERATED ALWAYS AS (NULL) VIRTUAL" if empty else ""
    return f"{quote(name)} {DUCKDB_TYPES[type_]}{computed}"


_SORT_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "concept_ancestor": ("ancestor_concept_id", "descendant_concept_id"),
        "concept_relationship": ("concept_id_1", "relationship_id", "concept_id_2"),
        "observation_period": ("person_id", "observation_period_start_date"),
        "visit_detail": ("person_id", "visit_detail_start_date"),
        "dose_era": ("person_id", "dose_era_start_date"),
        "specimen": ("person_id", "specimen_date"),
        "cohort": ("cohort_definition_id", "subject_id"),
    }
)


def sort_key(table: str) -> tuple[str, ...]:
    """The columns that order an OMOP table: person and start for events, the first column elsewhere."""
    if table in EVENT_TABLES:
        return ("person_id", EVENT_TABLES[table].start)
    if table in _SORT_KEYS:
        return _SORT_KEYS[table]
    names = TABLES[table].column_names
    return ("person_id",) if "person_id" in names else names[:1]


def thin_name(table: str) -> str:
    """The name of a table's thin copy."""
    return f"{table}_by_concept"


THIN_SORT_KEY = ("concept_id", "person_id", "start_date")


def _thin_columns(event: EventTable) -> Mapping[str, str]:
    columns = {event.concept: "concept_id", "person_id": "person_id", event.id: "event_id"}
    columns[event.start] = "start_date"
    if event.end:
        columns[event.end] = "end_date"
    return MappingProxyType(columns | {detail: detail for detail in event.details})


THIN_COPIES: Mapping[str, ThinCopy] = MappingProxyType(
    {
        table: ThinCopy(table=thin_name(table), columns=_thin_columns(event))
        for table, event in EVENT_TABLES.items()
    }
)
"""An `end_date` is the raw end of the OMOP row, null where it is null."""

DAY_COPIES: Mapping[str, DayCopy] = MappingProxyType(
    {
        table: DayCopy(table=f"{table}_by_day", concepts=f"{table}_day_concepts")
        for table in (
            "condition_occurrence",
            "drug_exposure",
            "procedure_occurrence",
            "measurement",
            "observation",
        )
    }
)
"""Of the tables that are asked for many concepts at once; a file written without them is read too."""
