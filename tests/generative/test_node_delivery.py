"""Whatever bytes are delivered, signed by the hub or not: the node finds a reason, never an error."""

import base64
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.analysis.registry import installed_analyses
from maillage.base.canon import sha256_hex
from maillage.exchange.envelope import TASK_TYPE, seal_task
from maillage.node.check import Delivery, check_task, read_delivery
from tests.support.messages import HUB_KEY, ISSUED, example_task

SIGNERS = {HUB_KEY.public.fingerprint: HUB_KEY.public}
TASK = example_task().model_dump(mode="json")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


def _read(data: bytes) -> Delivery:
    found = read_delivery(data, data_hash=sha256_hex(data), task_id=TASK["task_id"], signers=SIGNERS)
    assert (found.task is None) is (found.reason is not None)
    return found


def _seal(payload: bytes) -> bytes:
    """An envelope of the hub's own key around any bytes (DSSE's pre-authentication encoding)."""
    signed = b"DSSEv1 %d %s %d %s" % (len(TASK_TYPE), TASK_TYPE.encode(), len(payload), payload)
    signature = {"keyid": HUB_KEY.public.fingerprint, "sig": base64.b64encode(HUB_KEY.sign(signed)).decode()}
    document = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": TASK_TYPE,
        "signatures": [signature],
    }
    return json.dumps(document).encode()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    assert _read(data).task is None
    assert _read(_seal(data)).task is None


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(TASK)), VALUES)
def test_a_task_of_the_hub_with_any_value_anywhere(field: str, value: Any) -> None:
    found = _read(_seal(json.dumps(TASK | {field: value}).encode("utf-8", "surrogatepass")))
    if found.task is not None:
        check_task(found.task, site="hcl", now=ISSUED, installed=installed_analyses())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_envelope_with_one_byte_changed(data: st.DataObject) -> None:
    envelope = bytearray(seal_task(example_task(), key=HUB_KEY))
    place = data.draw(st.integers(0, len(envelope) - 1))
    envelope[place] ^= data.draw(st.integers(1, 255))
    found = _read(bytes(envelope))
    assert found.task is None or found.task == example_task()


def test_the_seal_of_these_tests_is_the_real_one() -> None:
    assert _read(_seal(json.dumps(TASK).encode())).task == example_task()
