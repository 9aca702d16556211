"""Cohorts as rows: the draft that its owner writes, step after step, and the versions that were named."""

from datetime import datetime

from django.db import models

from maillage.governance import fields


class Cohort(models.Model):
    """A cohort that one person writes. `position` is the number of the step that its draft shows.

    `permit` is the one under which its counts are asked while it is written; `sharing` shows its versions,
    never its draft, to everybody who may enter.
    """

    id: str = fields.short_text(primary_key=True, max_length=50)
    name: str = fields.short_text(max_length=120, blank=True, default="")
    owner: str = fields.short_text(max_length=120, db_index=True)
    permit: str = fields.short_text(max_length=120)
    is_shared: bool = fields.flag(default=False)
    position: int = fields.whole(default=0)
    created_at: datetime = fields.instant()
    changed_at: datetime = fields.instant(db_index=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.name or self.id


class Step(models.Model):
    """A draft after one change. `document` is canonical JSON text."""

    cohort: Cohort = fields.belongs_to("cohorts.Cohort", related_name="steps")
    number: int = fields.whole()
    document: str = fields.long_text()
    at: datetime = fields.instant()

    cohort_id: str

    objects = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["cohort", "number"], name="one_step_a_number"),)

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.number}"


class CohortVersion(models.Model):
    """A draft that was named. `sentence` is what it said in French that day; `question` counted it last."""

    cohort: Cohort = fields.belongs_to("cohorts.Cohort", related_name="versions")
    number: int = fields.whole()
    note: str = fields.short_text(blank=True, default="")
    document: str = fields.long_text()
    sentence: str = fields.long_text()
    cohort_hash: str = fields.short_text(max_length=71, db_index=True)
    question = fields.belongs_to("questions.Question", related_name="versions", null=True)
    by: str = fields.short_text(max_length=120)
    at: datetime = fields.instant()

    cohort_id: str
    question_id: str | None

    objects = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["cohort", "number"], name="one_version_a_number"),)

    def __str__(self) -> str:
        return f"{self.cohort_id} v{self.number}"


class Comment(models.Model):
    """What somebody says of a version."""

    version: CohortVersion = fields.belongs_to("cohorts.CohortVersion", related_name="comments")
    text: str = fields.long_text()
    by: str = fields.short_text(max_length=120)
    at: datetime = fields.instant()

    objects = models.Manager()

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:40]}"


class LiveQuestion(models.Model):
    """Marks a question that was asked because a draft changed, not because a person ran it."""

    question = fields.extends("questions.Question", related_name="live")
    cohort: Cohort = fields.belongs_to("cohorts.Cohort", related_name="live")

    question_id: str
    cohort_id: str

    objects = models.Manager()

    def __str__(self) -> str:
        return self.question_id
