"""A question that an engine would think about for minutes is withdrawn: its machine is free again at once."""

import time
from collections.abc import Callable

import psutil
import pytest

from tests.support.breakable import Network, answered, site_of
from tests.support.cohorts import COHORT
from tests.support.heavy import LONG
from tests.support.nodes import wait_until

pytestmark = pytest.mark.xdist_group("breakable")

SITES = ("lourd", "nord", "sud")


def _cancel_by_client(network: Network, question: str) -> None:
    with network.connect() as hub:
        hub.cancel(question)


def _cancel_by_portal(network: Network, question: str) -> None:
    with network.http() as http:
        http.headers.pop("Authorization")
        http.follow_redirects = True
        http.get(network.running.access.link)
        form = {"csrfmiddlewaretoken": http.cookies["csrftoken"]}
        origin = {"Origin": network.running.url}
        reply = http.post(f"/questions/{question}/annuler", data=form, headers=origin)
    assert reply.status_code == 200, reply.text


CANCEL: dict[str, Callable[[Network, str], None]] = {
    "client": _cancel_by_client,
    "portal": _cancel_by_portal,
}


@pytest.fixture
def crowded(network: Network) -> psutil.Process:
    """The worker of the hospital with one crowded person."""
    network.start("lourd")
    return network.worker("lourd")


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _is_idle(process: psutil.Process) -> bool:
    """Whether it waits, and has not computed for a while; out of breath, it may be gone instead."""
    try:
        before = _spent(process)
        time.sleep(0.3)
        return process.status() == psutil.STATUS_SLEEPING and _spent(process) == before
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("way", CANCEL)
def test_a_cancelled_question_frees_the_engine_that_computes_it(
    network: Network, crowded: psutil.Process, way: str
) -> None:
    question = network.ask(*SITES, cohort=LONG)
    network.wait_answered(question, "nord", "sud")
    before = _spent(crowded)
    wait_until(lambda: _spent(crowded) > before + 1)

    CANCEL[way](network, question)
    wait_until(lambda: _is_idle(crowded))

    result = network.wait_complete(network.ask(*SITES, cohort=COHORT))
    assert answered(result) == set(SITES)
    assert site_of(network.read(question), "lourd").persons is None
    assert '"event": "time_limit_reached"' not in network.read_log("lourd")
