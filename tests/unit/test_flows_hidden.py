"""Flows of a hospital that shows no stays: hidden, never zero."""

from typing import Any

from maillage.analysis.base import Asked, Contribution
from maillage.analysis.flows.chart import charts
from maillage.analysis.flows.combine import combine


def content(persons: int, rows: list[dict[str, Any]]) -> Contribution:
    tables = [{"id": "residence", "rows": rows, "rest": None}] if rows else []
    return Contribution({"persons": {"count": persons}, "tables": tables}, shown_alone=True)


def test_a_hospital_that_shows_no_stays_has_no_zero() -> None:
    lyon = content(120, [{"key": "69", "persons": {"count": 120}, "amounts": {"stays": 232.0}}])
    document = combine({"hcl": lyon, "chu-nord": content(136, [])}, floor=11, minimum_sites=3)
    told = {one["id"]: one for one in document["figures"]["hospitals"]}
    assert told["hcl"]["covered"] == 232.0
    assert [told["chu-nord"][name] for name in ("covered", "leaks", "attracted")] == [None, None, None]
    table = charts(document, asked=Asked(sites={"hcl": "Lyon", "chu-nord": "Nord"}))[-1]
    (hidden,) = [row for row in table.table.rows if row["hospital"] == "Nord"]
    assert "0" not in "".join(hidden[name] for name in ("covered", "leaks", "attracted"))
