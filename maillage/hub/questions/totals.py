"""Which hospitals a total mixes, fixed when its question closes (S8 between questions).

Two totals of one cohort over different groups of hospitals, subtracted, give the number of those that only
one of them has. So a total is hidden when a former one, of the same requester under the same permit, differs
from it by fewer hospitals than a total must mix.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from maillage.analysis.several.combine import list_mixed
from maillage.disclosure import Suppressed, cell_from_json
from maillage.exchange.parts import SEVERAL
from maillage.hub.questions.changes import settle_question
from maillage.hub.questions.contents import read_content
from maillage.hub.questions.models import MaskedSum, Question, Task
from maillage.hub.questions.states import SumState, TaskState


def settle_total(question_id: str, *, at: datetime) -> None:
    """A hospital has spoken, or a step was made: the question is settled, and with its last its total."""
    if settle_question(question_id, at=at):
        fix_total(question_id)


def fix_total(question_id: str) -> None:
    """Note whom the total mixes, none when it is hidden; in the transaction that closes the question."""
    question = Question.objects.defer("cohort").get(id=question_id)
    mixed, repeated = _list_summed(question_id) if question.is_masked else _list_mixed(question)
    if len(mixed) < question.minimum_sites or _is_too_close(question, mixed=mixed, repeated=repeated):
        mixed = []
    question.mixed = mixed
    question.save(update_fields=["mixed"])


def _list_summed(question_id: str) -> tuple[list[str], bool]:
    """The hospitals of a masked sum that was made; and whether one of them repeats a former answer."""
    session = MaskedSum.objects.get(question_id=question_id)
    mixed = session.survivors if session.state == SumState.DONE else []
    repeated = Task.objects.filter(question_id=question_id, site__in=mixed, repeated=True)
    return mixed, repeated.exists()


def _list_mixed(question: Question) -> tuple[list[str], bool]:
    contents = _mixed_contents(question.id)
    if question.analysis["id"] == SEVERAL:
        return list_mixed(contents, minimum_sites=question.minimum_sites)
    return sorted(contents), any(content.get("repeated") for content in contents.values())


def _mixed_contents(question_id: str) -> dict[str, Mapping[str, Any]]:
    """By hospital that is not shown alone and gave a number: what it sent."""
    answered = Task.objects.filter(question_id=question_id, state=TaskState.ANSWERED.value, shown_alone=False)
    contents = {task.site: read_content(task) for task in answered.only("site", "content")}
    return {site: content for site, content in contents.items() if _counts(content)}


def _counts(content: Mapping[str, Any]) -> bool:
    return not isinstance(cell_from_json(content["persons"]), Suppressed)


def _is_too_close(question: Question, *, mixed: Iterable[str], repeated: bool) -> bool:
    """Whether a former total differs by some hospitals, and by too few.

    Former totals of the same cohort; of any cohort when a hospital says that it repeats a former answer,
    since the persons may then be those of a cohort in other words.
    """
    former = Question.objects.filter(
        requester=question.requester, permit=question.permit, mixed__isnull=False
    ).exclude(id=question.id)
    if not repeated:
        former = former.filter(cohort_hash=question.cohort_hash)
    apart = (len(set(one) ^ set(mixed)) for one in former.values_list("mixed", flat=True) if one)
    return any(0 < hospitals < question.minimum_sites for hospitals in apart)
