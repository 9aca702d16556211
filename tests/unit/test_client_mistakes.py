"""A user's mistake is one error of the client, with what to do: nothing is sent, nothing is a traceback."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import numpy as np
import pytest

from maillage import connect
from maillage.client import ClientError, Hub, part
from maillage.client.errors import ArgumentError
from maillage.cohort.dsl import condition

COHORT: dict[str, Any] = {"ConceptSets": []}
VISITS = {"kind": "visit", "name": "visits", "use": "count", "window": {"start": 1, "end": 365}}
RISK = {"intercept": -3.0}


def never(_request: httpx2.Request) -> httpx2.Response:
    pytest.fail("the question left")


def open_hub(answer: Callable[[httpx2.Request], httpx2.Response] = never) -> Hub:
    return connect("http://hub", token="t", transport=httpx2.MockTransport(answer))


MISTAKES: dict[str, tuple[Callable[[Any], object], str]] = {
    "a number that is none": (
        lambda hub: hub.outcomes(COHORT, model=RISK | {"age": float("nan")}, permit="p"),
        "parameters.model.age",
    ),
    "infinity in a list": (
        lambda hub: hub.distribution(COHORT, measure={}, edges=[0, float("inf")], permit="p"),
        "parameters.edges[1]",
    ),
    "infinity in a part": (
        lambda hub: hub.several(COHORT, ["count", part("incidence", first_year=float("inf"))], permit="p"),
        "incidence.parameters.first_year",
    ),
    "a study as concepts": (
        lambda hub: hub.table1(COHORT, measures=[{"name": "k", "concepts": condition("E11")}], permit="p"),
        "parameters.measures[0].concepts",
    ),
    "a name that is no text": (lambda hub: hub.table1(COHORT, levels={1: "ATC 2"}, permit="p"), "levels"),
    "a feature without a name": (
        lambda hub: hub.glm(COHORT, "x ~ age", features=[{"kind": "age"}], permit="p"),
        "{'kind': 'age'}",
    ),
    "features by name": (
        lambda hub: hub.glm(COHORT, "x ~ age", features={"x": VISITS}, permit="p"),
        "variable déclarée",
    ),
    "a formula that is no text": (lambda hub: hub.glm(COHORT, 3, permit="p"), "texte"),
    "no cohort": (lambda hub: hub.count(None), "None"),
    "half a character": (lambda hub: hub.table1(COHORT, domains=["\ud800"], permit="p"), "domains[0]"),
    "a title of half a character": (lambda hub: hub.count(COHORT, title="\ud800"), "title"),
    "a number for a cohort": (lambda hub: hub.flows(3, permit="p"), "3"),
    "a part that is none": (lambda hub: hub.several(COHORT, ["count", 3], permit="p"), "3"),
    "no such hospitals": (lambda hub: hub.count(COHORT, sites=3), "3"),
    "an unknown argument": (
        lambda hub: hub.glm(COHORT, "a ~ b", familly="x", permit="p"),
        "ne connaît",
    ),
    "an unknown argument of a run": (lambda hub: hub.run("flows", COHORT, permits="p"), "permits"),
    "no permit": (lambda hub: hub.flows(COHORT), "permit"),
    "no permit of a run": (lambda hub: hub.run("flows", COHORT), "permit"),
    "no formula": (lambda hub: hub.glm(COHORT, permit="p"), "formula"),
    "by place": (lambda hub: hub.count(COHORT, "title"), "trop d’arguments"),
    "a time in words": (lambda hub: hub.count(COHORT, wait="long"), "wait"),
    "a time before now": (lambda hub: hub.result("q", wait=float("nan")), "wait"),
    "a watcher that is none": (lambda hub: hub.count(COHORT, watch="print"), "watch"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_words_and_nothing_is_sent(mistake: str) -> None:
    call, word = MISTAKES[mistake]
    with open_hub() as hub, pytest.raises(ClientError) as caught:
        call(hub)
    assert word in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize("token", ["é", "", "a b", "a\n", None])
def test_a_token_that_no_header_can_carry_is_not_quoted(token: Any) -> None:
    with pytest.raises(ArgumentError) as caught:
        connect("http://hub", token=token)
    assert "é" not in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize("address", [None, "", "hub", "ftp://hub", "http://hub:port", "http://"])
def test_an_address_that_is_none_says_what_one_is(address: Any) -> None:
    with pytest.raises(ArgumentError, match="https://"):
        connect(address, token="t")


def test_a_closed_connection_and_a_page_of_a_proxy_are_told_in_words() -> None:
    hub = open_hub(lambda _request: httpx2.Response(200, text="<html>"))
    with hub, pytest.raises(ClientError, match="hub Maillage"):
        hub.questions()
    with pytest.raises(ClientError, match="fermée"):
        hub.questions()


def send(ask: Callable[[Any], object]) -> dict[str, Any]:
    """The question that a call sends."""
    sent: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.content)
        return httpx2.Response(422, json={"code": "x", "what": "x"})

    with open_hub(answer) as hub, pytest.raises(ClientError):
        ask(hub)
    return json.loads(sent[0])


def test_arrays_and_numbers_of_numpy_are_sent_as_plain_ones() -> None:
    sent = send(lambda hub: hub.table1(COHORT, ages=np.array([0, 40]), commonest=np.int64(7), permit="p"))
    assert sent["parameters"] == {"ages": [0, 40], "commonest": 7}


def test_one_alone_is_taken_for_a_list_of_one() -> None:
    sent = send(lambda hub: hub.glm(COHORT, "visits ~ age", features=VISITS, sites="hcl", permit="p"))
    assert (sent["sites"], sent["parameters"]["outcome"]) == (["hcl"], VISITS)
    parts = send(lambda hub: hub.several(COHORT, ["count", part("flows")], permit="p"))["parameters"]
    assert parts == {"parts": [{"analysis": name, "parameters": {}} for name in ("count", "flows")]}


def test_the_signature_of_a_method_names_what_it_takes() -> None:
    import inspect

    assert {"formula", "family", "permit", "sites", "wait"} <= inspect.signature(Hub.glm).parameters.keys()
