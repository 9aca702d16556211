"""Joint questions for tests: their parameters, what hospitals answer, a permit for both parts."""

from collections.abc import Mapping
from typing import Any

from maillage.exchange.permit import AnalysisScope, Permit
from tests.support.messages import example_permit


def joint(*parts: str | tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The parameters that ask these analyses, each alone or with its own."""
    asked = [(part, {}) if isinstance(part, str) else part for part in parts]
    return {"parts": [{"analysis": name, "parameters": dict(own)} for name, own in asked]}


def joint_permit(*names: str, **changes: Any) -> Permit:
    """A permit `etude` of these analyses, all parameters."""
    scopes = tuple(AnalysisScope(id=name) for name in names)
    return example_permit(**{"permit_id": "etude", "analyses": scopes} | changes)


def tables_of(persons: int | None) -> dict[str, Any]:
    """A content of tables without a table; hidden for None."""
    cell = {"suppressed": "below_floor"} if persons is None else {"count": persons}
    return {"persons": cell, "tables": [], "repeated": False}


def joint_content(*parts: tuple[str, Mapping[str, Any] | None]) -> dict[str, Any]:
    """One hospital's answer; None for a part that it could not compute."""
    told = [content for _name, content in parts if content is not None]
    shown = [one["persons"] for one in told if "count" in one["persons"]]
    first = parts[0][1]
    return {
        "persons": shown[0] if shown else (first["persons"] if first else {"suppressed": "protected"}),
        "parts": [{"analysis": name, "content": content} for name, content in parts],
        "repeated": all(one.get("repeated", False) for one in told),
    }
