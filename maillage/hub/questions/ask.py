"""Ask: from a document to one signed task per hospital, in one transaction."""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from secrets import token_hex
from typing import Any, NoReturn

from maillage.analysis.registry import (
    find_spec,
    installed_analyses,
    load_words,
    read_parameters,
    refuse_sum,
    suits,
)
from maillage.analysis.scope import allows, covers
from maillage.base.canon import canonical_bytes, read_json, sha256_hex
from maillage.base.i18n import _, say
from maillage.base.ids import new_id
from maillage.cohort import parse_expression, to_circe
from maillage.cohort.compile import compile_cohort
from maillage.exchange import version
from maillage.exchange.envelope import seal_task
from maillage.exchange.message import AnalysisRef
from maillage.exchange.parts import count_inquiries, list_inquiries, name_parts
from maillage.exchange.permit import Masked, Permit
from maillage.exchange.task import Task as TaskMessage
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.group.models import Member
from maillage.governance.group.states import MemberState
from maillage.governance.permits.actions import find_in_force
from maillage.governance.permits.errors import PermitExceededError
from maillage.hub.boot import Hub
from maillage.hub.questions.budget import check_budget
from maillage.hub.questions.errors import QuestionInvalidError, SitesError
from maillage.hub.questions.models import MAX_COHORT_TEXT, Question, Task
from maillage.hub.questions.releases.rows import require_check
from maillage.hub.questions.rounds.opening import has_rounds, open_rounds
from maillage.hub.questions.sums.opening import open_masked_sum
from maillage.hub.writing import writing


@dataclass(frozen=True)
class Draft:
    """A question as a person writes it. `sites` None means every active hospital."""

    title: str
    analysis: str
    parameters: Mapping[str, Any]
    cohort: Mapping[str, Any] | str | bytes
    sites: Sequence[str] | None
    permit: str
    wait_hours: float | None = None

    def __post_init__(self) -> None:
        if not self.title.strip() or len(self.title) > 200 or not self.title.isprintable():
            raise QuestionInvalidError(
                _("Le titre d’une question compte de 1 à 200 caractères, sur une ligne.")
            )


def ask(draft: Draft, *, by: str, hub: Hub, note: Callable[[Question], object] | None = None) -> Question:
    """Create the question and its tasks, then wake the nodes. `note` writes more in the same transaction.

    Raises QuestionError, PermitError, CohortError or AnalysisError; nothing is then written.
    """
    question = _prepare_question(draft, by=by, hub=hub)
    found = find_in_force(draft.permit, signers=hub.settings.committee_signers, at=question.asked_at)
    members = _choose_members(draft.sites, permit=found.permit)
    question.participants = sorted(member.site for member in members)
    question.permit_hash = found.hash
    question.minimum_sites = max(hub.settings.minimum_sites, found.permit.minimum_sites)
    message = write_message(question, hub=hub)
    _check_scope(message, permit=found.permit)
    question.is_masked = isinstance(found.permit.sums, Masked)
    check_budget(by, permit=found.permit, now=question.asked_at, questions=_count(question))
    tasks = [_prepare_task(message, question=question, member=member, hub=hub) for member in members]
    with writing(hub):
        question.save(force_insert=True)
        Task.objects.bulk_create(tasks)
        require_check(question, permit=found.permit)
        if question.is_masked:
            open_masked_sum(question)
        if note is not None:
            note(question)
        if has_rounds(question):
            open_rounds(question)
        facts = {
            "analysis": question.analysis["id"],
            "cohort_hash": question.cohort_hash,
            "permit": question.permit,
            "permit_hash": question.permit_hash,
            "participants": question.participants,
            **name_parts(question.analysis["id"], question.parameters),
        }
        record(EventType.QUESTION_ASKED, actor=by, subject=question.id, at=question.asked_at, facts=facts)
    hub.doorbell.ring(*question.participants)
    return question


def write_message(question: Question, *, hub: Hub) -> TaskMessage:
    """The signed message's common part, addressed to the first participant; `seal` addresses each one.

    Validated once for all hospitals: checking the cohort's hash is most of the cost of a task.
    """
    return TaskMessage(
        protocol=version.CURRENT,
        task_id=new_id("task"),
        question_id=question.id,
        hub=hub.settings.name,
        site=question.participants[0],
        participants=tuple(question.participants),
        minimum_participants=question.minimum_sites,
        requester=question.requester,
        permit=question.permit,
        title=question.title,
        analysis=AnalysisRef(**question.analysis),
        parameters=question.parameters,
        cohort=read_json(question.cohort, max_bytes=MAX_COHORT_TEXT),
        cohort_hash=question.cohort_hash,
        nonce=token_hex(16),
        issued_at=question.asked_at,
        expires_at=question.expires_at,
    )


def seal(task: Task, *, message: TaskMessage, protocol: int, hub: Hub) -> None:
    """Sign the message for this task's hospital, in the version it reads. The row is not saved."""
    own = message.model_copy(update={"task_id": task.id, "site": task.site, "nonce": task.nonce})
    task.protocol = protocol
    task.envelope = seal_task(own, key=hub.key, protocol=protocol)
    task.task_hash = sha256_hex(b64decode(json.loads(task.envelope)["payload"]))


def _prepare_question(draft: Draft, *, by: str, hub: Hub) -> Question:
    spec = find_spec(draft.analysis)
    read_parameters(spec, draft.parameters)
    installed = installed_analyses()[spec.id]
    source = draft.cohort
    cohort = _read_cohort(source if isinstance(source, str | bytes) else json.dumps(source, default=dict))
    now = hub.clock()
    hours = hub.settings.question_hours if draft.wait_hours is None else draft.wait_hours
    return Question(
        id=new_id("question"),
        requester=by,
        title=draft.title.strip(),
        permit=draft.permit,
        analysis={"id": installed.id, "version": installed.version, "code": installed.code},
        parameters=dict(draft.parameters),
        cohort=cohort.text,
        cohort_hash=cohort.hash,
        rules=list(cohort.rules),
        asked_at=now,
        changed_at=now,
        expires_at=now + timedelta(hours=hours),
    )


@dataclass(frozen=True)
class _Cohort:
    """A cohort that hospitals can count: its canonical text, the hash of it, the names of its rules."""

    text: str
    hash: str
    rules: tuple[str, ...]


@lru_cache(maxsize=16)
def _read_cohort(source: str | bytes) -> _Cohort:
    """A cohort is asked again under other analyses, and of other hospitals: the same text reads the same.

    Compiled for its errors alone: what no hospital could count is told now, in words, not by each of them in
    a code.
    """
    expression = parse_expression(source)
    compile_cohort(expression)
    text = canonical_bytes(to_circe(expression))
    return _Cohort(text.decode(), sha256_hex(text), tuple(rule.name for rule in expression.rules))


def _count(question: Question) -> int:
    return count_inquiries(question.analysis["id"], question.parameters)


def _check_scope(message: TaskMessage, *, permit: Permit) -> None:
    """What each hospital would refuse is told before it is asked."""
    asked = list_inquiries(message.analysis.id, message.parameters)
    outside = [one for one in asked if not allows(permit, one)] if len(asked) > 1 else []
    if outside:
        _refuse(
            why=_(
                "L’autorisation « {permit} » ne couvre pas, avec ces paramètres : {names}. Une question de "
                "plusieurs analyses est posée tout entière ou pas du tout."
            ).format(
                permit=permit.permit_id,
                names=", ".join(dict.fromkeys(say(load_words(one.analysis).title) for one in outside)),
            ),
        )
    if not covers(permit, message) or not _can_be_told(message, permit=permit):
        _refuse(
            why=_(
                "L’autorisation « {permit} » ne couvre pas ensemble cette personne, cette analyse, ses "
                "paramètres, cette cohorte et la forme de leurs nombres."
            ).format(permit=permit.permit_id),
        )
    unsummed = isinstance(permit.sums, Masked) and refuse_sum(message.analysis.id, message.parameters)
    if unsummed:
        _refuse(why=unsummed)


def _refuse(*, why: str) -> NoReturn:
    raise PermitExceededError(
        _("La question dépasse ce que l’autorisation permet."),
        why=why,
        remedy=_("Demandez au comité une autorisation qui les couvre."),
    )


def _can_be_told(message: TaskMessage, *, permit: Permit) -> bool:
    name = message.analysis.id
    asked = [name, *(one.analysis for one in list_inquiries(name, message.parameters))]
    # The hub waits for each round: none of them can wait for a person.
    waits = permit.check is not None and find_spec(name).rounds is not None
    return all(suits(one, counts=permit.counts) for one in asked) and not waits


def _choose_members(sites: Sequence[str] | None, *, permit: Permit) -> list[Member]:
    members = Member.objects.filter(state=MemberState.ACTIVE.value)
    active = {member.site: member for member in members if permit.names(member.site)}
    if not active:
        raise SitesError(
            _("Aucun hôpital n’est inscrit dans ce réseau."),
            remedy=_("Inscrivez-en : « maillage hub register »."),
        )
    wanted = sorted(active) if sites is None else list(sites)
    unknown = [site for site in wanted if site not in active]
    if unknown or not wanted or len(set(wanted)) != len(wanted):
        raise SitesError(
            _("Ces hôpitaux ne peuvent pas être interrogés : {sites}.").format(
                sites=", ".join(site[:40] for site in unknown[:10]) or _("liste vide ou répétée")
            ),
            remedy=_("Hôpitaux actifs : {sites}.").format(sites=", ".join(sorted(active))),
        )
    return [active[site] for site in wanted]


def _prepare_task(message: TaskMessage, *, question: Question, member: Member, hub: Hub) -> Task:
    task = Task(id=new_id("task"), question=question, site=member.site, nonce=token_hex(16))
    seal(task, message=message, protocol=member.protocol or version.CURRENT, hub=hub)
    return task
