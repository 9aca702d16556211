"""The description of the client API is true, and every route stands in docs/api.md."""

import re
from pathlib import Path
from typing import Any

import pytest

from maillage.hub.settings import HubSettings
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.cohorts import COHORT

DOCS = Path(__file__).parent.parent.parent.parent / "docs"


@pytest.fixture
def description(network: Network) -> dict[str, Any]:
    return network.http.get("/api/v1/openapi.json").json()


TYPES: dict[str, Any] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}


def check(value: Any, schema: dict[str, Any], description: dict[str, Any], place: str = "$") -> None:
    """A small JSON Schema validator: it knows the words that our description uses, and no other."""
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    known = {"$ref", "additionalProperties", "anyOf", "description", "enum", "items", "minimum", "oneOf"}
    assert set(schema) <= known | {"properties", "required", "title", "type"}, (place, schema)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            fitting = [choice for choice in schema[word] if fits(value, choice, description)]
            assert fitting, (place, value)
            return
    assert "type" not in schema or isinstance(value, TYPES[schema["type"]]), (place, value)
    assert value in schema.get("enum", [value]), (place, value)
    if schema.get("type") == "array":
        for index, item in enumerate(value):
            check(item, schema["items"], description, f"{place}[{index}]")
    if "properties" in schema:
        assert set(schema.get("required", ())) <= set(value) <= set(schema["properties"]), (place, value)
        for name, part in schema["properties"].items():
            if name in value:
                check(value[name], part, description, f"{place}.{name}")


def fits(value: Any, schema: dict[str, Any], description: dict[str, Any]) -> bool:
    try:
        check(value, schema, description)
    except AssertionError:
        return False
    return True


def response_schema(description: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    response = description["paths"][path][method]["responses"][str(status)]
    return response["content"]["application/json"]["schema"]


def test_documents_are_as_described(network: Network, description: dict[str, Any]) -> None:
    clermont, grenoble, saint_etienne, _lyon = network.enrol(*SITES)
    asked = network.ask()
    for node, message in ((clermont, "partial"), (grenoble, "refusal"), (saint_etienne, "hold")):
        opened = node.take()
        changes = {"content": TWO_STEPS} if message == "partial" else {}
        node.answer(opened, getattr(node, message)(opened, **changes))
    one = "/api/v1/questions/{question_id}"
    check(asked, response_schema(description, "post", "/api/v1/questions", 201), description)
    check(network.read(asked), response_schema(description, "get", one, 200), description)
    for method, path, address in (
        ("get", "/api/v1/questions", "/questions"),
        ("get", "/api/v1/network", "/network"),
        ("delete", one, f"/questions/{asked['id']}"),
    ):
        document = network.call(method.upper(), address).json()
        check(document, response_schema(description, method, path, 200), description)


def test_errors_are_as_described(network: Network, description: dict[str, Any]) -> None:
    network.enrol("hcl")
    body = {"title": "Diabète", "cohort": COHORT}
    post = ("post", "/api/v1/questions")
    calls: tuple[tuple[int, dict[str, Any]], ...] = (
        (400, {"content": b"{"}),
        (401, {"json": body, "token": "wrong"}),
        (403, {"json": body | {"permit": "x"}}),
        (413, {"content": b" " * 2_000_000}),
        (422, {"json": body | {"cohort": {}}}),
    )
    for status, arguments in calls:
        response = network.call("POST", "/questions", **arguments)
        assert response.status_code == status
        check(response.json(), response_schema(description, *post, status), description)
    missing = network.call("GET", "/questions/x")
    one = "/api/v1/questions/{question_id}"
    check(missing.json(), response_schema(description, "get", one, 404), description)


def test_the_question_that_is_described_is_the_one_that_is_taken(description: dict[str, Any]) -> None:
    schema = description["components"]["schemas"]["QuestionIn"]
    assert schema["required"] == ["title", "cohort"]
    assert schema["additionalProperties"] is False
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    for name in schema["properties"]:
        assert f'"{name}"' in page, f"docs/api.md does not tell {name}"


def test_every_route_stands_in_the_documentation(description: dict[str, Any]) -> None:
    routes = {
        f"{method.upper()} {path}" for path, methods in description["paths"].items() for method in methods
    }
    written = set(
        re.findall(r"`((?:GET|POST|DELETE|PUT|PATCH) /api/v1/[^`?]*)`", (DOCS / "api.md").read_text())
    )
    assert written == routes


def test_every_error_code_stands_in_the_documentation() -> None:
    from maillage.governance.permits import errors as permit_errors
    from maillage.hub.api import errors as api_errors
    from maillage.hub.questions import errors

    page = (DOCS / "api.md").read_text(encoding="utf-8")
    told = {errors.QuestionInvalidError, errors.SitesError, errors.QuestionUnknownError}
    permits = {permit_errors.PermitUnknownError, permit_errors.PermitOverError}
    codes = (
        {kind.code for kind in told}
        | {kind.code for kind in permits | {permit_errors.PermitExceededError}}
        | {errors.QuestionClosedError.code}
    )
    codes |= set(api_errors.STATUS_BY_CODE) - NODES_ONLY
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []


NODES_ONLY = {"clock_skew", "node_unknown", "signature_invalid", "version_unsupported"}


def test_every_setting_and_every_command_stands_in_the_documentation() -> None:
    import typer

    from maillage.cli.hub import app

    page = (DOCS / "hub.md").read_text(encoding="utf-8")
    assert [
        name for name in HubSettings.model_fields if f"`{name}`" not in page and f"`[{name}]`" not in page
    ] == []
    group: Any = typer.main.get_command(app)
    commands = [
        f"{name} {inner}" if name == "token" else name
        for name, command in group.commands.items()
        for inner in getattr(command, "commands", {"": None})
    ]
    assert [name for name in commands if f"hub {name}" not in page and f"`{name}" not in page] == []
