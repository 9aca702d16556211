"""What there is to see and to do, a module a subject; `VIEWS` is every address of the console."""

from maillage.node.console.pages import (
    ledger,
    left,
    objections,
    permits,
    policy,
    questions,
    releases,
    room,
    waiting,
    warehouse,
)

VIEWS = (
    *waiting.VIEWS,
    *questions.VIEWS,
    *releases.VIEWS,
    *left.VIEWS,
    *permits.VIEWS,
    *policy.VIEWS,
    *ledger.VIEWS,
    *objections.VIEWS,
    *warehouse.VIEWS,
    *room.VIEWS,
)
