"""What of an old line may go: its body, never the line. The act is itself a line, and comes first.

The database holds to that order: its triggers let a body go only where such a line covers it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.exchange.chain import LINE_VERSION
from maillage.governance.audit import chain
from maillage.governance.audit.events import EventType
from maillage.governance.audit.models import Told
from maillage.governance.group.models import Member
from maillage.governance.group.states import MemberState
from maillage.governance.permits.listing import read_permit
from maillage.governance.permits.models import PublishedPermit
from maillage.governance.permits.states import PermitState
from maillage.governance.statements import execute
from maillage.hub.boot import Hub
from maillage.hub.ledger.errors import RetentionError
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.states import QuestionState
from maillage.hub.writing import writing

_YEAR = timedelta(days=365)
_FOR_EVER = (EventType.AUDIT_RETAINED, EventType.LEDGER_ANCHORED, EventType.LEDGER_DIFFERED)


@dataclass(frozen=True)
class Retained:
    """How many bodies went, and how many as old stayed: something still lives by them."""

    removed: int
    kept: int


@dataclass(frozen=True)
class _Live:
    """What still lives: open questions with their tasks, hospitals of the network, permits in force."""

    subjects: frozenset[str]
    permits: frozenset[str]

    def needs(self, told: Told) -> bool:
        return told.subject in self.subjects or str(told.facts.get("permit")) in self.permits


def retain(before: datetime, *, hub: Hub, by: str) -> Retained:
    """Remove the bodies of lines before that date, with their salts; the chain stays verifiable.

    Those of open questions, of permits in force, of present hospitals, of nodes' heads stay. Raises
    RetentionError for a date that the settings do not allow yet.
    """
    now = hub.clock()
    _check_date(before, now=now, years=hub.settings.audit_keep_years)
    if connection.vendor == "sqlite":
        # What is deleted is written over, in the file too; copies elsewhere are their keepers' to remove.
        execute("PRAGMA secure_delete = ON")
    with writing(hub):
        gone, kept = _choose(before, live=_find_live(hub=hub, now=now))
        if gone:
            facts = {"removed_before": format_instant(before), "bodies": len(gone)}
            subject = before.date().isoformat()
            chain.record(EventType.AUDIT_RETAINED, actor=by, subject=subject, at=now, facts=facts)
        for sequence in gone:
            execute(chain.statements()["remove_body"], sequence=sequence)
    if connection.vendor == "sqlite":
        execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Retained(len(gone), kept)


def _check_date(before: datetime, *, now: datetime, years: int) -> None:
    latest = now - years * _YEAR
    if before > latest:
        raise RetentionError(
            _("Le détail des lignes est gardé {years} ans.").format(years=years),
            remedy=_("Une date jusqu’au {date} ; la durée est dans hub.toml, audit_keep_years.").format(
                date=latest.date().isoformat()
            ),
        )


def _choose(before: datetime, *, live: _Live) -> tuple[list[int], int]:
    """The lines whose bodies go, and how many stay."""
    gone, kept = list[int](), 0
    for event in chain.each_event(at__lt=before, version=LINE_VERSION, kept__isnull=False):
        told = event.told
        if event.type in _FOR_EVER or told is None or live.needs(told):
            kept += 1
        else:
            gone.append(event.sequence)
    return gone, kept


def _find_live(*, hub: Hub, now: datetime) -> _Live:
    questions = set(Question.objects.filter(state=QuestionState.OPEN.value).values_list("id", flat=True))
    tasks = set(Task.objects.filter(question_id__in=questions).values_list("id", flat=True))
    present = Member.objects.exclude(state=MemberState.DEPARTED.value)
    sites = set(present.values_list("site", flat=True))
    signers = hub.settings.committee_signers
    permits = set[str]()
    for row in PublishedPermit.objects.filter(state=PermitState.PUBLISHED.value):
        permit = read_permit(row, signers=signers)
        if permit is None or permit.expires_at > now:
            permits.add(row.hash)
    return _Live(frozenset(questions | tasks | sites), frozenset(permits))
