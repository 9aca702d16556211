"""The client API under schemathesis: whatever its own description allows, or not, is answered in words."""

from collections.abc import Callable
from typing import Any, cast

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.integration.hub.conftest import SITES, Network


def send(network: Network, http: httpx2.Client, case: Any) -> None:
    """One request as it was made up; fails when it breaks the hub, or is refused without words."""
    network.clock.advance(seconds=1)
    sent = case.as_transport_kwargs(base_url=str(network.http.base_url))
    wanted = {name: sent[name] for name in ("method", "url", "params", "json") if sent.get(name) is not None}
    response = http.request(**wanted, headers={"Authorization": f"Bearer {network.token}"})
    assert response.status_code < 500, (case.method, case.formatted_path, response.text)
    assert response.headers["content-type"].startswith("application/json")
    if response.status_code >= 400:
        assert {"code", "what", "why", "remedy"} <= set(response.json())


def try_operations(network: Network, *, examples: int) -> int:
    """How many requests were answered, valid and invalid, over every operation of the description."""
    network.enrol(*SITES)
    network.ask()
    described = schemathesis.openapi.from_dict(network.http.get("/api/v1/openapi.json").json())
    described.config.generation.update(modes=list(schemathesis.GenerationMode))
    answered: list[str] = []
    with httpx2.Client(transport=httpx2.WSGITransport(app=as_servers_do(application()))) as http:

        def check(case: Any) -> None:
            send(network, http, case)
            answered.append(case.method)

        for found in described.get_all_operations():
            run(check, cast("Any", found).ok().as_strategy(), examples=examples)
    return len(answered)


def run(check: Callable[[Any], None], cases: Any, *, examples: int) -> None:
    """That many cases; what is found is read as it came: making it smaller costs more than the search."""
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    phases = [Phase.explicit, Phase.generate]
    bounds = settings(
        max_examples=examples, deadline=None, database=None, phases=phases, suppress_health_check=quiet
    )
    bounds(given(case=cases)(check))()


def application() -> Any:
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def as_servers_do(served: Any) -> Any:
    """PEP 3333 wants a path's bytes as latin-1; the transport gives its characters."""

    def wrapped(environ: dict[str, Any], start: Any) -> Any:
        path = environ["PATH_INFO"].encode("utf-8", "surrogatepass").decode("latin-1")
        return served(environ | {"PATH_INFO": path}, start)

    return wrapped


def test_no_request_breaks_the_hub_or_its_description(network: Network) -> None:
    assert try_operations(network, examples=5) > 25


@pytest.mark.long
def test_nor_do_many(network: Network) -> None:
    assert try_operations(network, examples=200) > 1000
