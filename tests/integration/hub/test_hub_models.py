"""A model that hospitals refuse, as its requester reads it from the client: why, and by whom."""

from collections.abc import Mapping

import pytest

from maillage.analysis.regress.spec import EXAMPLE
from maillage.client import Model
from maillage.client.typed import read_any
from maillage.exchange.reasons import Reason, word
from tests.integration.hub.conftest import Network
from tests.support.joint import joint_permit
from tests.support.prepare_hub import publish_permit

SMALL = {
    "persons": {"count": 400},
    "levels": [{"name": "sex[male]", "persons": {"count": 180}}],
    "totals": [400.0, 20_000.0, 180.0],
    "outcome": 200.0,
    "exposure": 400.0,
    "saturated": 0.0,
}


def ask(network: Network, reasons: Mapping[str, Reason]) -> Model:
    """A model of which some hospitals tell the opening and the others refuse; as it then stands."""
    publish_permit(network.hub, joint_permit("regress"))
    nodes = network.enrol("aphm", "hcl")
    question = network.ask(permit="etude", analysis="regress", parameters=EXAMPLE)
    for node in nodes:
        opened = node.take()
        reason = reasons.get(node.site)
        told = node.partial(opened, content=SMALL) if reason is None else node.refusal(opened, reason)
        assert node.answer(opened, told).status_code == 200
    found = read_any(network.read(question))
    assert isinstance(found, Model)
    return found


def test_a_model_that_all_refused_says_why_in_one_place(network: Network) -> None:
    model = ask(network, {"aphm": Reason.MODEL_RARE, "hcl": Reason.MODEL_TOO_CLOSE})
    assert (model.fitted, model.trouble, model.complete) == (False, "too_few_sites", True)
    for site, reason in (("aphm", Reason.MODEL_RARE), ("hcl", Reason.MODEL_TOO_CLOSE)):
        assert f"Hôpital {site} : {word(reason)}" in model.why
        assert model.left_out[site] == word(reason)


@pytest.mark.parametrize("site", ["aphm", "hcl"])
def test_who_refused_alone_is_left_out_by_name(network: Network, site: str) -> None:
    model = ask(network, {site: Reason.MODEL_TOO_SMALL})
    assert model.left_out == {site: word(Reason.MODEL_TOO_SMALL)}
    assert f"Hôpital {site} : {word(Reason.MODEL_TOO_SMALL)}" in str(model)
