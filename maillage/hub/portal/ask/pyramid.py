"""What the page shows of the draft by age and sex."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maillage.base.errors import MaillageError
from maillage.cohort.edit import missing
from maillage.hub.boot import Hub
from maillage.hub.cohorts.find import Draft
from maillage.hub.cohorts.live import find_pyramid
from maillage.hub.portal.results.page import Shown, chart_result, show
from maillage.hub.questions.document import describe_question
from maillage.hub.questions.models import Question


@dataclass(frozen=True)
class Breakdown:
    """A pyramid that was asked, or why it was not. `chart` is None while no hospital is in it."""

    document: Mapping[str, Any] | None = None
    chart: Shown | None = None
    error: MaillageError | None = None

    @property
    def is_open(self) -> bool:
        """Whether hospitals are still awaited."""
        return self.document is not None and self.document["status"] == "open"


def known_breakdown(draft: Draft, *, by: str, hub: Hub) -> Breakdown | None:
    """That of the draft as it is now, if it was asked a moment ago; nothing is asked."""
    question = None if missing(draft.document) else find_pyramid(draft, by=by, hub=hub)
    return None if question is None else describe_breakdown(question, hub=hub)


def describe_breakdown(question: Question, *, hub: Hub) -> Breakdown:
    """What there is to show of it so far."""
    document = describe_question(question, settings=hub.settings)
    charts = chart_result(question, document=document, hub=hub)
    return Breakdown(document, show(charts[0]) if charts else None)
