"""A checker's word on a combined result: one transaction with its audit event."""

from datetime import datetime
from typing import Any

from maillage.analysis.registry import load_withholding
from maillage.base.canon import canonical_hash
from maillage.base.i18n import _
from maillage.exchange.permit import Decision
from maillage.exchange.release import (
    Outcome,
    ReleaseStateError,
    Standing,
    Word,
    WordError,
    check_checker,
    check_open,
    check_standing,
    weigh,
)
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.permits.actions import find_in_force
from maillage.governance.permits.errors import PermitOverError
from maillage.governance.permits.models import SiteWord
from maillage.hub.boot import Hub
from maillage.hub.questions.changes import touch_question
from maillage.hub.questions.contents import combine, read_content
from maillage.hub.questions.models import Question, Release, ReleaseWord, Task
from maillage.hub.questions.releases.checkers import check_accounts, find_checkers
from maillage.hub.questions.releases.rows import find_release, list_words
from maillage.hub.questions.states import QuestionState, TaskState
from maillage.hub.writing import writing


def rule(question_id: str, *, word: Word, operator: str, hub: Hub) -> Standing:
    """Take the word; `operator` is the machine's account under which it was typed, or `PORTAL`.

    Raises NoReleaseError, ReleaseStateError, CheckerError, WordError; PermitError when the permit is over, or
    a hospital whose answer is in the result has withdrawn: then it can only be refused.
    """
    now = hub.clock()
    with writing(hub):
        release = find_release(question_id, lock=True)
        question = Question.objects.get(id=question_id)
        check_open(question_id, present=Standing(release.standing))
        said = list_words(release, present=True)
        check_accounts(word.by, requester=question.requester, said=said)
        allowed = find_checkers(operator=operator, at=now, hub=hub)
        check_checker(word.by, allowed=allowed, requester=question.requester, said=said)
        if word.outcome in (Outcome.CONFORM, Outcome.MASKED):
            _check_may_leave(question, at=now, hub=hub)
            _check_masks(question, word=word, hub=hub)
        to = weigh(word, said=said, checkers=release.checkers)
        check_standing(question_id, present=Standing(release.standing), to=to)
        shown = _hash_shown(question, masks=word.masks, hub=hub) if to is Standing.RELEASED else None
        facts = _facts(release, word=word, to=to) | {"operator": operator, "shown": shown}
        _keep(release, word=word, to=to, at=now)
        record(EventType.RELEASE_CHECKED, actor=word.by, subject=question_id, at=now, facts=facts)
        touch_question(question_id, at=now)
    hub.doorbell.ring(question_id)
    return to


def _check_may_leave(question: Question, *, at: datetime, hub: Hub) -> None:
    """At the moment of the release too: the question is closed, the permit holds, no hospital withdrew."""
    if question.state == QuestionState.OPEN:
        raise ReleaseStateError(
            _("La question {question} n’est pas close.").format(question=question.id),
            why=_("Des hôpitaux n’ont pas encore répondu : le résultat peut changer."),
        )
    found = find_in_force(question.permit, signers=hub.settings.committee_signers, at=at)
    answered = Task.objects.filter(question_id=question.id, state=TaskState.ANSWERED.value)
    withdrawn = SiteWord.objects.filter(
        permit__hash=question.permit_hash,
        decision=Decision.WITHDRAWN.value,
        site__in=answered.values("site"),
    )
    if found.hash != question.permit_hash or withdrawn.exists():
        raise PermitOverError(
            _("L’autorisation sous laquelle la question a été posée ne vaut plus."),
            why=", ".join(sorted(withdrawn.values_list("site", flat=True))),
            remedy=_("Ce résultat ne peut qu’être refusé ; la question peut être posée à nouveau."),
        )


def _check_masks(question: Question, *, word: Word, hub: Hub) -> None:
    room = load_withholding(question.analysis["id"])
    document = combine(question, _list_tasks(question), settings=hub.settings)
    names = {cell.name for cell in room.list_combined(document)} | set(room.PARTS)
    if unknown := sorted(word.masks - names):
        raise WordError(
            _("Le résultat n’a pas de case nommée {names}.").format(names=", ".join(unknown)[:200]),
            remedy=_("Ses cases : maillage hub releases show."),
        )


def _hash_shown(question: Question, *, masks: frozenset[str], hub: Hub) -> str:
    tasks = _list_tasks(question)
    alone = [task for task in tasks if task.state == TaskState.ANSWERED and task.shown_alone]
    document = {
        "combined": combine(question, tasks, settings=hub.settings, masks=masks),
        "alone": {task.site: read_content(task, masks=masks, question=question) for task in alone},
    }
    return canonical_hash(document)


def _list_tasks(question: Question) -> list[Task]:
    return list(Task.objects.filter(question_id=question.id).order_by("site"))


def _keep(release: Release, *, word: Word, to: Standing, at: datetime) -> None:
    ReleaseWord.objects.create(
        release=release,
        round=release.round,
        checker=word.by,
        outcome=word.outcome.value,
        masks=sorted(word.masks),
        note=word.note,
        at=at,
    )
    release.standing, release.changed_at = to.value, at
    # A round that ends without agreement is over: its words no longer count.
    release.round += to is Standing.EXAMINED
    release.masks = sorted(word.masks) if to is Standing.RELEASED else []
    release.save(update_fields=["standing", "round", "masks", "changed_at"])


def _facts(release: Release, *, word: Word, to: Standing) -> dict[str, Any]:
    """Who said what; the note, which may quote a number, stays in its table."""
    return {
        "outcome": word.outcome.value,
        "masks": sorted(word.masks),
        "standing": to.value,
        "round": release.round,
    }
