"""People and the roles that they were given. How they prove who they are is the hub's (`hub/access`)."""

from datetime import datetime

from django.db import models

from maillage.governance import fields
from maillage.governance.people.states import GrantState, PersonState


class Person(models.Model):
    """Somebody with an account. `name` signs their questions; `folded` keeps look-alikes of it apart."""

    id: str = fields.short_text(primary_key=True, max_length=50)
    name: str = fields.short_text(max_length=120, unique=True)
    folded: str = fields.short_text(max_length=120, unique=True)
    full_name: str = fields.short_text(max_length=120)
    email: str = fields.short_text(max_length=200, blank=True, default="")
    state: str = fields.short_text(max_length=12, default=PersonState.INVITED.value)
    invited_at: datetime = fields.instant()
    changed_at: datetime = fields.instant()

    objects = models.Manager()

    class Meta:
        ordering = ("full_name", "name")
        constraints = (
            models.UniqueConstraint(
                fields=["email"], name="one_person_an_email", condition=~models.Q(email="")
            ),
        )

    def __str__(self) -> str:
        return self.full_name


class Grant(models.Model):
    """A role given to a person, for a hospital (`site`) or the whole group, between two dates."""

    id: str = fields.short_text(primary_key=True, max_length=50)
    person: Person = fields.belongs_to("people.Person", related_name="grants")
    role: str = fields.short_text(max_length=20)
    site: str = fields.short_text(max_length=40, blank=True, default="")
    state: str = fields.short_text(max_length=12, default=GrantState.GIVEN.value)
    starts_at: datetime = fields.instant()
    ends_at: datetime = fields.instant()
    given_by: str = fields.short_text(max_length=120)
    given_at: datetime = fields.instant()
    withdrawn_by: str = fields.short_text(max_length=120, blank=True, default="")
    withdrawn_at: datetime | None = fields.instant(null=True)

    person_id: str

    objects = models.Manager()

    class Meta:
        ordering = ("given_at", "id")

    def __str__(self) -> str:
        return f"{self.role}@{self.site or '*'}"
