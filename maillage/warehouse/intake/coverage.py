"""How many rows of a warehouse bear a code that its vocabulary does not know: they answer no question."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from maillage.warehouse.file import open_file
from maillage.warehouse.schema import EVENT_TABLES, TABLES


@dataclass(frozen=True)
class Uncoded:
    """Of `rows` rows of a table, `uncoded` have the concept 0."""

    table: str
    uncoded: int
    rows: int


def count_uncoded(warehouse: Path) -> Sequence[Uncoded]:
    """Tables of events with such rows, the most first; visits, whose kinds are no codes, left aside."""
    found: list[Uncoded] = []
    with open_file(warehouse) as connection:
        for table, event in EVENT_TABLES.items():
            source = event.concept.replace("_concept_id", "_source_value")
            if source not in TABLES[table].column_names or table == "visit_occurrence":
                continue
            counts = f"count(*) FILTER ({event.concept} = 0), count(*)"
            uncoded, rows = connection.table(f"main.{table}").aggregate(counts).fetchall()[0]
            if uncoded:
                found.append(Uncoded(table, uncoded, rows))
    return sorted(found, key=lambda one: -one.uncoded)
