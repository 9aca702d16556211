"""What `Hub.glm` makes of a family, an offset and errors, said or not."""

from typing import Any

import pytest

from maillage.client.formula import FormulaError
from maillage.client.models import choose_family, choose_offset
from tests.unit.test_client_mistakes import COHORT, send

DIED = {"kind": "death", "name": "died"}
BACK: dict[str, Any] = {"kind": "visit", "name": "back", "window": {"start": 1, "end": 30}}
STAYS = BACK | {"name": "stays", "use": "count"}
DAYS = {"kind": "follow_up", "name": "days", "until": 365}


@pytest.mark.parametrize(
    ("family", "outcome", "chosen"),
    [
        (None, DIED, "binomial"),
        (None, BACK, "binomial"),
        (None, STAYS, "gaussian"),
        (None, {"kind": "unheard", "name": "x"}, "gaussian"),
        ("logistic", STAYS, "binomial"),
        ("linear", BACK, "gaussian"),
        ("Poisson", STAYS, "poisson"),
    ],
)
def test_the_family_follows_the_outcome_unless_it_is_named(
    family: str | None, outcome: dict[str, Any], chosen: str
) -> None:
    assert choose_family(family, outcome=outcome) == chosen


def test_a_feature_alone_is_an_offset() -> None:
    assert choose_offset(DAYS, written=None) == {"feature": DAYS}
    assert choose_offset({"feature": DAYS, "log": False}, written=None) == {"feature": DAYS, "log": False}
    with pytest.raises(FormulaError, match="deux fois"):
        choose_offset(DAYS, written={"feature": DAYS})


def test_a_model_is_sent_as_its_page_names_it() -> None:
    sent = send(
        lambda hub: hub.glm(
            COHORT, "back ~ age + offset(log(days))", features=[BACK, DAYS], errors="HC1", permit="p"
        )
    )["parameters"]
    assert (sent["family"], sent["errors"]) == ("binomial", "hc1")
    assert sent["offset"] == {"feature": DAYS, "log": True}
