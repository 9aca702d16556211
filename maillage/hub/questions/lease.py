"""Tasks lent to nodes: a lease of a minute, longer while the node keeps polling, then lent again.

A node that receives a task twice answers it once, so that lending again is safe and silence is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.group.models import Member
from maillage.governance.statements import execute
from maillage.hub.access.nodes import Caller, forget_old_nonces, take_nonce
from maillage.hub.boot import Hub
from maillage.hub.questions.changes import move_task, statements, touch_question
from maillage.hub.questions.errors import FormerBootError
from maillage.hub.questions.models import Task
from maillage.hub.questions.states import TaskState
from maillage.hub.writing import writing

LEASE = timedelta(seconds=60)
# A poll says that the node lives, not that it got this task: the delivery may have been lost on the way.
# So polls renew a lease for this long only.
LONGEST_LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Delivery:
    """What a poll brings back: a task or none, and the tasks that were cancelled meanwhile."""

    task_id: str = ""
    envelope: bytes = b""
    cancelled: Sequence[str] = ()


@dataclass(frozen=True)
class News:
    """What a poll would bring: that a task was cancelled, a task."""

    cancelled: bool
    task: bool

    def __bool__(self) -> bool:
        return self.cancelled or self.task


def find_news(site: str, *, now: datetime) -> News:
    """Of that site; one read, no lock."""
    ((cancelled, task),) = execute(statements()["find_news"], site=site, now=now)
    return News(bool(cancelled), bool(task))


def deliver(caller: Caller, *, boot: str, news: News, hub: Hub) -> Delivery:
    """Lend the oldest task of the caller's hospital, and tell what was cancelled; in one transaction.

    Only of what there are `news`: the next poll brings what has come since. Raises FormerBootError.
    """
    now = hub.clock()
    # A power cut takes the lease back with its event, and the task is lent again.
    with writing(hub, waits=True):
        take_nonce(caller)
        _refuse_former_boot(caller.site, boot=boot)
        delivery = Delivery(cancelled=_tell_cancelled(caller.site) if news.cancelled else ())
        for row in _lend_oldest(caller.site, boot=boot, now=now) if news.task else ():
            task_id, question_id, task_hash, deliveries, envelope = row
            touch_question(question_id, at=now)
            facts = {"question": question_id, "delivery": deliveries, "task_hash": task_hash}
            record(EventType.TASK_DELIVERED, actor=caller.site, subject=task_id, at=now, facts=facts)
            delivery = replace(delivery, task_id=task_id, envelope=bytes(envelope))
    return delivery


def end_idle_poll(caller: Caller, *, boot: str, hub: Hub) -> None:
    """A poll brought nothing: the node is alive all the same, and what it holds stays lent to it."""
    now = hub.clock()
    with writing(hub, waits=True):
        take_nonce(caller)
        forget_old_nonces(now=now)
        skew = caller.skew.total_seconds()
        Member.objects.filter(site=caller.site).update(last_seen=now, clock_skew_s=skew)
        held = Task.objects.filter(site=caller.site, state=TaskState.DELIVERED.value, boot=boot)
        held.filter(lease_until__gte=now, delivered_at__gt=now - LONGEST_LEASE).update(
            lease_until=now + LEASE
        )


def release_former_boots(site: str, *, boot: str, at: datetime) -> None:
    """The node restarted: what its former process held is lent again at once. In the caller's transaction."""
    former = Task.objects.filter(site=site, state=TaskState.DELIVERED.value).exclude(boot=boot)
    for task in former.select_for_update():
        task.lease_until = None
        move_task(task, to=TaskState.WAITING, changed=("lease_until",))
        touch_question(task.question_id, at=at)


def _refuse_former_boot(site: str, *, boot: str) -> None:
    """A poll that a dead process left behind would take its task along: nobody would see it for a minute."""
    ((present,),) = execute(statements()["find_boot"], site=site)
    if present not in ("", boot):
        raise FormerBootError


def _tell_cancelled(site: str) -> list[str]:
    return sorted(task_id for (task_id,) in execute(statements()["tell_cancelled"], site=site, no=False))


def _lend_oldest(site: str, *, boot: str, now: datetime) -> list[tuple[Any, ...]]:
    lock = "FOR UPDATE OF t SKIP LOCKED" if connection.vendor == "postgresql" else ""
    lend = statements()["lend_oldest"].format(lock=lock)
    return execute(lend, site=site, boot=boot, now=now, until=now + LEASE)
