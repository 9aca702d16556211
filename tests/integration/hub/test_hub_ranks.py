"""Which requests are somebody's gesture, and which a page makes by itself."""

import pytest
from django.test import RequestFactory

from maillage.hub.turns import Rank
from tests.integration.hub.conftest import Network


@pytest.mark.parametrize(
    ("path", "by_htmx", "rank"),
    [
        ("/cohortes/cohort-1/compter", True, Rank.BY_ITSELF),
        ("/cohortes/cohort-1/suivi/question-1", True, Rank.BY_ITSELF),
        ("/questions/question-1/suivi", True, Rank.BY_ITSELF),
        ("/cohortes/cohort-1/compter", False, Rank.ASKED),
        ("/cohortes/cohort-1/modifier", True, Rank.ASKED),
        ("/demander/propositions", True, Rank.ASKED),
        ("/cohortes", False, Rank.ASKED),
    ],
)
def test_a_gesture_is_told_from_what_a_page_does_by_itself(
    network: Network, path: str, by_htmx: bool, rank: Rank
) -> None:
    from maillage.hub.middleware import rank_of

    request = RequestFactory().get(path, headers={"HX-Request": "true"} if by_htmx else {})
    assert rank_of(request) is rank
