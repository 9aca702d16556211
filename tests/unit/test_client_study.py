"""The client sends a study of the Python language as the cohort that ATLAS would have exported."""

import json
from pathlib import Path

import httpx2
import pytest

from maillage import connect
from maillage.client import ClientError
from maillage.cohort.dsl import condition, drug
from maillage.cohort.errors import UnknownCodeError


def test_a_study_is_sent_as_its_circe_cohort() -> None:
    sent: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.content)
        return httpx2.Response(201, json={"id": "q1"})

    study = condition("E11").first().with_any(drug("A10BA02"), within_days=(0, 180)).titled("Diabète")
    with connect("http://hub", token="t", transport=httpx2.MockTransport(answer)) as hub:
        assert hub.ask(study) == "q1"
    question = json.loads(sent[0])
    assert question["cohort"] == study.to_circe()
    assert question["title"] == "Diabète"


def test_nothing_is_sent_when_a_code_is_unknown() -> None:
    def never(_request: httpx2.Request) -> httpx2.Response:
        pytest.fail("the question left")

    with connect("http://hub", token="t", transport=httpx2.MockTransport(never)) as hub:
        with pytest.raises(UnknownCodeError, match="Z99"):
            hub.ask(condition("Z99"))
        with pytest.raises(ClientError):
            hub.ask(Path("absent.json"))
