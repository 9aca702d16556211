"""A warehouse with a row in every table that events lie in, so that every comparison meets a value."""

from collections.abc import Mapping

from maillage.warehouse.schema import EVENT_TABLES
from tests.support.circe import concepts, observed
from tests.support.omop import Rows


def one_of_each() -> Mapping[str, Rows]:
    """Two persons under observation; the first has one event of each kind."""
    rows = {name: [{table.id: 1, "person_id": 1}] for name, table in EVENT_TABLES.items()}
    return {**rows, **observed(1, 2), "concept": concepts(0, 1), "provider": [{"provider_id": 1}]}
