"""Power cuts, at the hub and at every point of a node's work: nothing lost, nothing answered twice."""

import signal

import pytest

from tests.integration.network.conftest import POINTS
from tests.support.breakable import Network, answered, check_answered_once, check_total, site_of

pytestmark = pytest.mark.xdist_group("breakable")


@pytest.mark.long
def test_nodes_killed_at_each_point_answer_once_when_they_are_back(network: Network) -> None:
    question = network.ask(*POINTS)
    for point in POINTS:
        network.start_dying(point, site=point)
    for point in POINTS:
        assert network.running.processes[point].wait(timeout=60) == -signal.SIGKILL, point
    # The one that died after sending has been heard; the others have not.
    assert answered(network.read(question)) == {"sent"}
    network.start(*POINTS)
    check_total(network.wait_complete(question), *POINTS)
    check_answered_once(network, question)
    network.verify(*POINTS)


def test_a_hub_killed_while_tasks_are_out_loses_neither_tasks_nor_answers(network: Network) -> None:
    early, late = network.worker("est"), network.worker("sud")
    network.pause(early)
    network.pause(late)
    question = network.ask("est", "nord", "sud")
    before = network.wait_answered(question, "nord")
    network.kill("hub")
    # One hospital finishes while there is no hub to tell, the other after it is back.
    network.resume(early)
    network.start_hub()
    network.resume(late)
    after = network.wait_complete(question)
    assert site_of(after, "nord") == site_of(before, "nord")
    check_total(after, "est", "nord", "sud")
    check_answered_once(network, question)
    network.verify("est", "nord", "sud")
    assert network.wait_complete(network.ask("est", "nord", "sud")).combined == after.combined
