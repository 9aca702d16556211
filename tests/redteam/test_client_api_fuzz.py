"""The client API under schemathesis: whatever its own description allows, or not, is answered in words."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.integration.hub.conftest import SITES, Network

EXAMPLES = 12


def try_operations(network: Network, *, mode: schemathesis.GenerationMode, examples: int) -> int:
    """How many requests were answered; fails at the first that breaks the hub or its description."""
    network.enrol(*SITES)
    question = network.ask()
    described = schemathesis.openapi.from_dict(network.http.get("/api/v1/openapi.json").json())
    described.config.generation.update(modes=[mode])
    answered = 0

    def send(case: Any) -> None:
        nonlocal answered
        if case.path_parameters and answered % 2:
            case.path_parameters = {"question_id": question["id"]}
        network.clock.advance(seconds=1)
        sent = case.as_transport_kwargs(base_url=str(network.http.base_url))
        wanted = {
            name: sent[name] for name in ("method", "url", "params", "json") if sent.get(name) is not None
        }
        headers = {"Authorization": f"Bearer {network.token}"}
        response = network.http.request(**wanted, headers=headers)
        assert response.status_code < 500, (case.method, case.formatted_path, response.text)
        assert response.headers["content-type"].startswith("application/json")
        if response.status_code >= 400:
            assert {"code", "what", "why", "remedy"} <= set(response.json())
        answered += 1

    for found in described.get_all_operations():
        operation = found.ok()
        tried = given(case=operation.as_strategy())(send)
        quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
        # What is found is read as it came: making it smaller costs more than the search.
        phases = [Phase.explicit, Phase.generate]
        options: dict[str, Any] = {"deadline": None, "database": None, "phases": phases}
        settings(max_examples=examples, suppress_health_check=quiet, **options)(tried)()
    return answered


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_no_request_breaks_the_hub_or_its_description(
    network: Network, mode: schemathesis.GenerationMode
) -> None:
    assert try_operations(network, mode=mode, examples=EXAMPLES) > EXAMPLES


@pytest.mark.long
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_nor_do_many(network: Network, mode: schemathesis.GenerationMode) -> None:
    assert try_operations(network, mode=mode, examples=200) > 200
