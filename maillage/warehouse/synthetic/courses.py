"""Disease courses as data: one TOML file each in `courses/`, read into frozen plans.

Durations are in days. A pair is the least and the most of a uniform draw. A share of a person holds for all
of that person's visits under a plan; `each` is drawn anew at every visit.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from maillage.warehouse.synthetic.draws import salt
from maillage.warehouse.synthetic.files import read_text

# A course may raise the risk of those after it.
COURSES = (
    "fond",
    "hypertension",
    "diabete-type-2",
    "depression",
    "bpco",
    "insuffisance-cardiaque",
    "avc-ischemique",
    "cancer-colorectal",
    "tumeur-neuroendocrine",
    "demence",
    "fracture-hanche",
    "grossesse",
    "sepsis",
    "covid-19",
)

Pair = tuple[int, int]


@dataclass(frozen=True)
class Share:
    """Those whose draw, shared by all shares of that name in the course, lies between two bounds."""

    low: float
    high: float
    salt: int


@dataclass(frozen=True)
class Risk:
    """Who falls ill. `ages` are lines (from age, share of men, share of women) over the thirteen years."""

    everyone: bool
    ages: tuple[tuple[float, float, float], ...]
    after: Mapping[str, float]
    calendar: tuple[tuple[str, str, float], ...]
    sites: Mapping[str, float]


@dataclass(frozen=True)
class Death:
    """A share dies so many days after the onset, if that old then."""

    share: float
    days: Pair
    cause: str
    salt: int
    from_age: int = 0


@dataclass(frozen=True)
class Shift:
    """What a disease does to a laboratory value: added, or multiplied where the analyte is skewed."""

    code: str
    by: float
    salt: int
    spread: float = 0.0
    per_year: float = 0.0


@dataclass(frozen=True)
class Fact:
    """A diagnosis, act, drug or answer at a visit: one of the codes.

    The choice is made anew at each `visit`, or once for the `person`; under any other name for `pick` it is
    common to all rules of the course that use the name and the same codes (a tumour stays where it is).
    """

    codes: tuple[str, ...]
    salt: int
    pick_salt: int
    share: Share | None = None
    weights: tuple[float, ...] = ()
    pick: str = "person"
    each: float = 1.0
    after: Pair = (0, 0)
    days: Pair | None = None
    status: str = ""
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A set of measurements at a visit, on up to `during` days of it."""

    panel: str
    salt: int
    each: float = 1.0
    during: int = 1


@dataclass(frozen=True)
class VisitPlan:
    """A series of visits. `ages` is the span, its end excluded, of the ages at which they take place."""

    kind: str
    service: str
    start: Pair
    salt: int
    facts: tuple[Fact, ...]
    panels: tuple[Panel, ...]
    shift: Mapping[str, float]
    share: Share | None = None
    repeat: Pair = (1, 1)
    every: Pair = (0, 0)
    stay: Pair = (0, 0)
    ages: Pair = (0, 200)


@dataclass(frozen=True)
class Course:
    """One disease: who gets it, what it does, what is seen of it."""

    id: str
    label: str
    salt: int
    risk: Risk
    shifts: tuple[Shift, ...]
    deaths: tuple[Death, ...]
    visits: tuple[VisitPlan, ...]


@cache
def read_courses() -> tuple[Course, ...]:
    """All courses, in the order in which they are drawn."""
    return tuple(map(_read_course, COURSES))


def _read_course(name: str) -> Course:
    document = tomllib.loads(read_text("courses", f"{name}.toml"))
    return Course(
        id=name,
        label=document["label"],
        salt=salt(name),
        risk=_read_risk(document["risk"]),
        shifts=tuple(Shift(**line, salt=salt(name, line["code"])) for line in document.get("shift", ())),
        deaths=tuple(
            Death(**_paired(line), salt=salt(name, "death", rank))
            for rank, line in enumerate(document.get("death", ()))
        ),
        visits=tuple(_read_visit(line, scope=name, rank=rank) for rank, line in enumerate(document["visit"])),
    )


def _read_risk(line: Mapping[str, Any]) -> Risk:
    return Risk(
        everyone=line.get("everyone", False),
        ages=tuple((float(age), float(men), float(women)) for age, men, women in line.get("ages", ())),
        after=MappingProxyType(dict(line.get("after", {}))),
        calendar=tuple((first, last, float(weight)) for first, last, weight in line.get("calendar", ())),
        sites=MappingProxyType(dict(line.get("sites", {}))),
    )


def _read_visit(line: Mapping[str, Any], *, scope: str, rank: int) -> VisitPlan:
    fields = _paired(line)
    entries: Sequence[Mapping[str, Any]] = fields.pop("facts")
    numbered = [(salt(scope, rank, place), entry) for place, entry in enumerate(entries)]
    share = _read_share(fields.pop("share", None), scope=scope, own=salt(scope, rank, "share"))
    return VisitPlan(
        **{name: value for name, value in fields.items() if name != "shift"},
        share=share,
        salt=salt(scope, rank),
        facts=tuple(_read_fact(entry, own, scope) for own, entry in numbered if "panel" not in entry),
        panels=tuple(Panel(**entry, salt=own) for own, entry in numbered if "panel" in entry),
        shift=MappingProxyType({code: float(by) for code, by in line.get("shift", {}).items()}),
    )


def _read_fact(entry: Mapping[str, Any], own: int, scope: str) -> Fact:
    fields = _paired(entry)
    code = fields.pop("code", None)
    codes = (code,) if code else tuple(fields.pop("codes"))
    share = _read_share(fields.pop("share", None), scope=scope, own=own)
    for name in ("weights", "answers"):
        fields[name] = tuple(fields.get(name, ()))
    pick = fields.get("pick", "person")
    pick_salt = salt("code") if pick in ("person", "visit") else salt(scope, "pick", pick)
    return Fact(**fields, codes=codes, share=share, salt=own, pick_salt=pick_salt)


def _read_share(value: Any, *, scope: str, own: int) -> Share | None:
    if value is None:
        return None
    if isinstance(value, float | int):
        return Share(low=0.0, high=float(value), salt=own)
    return Share(low=value["from"], high=value["to"], salt=salt(scope, "share", value["name"]))


def _paired(line: Mapping[str, Any]) -> dict[str, Any]:
    pairs = ("start", "repeat", "every", "stay", "ages", "after", "days")
    return {name: tuple(value) if name in pairs else value for name, value in line.items()}
