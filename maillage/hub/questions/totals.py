"""Which hospitals a total mixes, fixed when its question closes (S8 between questions).

Two totals of the same persons over different groups of hospitals, subtracted, give the number of those that
only one of them has; three and more, added and subtracted, may give one that no two give. So a total is
hidden when it differs from a former one, of the same requester under the same permit, by fewer hospitals
than a total must mix, or when with all of these it gives away one hospital's number, or two hospitals'.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models.functions import Length

from maillage.analysis.several.combine import list_mixed
from maillage.base.i18n import _
from maillage.disclosure import Suppressed, cell_from_json
from maillage.disclosure.isolation import find_isolated
from maillage.exchange.parts import SEVERAL
from maillage.hub.questions.alike import Answers, Told, may_be_same, read_told
from maillage.hub.questions.changes import settle_question
from maillage.hub.questions.contents import read_content
from maillage.hub.questions.models import MaskedSum, Question, Task
from maillage.hub.questions.states import SumState, TaskState

_COMPARED_BYTES = 65_536
"""A longer answer is known by its cohort alone: comparing holds the hub's only writer."""


def settle_total(question_id: str, *, at: datetime) -> None:
    """A hospital has spoken, or a step was made: the question is settled, and with its last its total."""
    if settle_question(question_id, at=at):
        fix_total(question_id)


def fix_total(question_id: str) -> None:
    """Note whom the total mixes, none when it is hidden; in the transaction that closes the question."""
    question = Question.objects.defer("cohort").get(id=question_id)
    mixed, repeated = _list_summed(question_id) if question.is_masked else _list_mixed(question)
    if len(mixed) < question.minimum_sites or gives_away(question, mixed=mixed, repeated=repeated):
        mixed = []
    question.mixed = mixed
    question.save(update_fields=["mixed"])


def word_hidden(question: Question) -> str:
    """Why a total that enough hospitals answered for is not shown; empty where that is not so."""
    if question.mixed != []:
        return ""
    mixed, _repeated = _list_summed(question.id) if question.is_masked else _list_mixed(question)
    if len(mixed) < question.minimum_sites:
        return ""
    return _(
        "Total non montré : avec vos totaux précédents des mêmes patients, ou presque, il donnerait le "
        "nombre d’un ou de deux hôpitaux. Posez la question aux mêmes hôpitaux que la première fois."
    )


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


def gives_away(question: Question, *, mixed: Collection[str], repeated: bool) -> bool:
    """Whether the total and former ones of the same persons give away fewer hospitals than a total mixes.

    `repeated`: a hospital says that it repeats a former answer. Then each former total counts, since its
    persons may be the same in other words; but no two of these need be of the same persons as each other.
    """
    former = [one for one in _list_former(question) if set(one.mixed or ()) != set(mixed)]
    if not former:
        return False
    alike = _choose_alike(question, former, mixed=mixed)
    apart = [len(set(one.mixed or ()) ^ set(mixed)) for one in (former if repeated else alike)]
    if any(hospitals < question.minimum_sites for hospitals in apart):
        return True
    return bool(find_isolated([mixed, *(one.mixed or () for one in alike)]))


def _list_former(question: Question) -> list[Question]:
    """This requester's totals under this permit that mix hospitals, and were not hidden."""
    former = Question.objects.filter(
        requester=question.requester, permit=question.permit, mixed__isnull=False
    ).exclude(id=question.id)
    return [one for one in former.only("id", "cohort_hash", "mixed") if one.mixed]


def _choose_alike(
    question: Question, former: Sequence[Question], *, mixed: Collection[str]
) -> list[Question]:
    """Those that may be of the same persons: as the question's, or as one that shares no hospital with it.

    The second have no cell to compare with the question's own; they count when one of the first is between.
    """
    groups = {question.id: mixed} | {one.id: one.mixed or () for one in former}
    answers = _read_answers(groups)

    def are_alike(one: Question, other: Question) -> bool:
        same = one.cohort_hash == other.cohort_hash
        return same or may_be_same(answers[one.id], answers[other.id])

    beside = [one for one in former if are_alike(one, question)]
    apart = [one for one in former if one not in beside and set(mixed).isdisjoint(groups[one.id])]
    return beside + [one for one in apart if any(are_alike(one, other) for other in beside)]


def _read_answers(groups: Mapping[str, Collection[str]]) -> Mapping[str, Answers]:
    """By question, what the hospitals of its total told; nothing where the hub reads no hospital's number."""
    tasks = Task.objects.annotate(size=Length("content")).filter(
        question_id__in=list(groups),
        question__is_masked=False,
        state=TaskState.ANSWERED.value,
        size__lte=_COMPARED_BYTES,
    )
    answers: dict[str, dict[str, Told]] = {name: {} for name in groups}
    for task in tasks.only("question_id", "site", "content", "floor"):
        if task.site in groups[task.question_id]:
            told = read_told(read_content(task), floor=task.floor or 1)
            answers[task.question_id][task.site] = told
    return answers
