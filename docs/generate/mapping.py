"""The JSON Schema of the mapping of `warehouse load-tables`, for editors that check YAML as it is typed."""

import json

from maillage.warehouse.batches.tables.mapping import Mapping

NAME = "tables-mapping.schema.json"


def write_page() -> str:
    """docs/reference/tables-mapping.schema.json."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Mapping.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
