"""Questions and tasks as rows. What was signed, sent or received is kept byte for byte."""

from datetime import datetime
from typing import Any

from django.db import models

from maillage.exchange.release import Standing
from maillage.governance import fields
from maillage.hub.questions.states import (
    AWAITED,
    ROUNDS_OPEN,
    SUM_OPEN,
    QuestionState,
    RoundsState,
    SumState,
    TaskState,
)

MAX_COHORT_TEXT = 4_000_000


class Question(models.Model):
    """One analysis on one cohort, asked by one person of several hospitals.

    `cohort` is canonical JSON kept as text: it is hashed, and a database's own JSON type may rewrite it.
    `mixed` names, once the question is closed, the hospitals that are only in its total; none when hidden.
    `is_masked`: its numbers are summed under masks (`MaskedSum`), and no hospital's comes here.
    `version` grows with each change, so that who waits knows whether there is something new.
    """

    id: str = fields.short_text(primary_key=True, max_length=50)
    requester: str = fields.short_text(max_length=120, db_index=True)
    title: str = fields.short_text()
    permit: str = fields.short_text(max_length=120)
    permit_hash: str = fields.short_text(max_length=71, blank=True, default="")
    minimum_sites: int = fields.whole(default=3)
    analysis: dict[str, Any] = fields.document()
    parameters: dict[str, Any] = fields.document()
    cohort: str = fields.long_text()
    cohort_hash: str = fields.short_text(max_length=71)
    rules: list[str] = fields.document()
    participants: list[str] = fields.document()
    mixed: list[str] | None = fields.document(null=True, default=None)
    is_masked: bool = fields.flag(default=False)
    state: str = fields.short_text(max_length=12, default=QuestionState.OPEN.value)
    version: int = fields.whole(default=1)
    asked_at: datetime = fields.instant(db_index=True)
    expires_at: datetime = fields.instant()
    changed_at: datetime = fields.instant()

    objects = models.Manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["expires_at"],
                name="question_open",
                condition=models.Q(state=QuestionState.OPEN.value),
            ),
        )

    def __str__(self) -> str:
        return self.title


class Task(models.Model):
    """A question at one hospital: the envelope that was signed for it, its lease, its answer.

    `content` and `evidence` are canonical JSON text, validated before they are kept. `cancel_untold` marks a
    task that the node may still be computing although its question was cancelled. `repeated`: every number
    was told before; under masks, where the hub reads no step, the whole was.
    """

    id: str = fields.short_text(primary_key=True, max_length=50)
    question: Question = fields.belongs_to("questions.Question", related_name="tasks")
    site: str = fields.short_text(max_length=40)
    state: str = fields.short_text(max_length=12, default=TaskState.WAITING.value)
    nonce: str = fields.short_text(max_length=32)
    protocol: int = fields.whole()
    envelope: bytes = fields.raw()
    task_hash: str = fields.short_text(max_length=71)

    boot: str = fields.short_text(max_length=60, blank=True, default="")
    lease_until: datetime | None = fields.instant(null=True)
    delivered_at: datetime | None = fields.instant(null=True)
    deliveries: int = fields.whole(default=0)
    cancel_untold: bool = fields.flag(default=False)

    answer: bytes | None = fields.raw(null=True)
    answer_hash: str = fields.short_text(max_length=71, blank=True, default="")
    answered_at: datetime | None = fields.instant(null=True)
    reason: str = fields.short_text(max_length=40, blank=True, default="")
    incident: str = fields.short_text(max_length=50, blank=True, default="")
    content: str = fields.long_text(blank=True, default="")
    shown_alone: bool = fields.flag(default=False)
    repeated: bool = fields.flag(default=False)
    evidence: str = fields.long_text(blank=True, default="")
    floor: int | None = fields.whole(null=True)
    compile_ms: float | None = fields.real(null=True)
    engine_ms: float | None = fields.real(null=True)

    question_id: str

    objects = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["question", "site"], name="one_task_a_site"),)
        indexes = (
            models.Index(
                fields=["site"],
                name="task_awaited",
                condition=models.Q(state__in=sorted(state.value for state in AWAITED)),
            ),
            models.Index(fields=["site"], name="task_cancelled", condition=models.Q(cancel_untold=True)),
            # Counts by hospital and state, and each hospital's last answer, without its rows.
            models.Index(fields=["site", "state", "answered_at"], name="task_told"),
        )

    def __str__(self) -> str:
        return self.id


class Release(models.Model):
    """The committee's check of a question's result; there is one where the permit asks for it.

    `masks` names what is hidden of every hospital's part once it is released.
    """

    question: Question = fields.belongs_to("questions.Question", related_name="releases")
    standing: str = fields.short_text(max_length=12, default=Standing.WAITING.value)
    round: int = fields.whole(default=1)
    checkers: int = fields.whole()
    masks: list[str] = fields.document(default=list)
    changed_at: datetime = fields.instant()

    question_id: str

    objects = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["question"], name="one_release_a_question"),)

    def __str__(self) -> str:
        return f"{self.question_id}: {self.standing}"


class ReleaseWord(models.Model):
    """What one checker said of a result, in which round."""

    release: Release = fields.belongs_to("questions.Release", related_name="words")
    round: int = fields.whole()
    checker: str = fields.short_text(max_length=500)
    outcome: str = fields.short_text(max_length=12)
    masks: list[str] = fields.document(default=list)
    note: str = fields.long_text(blank=True, default="")
    at: datetime = fields.instant()

    objects = models.Manager()

    def __str__(self) -> str:
        return f"{self.checker}: {self.outcome}"


class MaskedSum(models.Model):
    """The session in which a question's numbers are summed. `least` is how many hospitals it mixes at least.

    `offers` and `survivors` are kept as they were told to every hospital; `deadline` is that of the present
    state. `total` is the combined document, canonical JSON, once there is one.
    """

    question: Question = fields.extends("questions.Question", related_name="masked_sum")
    state: str = fields.short_text(max_length=12, default=SumState.GATHERING.value)
    least: int = fields.whole()
    deadline: datetime = fields.instant()
    offers: dict[str, Any] = fields.document(default=dict)
    survivors: list[str] = fields.document(default=list)
    total: str = fields.long_text(blank=True, default="")
    reason: str = fields.short_text(max_length=40, blank=True, default="")

    question_id: str

    objects = models.Manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["deadline"],
                name="sum_open",
                condition=models.Q(state__in=sorted(state.value for state in SUM_OPEN)),
            ),
        )

    def __str__(self) -> str:
        return self.question_id


class MaskedTerm(models.Model):
    """What one hospital said in a session: its key, its numbers under masks, its signature on the list."""

    masked_sum: MaskedSum = fields.belongs_to("questions.MaskedSum", related_name="terms")
    site: str = fields.short_text(max_length=40)
    key: str = fields.short_text(max_length=64)
    key_signature: str = fields.short_text(max_length=128)
    numbers: str = fields.long_text(blank=True, default="")
    agreement: str = fields.short_text(max_length=128, blank=True, default="")

    objects = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["masked_sum", "site"], name="one_term_a_site"),)

    def __str__(self) -> str:
        return self.site


class Rounds(models.Model):
    """The exchange of a question of several rounds. `asked` holds the parameters of round `number` by site.

    `members` are in it since round `started`; `deadline` is that of the present round. `result` is the
    combined document as JSON, once there is one.
    """

    question: Question = fields.extends("questions.Question", related_name="rounds")
    state: str = fields.short_text(max_length=12, default=RoundsState.GATHERING.value)
    number: int = fields.whole(default=0)
    started: int = fields.whole(default=1)
    members: list[str] = fields.document(default=list)
    asked: str = fields.long_text(blank=True, default="")
    asked_at: datetime = fields.instant()
    deadline: datetime = fields.instant()
    result: str = fields.long_text(blank=True, default="")
    reason: str = fields.short_text(max_length=40, blank=True, default="")

    question_id: str

    objects = models.Manager()

    class Meta:
        indexes = (
            models.Index(
                fields=["deadline"],
                name="rounds_open",
                condition=models.Q(state__in=sorted(state.value for state in ROUNDS_OPEN)),
            ),
        )

    def __str__(self) -> str:
        return self.question_id


class RoundPart(models.Model):
    """What one hospital told in one round, 0 for its opening: the content, and the hash of what it signed."""

    rounds: Rounds = fields.belongs_to("questions.Rounds", related_name="parts")
    site: str = fields.short_text(max_length=40)
    number: int = fields.whole()
    digest: str = fields.short_text(max_length=71)
    content: str = fields.long_text()
    shown_alone: bool = fields.flag(default=False)

    objects = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["rounds", "site", "number"], name="one_part_a_round"),)

    def __str__(self) -> str:
        return f"{self.site}: {self.number}"
