"""A statement of a mapping, with the pieces that it shares with others filled in."""

from collections.abc import Mapping

from maillage.base.statements import load_statements
from maillage.warehouse.batches.fhir.mappings import DRUGS, ResourceMapping, keys_of
from maillage.warehouse.batches.fhir.session import PACKAGE

_VISIT_COLUMNS = (
    "coalesce(nested_visit.visit_occurrence_id, visit_id) AS visit_occurrence_id, "
    "nested_visit.visit_detail_id AS visit_detail_id"
)
_VISIT_JOIN = "LEFT JOIN nested_visit ON nested_visit.visit_detail_id = visit_id"
_COMMON = "drug_columns", "result_columns"
_MOST_DAYS = 36_525
"""A supply for more than a century is no supply."""
_MOST_WHOLE = 2**31 - 1
"""The largest integer of the model."""


def statement_of(mapping: ResourceMapping, name: str, *, source: str) -> str:
    """A statement of a mapping over the lines that `source` reads, its resources defined before it."""
    statements = load_statements(PACKAGE, f"sql/{mapping.file}.sql")
    words = _words(mapping, statements, source=source)
    statement = statements[name].format(**words)
    if "resources" not in statements:
        return statement
    return f"WITH resources AS ({statements['resources'].format(**words)}) {statement}"


def settle_statement(name: str, **words: object) -> str:
    """A statement of `sql/settle.sql`."""
    statements = load_statements(PACKAGE, "sql/settle.sql")
    pieces = {piece: statements[piece] for piece in ("latest", "version_columns")}
    return statements[name].format(**pieces, **words)


def _words(mapping: ResourceMapping, statements: Mapping[str, str], *, source: str) -> Mapping[str, str]:
    words = {
        **keys_of(mapping.resource),
        **mapping.words,
        "resource": mapping.resource,
        "source": source,
        "drugs": DRUGS,
        "most_days": str(_MOST_DAYS),
        "most_whole": str(_MOST_WHOLE),
        "visit_columns": _VISIT_COLUMNS,
        "visit_join": _VISIT_JOIN,
        "version_columns": load_statements(PACKAGE, "sql/settle.sql")["version_columns"],
    }
    pieces = {name: statements[name].format(**words) for name in _COMMON if name in statements}
    if "value" in statements:
        pieces["value"] = statements["value"].format(of="")
        pieces["component_value"] = statements["value"].format(of="line.")
    if mapping.resource in statements:
        pieces["shape"] = statements[mapping.resource].format(**words)
    return {**words, **pieces}
