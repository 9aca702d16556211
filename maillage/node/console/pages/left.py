"""What left this hospital: each answer with its numbers, to whom, under which permit, on which line."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from maillage.node.console.visit import View, Visit
from maillage.node.left import FINAL, Left, Wanted, find_line, list_left, word_kind
from maillage.node.permits.documents import list_permits

_ON_A_PAGE = 50
_LONGEST = 18
"""Digits of a number in an address; a longer one names nothing that is kept."""


def show(visit: Visit) -> Response:
    """A page of them, the latest first."""
    wanted = _read_wanted(visit)
    before = visit.query.get("avant", "")
    place = {"before": int(before)} if before.isdecimal() and len(before) <= _LONGEST else {}
    with visit.node.open_store() as store:
        found = list_left(store, node=visit.node, wanted=wanted, most=_ON_A_PAGE + 1, **place)
        shown = found[:_ON_A_PAGE]
        rows = [(left, find_line(store, left)) for left in shown]
        permits = sorted({one.permit_id for one in list_permits(store)})
    return visit.show(
        "left.html",
        rows=rows,
        text=wanted.text,
        kind=next(iter(wanted.kinds), ""),
        kinds=[(kind, word_kind(kind)) for kind in FINAL],
        permit=wanted.permit,
        permits=permits,
        is_filtered=wanted != Wanted(),
        more=_next_address(visit, shown) if len(found) > _ON_A_PAGE else "",
    )


def _read_wanted(visit: Visit) -> Wanted:
    kind = visit.query.get("nature", "")
    return Wanted(
        text=visit.query.get("q", "").strip(),
        kinds=frozenset({kind} if kind in FINAL else ()),
        permit=visit.query.get("autorisation", ""),
    )


def _next_address(visit: Visit, shown: Sequence[Left]) -> str:
    asked = {name: visit.query.get(name, "") for name in ("q", "nature", "autorisation")}
    return "/sorties?" + urlencode(asked | {"avant": shown[-1].answer_id})


VIEWS = (View("/sorties", show),)
