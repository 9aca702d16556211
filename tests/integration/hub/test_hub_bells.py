"""Who waits is woken at once by what it waits for, and by nothing else."""

from concurrent.futures import ThreadPoolExecutor

from maillage.hub.doorbell import Doorbell
from maillage.hub.waiting import wait_for
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_questions import TWO_STEPS


def test_asking_wakes_the_hospitals_that_are_asked(network: Network) -> None:
    network.enrol("hcl", "chu-grenoble")
    bells = network.hub.doorbell
    with bells.listen("hcl") as lyon, bells.listen("chu-grenoble") as grenoble:
        network.ask(sites=["hcl"])
        assert (lyon.is_set(), grenoble.is_set()) == (True, False)


def test_an_answer_wakes_who_follows_the_question(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    with network.hub.doorbell.listen(question["id"]) as requester:
        node.answer(opened, node.partial(opened, content=TWO_STEPS))
        assert requester.is_set()


def test_a_cancellation_wakes_both_sides(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    node.take()
    bells = network.hub.doorbell
    with bells.listen("hcl") as hospital, bells.listen(question["id"]) as requester:
        network.call("DELETE", f"/questions/{question['id']}")
        assert hospital.is_set()
        assert requester.is_set()


def test_a_ring_between_looking_and_waiting_is_not_lost() -> None:
    bells, looks = Doorbell(), list[int]()

    def look() -> str | None:
        looks.append(len(looks))
        if len(looks) == 1:
            bells.ring("hcl")
            return None
        return "a task"

    assert wait_for(look, doorbell=bells, name="hcl", seconds=30) == "a task"


def test_a_closing_house_sends_everybody_home() -> None:
    bells = Doorbell()
    with ThreadPoolExecutor() as threads:
        waits = [
            threads.submit(wait_for, lambda: None, doorbell=bells, name=name, seconds=30)
            for name in ("a", "b")
        ]
        bells.close()
        assert [wait.result() for wait in waits] == [None, None]


def test_no_wait_looks_once() -> None:
    looks: list[int] = []
    wait_for(lambda: looks.append(1), doorbell=Doorbell(), name="hcl", seconds=0)
    assert looks == [1]
