"""The panel beside the builder: what the hospitals count of the draft, so far."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from maillage.analysis.charting import drawn
from maillage.analysis.count.chart import list_years
from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.cohort.explain import word_rule_name
from maillage.governance.group.models import Member
from maillage.hub.boot import Hub
from maillage.hub.cohorts.live import find_before
from maillage.hub.cohorts.models import Cohort
from maillage.hub.network import judge_health, word_health
from maillage.hub.portal.words import word_repeats
from maillage.hub.questions.document import combine_question, describe_question
from maillage.hub.questions.models import Question
from maillage.hub.questions.permits import describe_budget
from maillage.hub.questions.repeats import Repeats, find_repeats
from maillage.hub.questions.states import AWAITED

Cell = Mapping[str, Any]
Document = dict[str, Any]

_AWAITED = [state.value for state in AWAITED]
_HEALTHY = "ok"


@dataclass(frozen=True)
class Difference:
    """How far a count lies from another. `percent` is of the other one; None where that is masked or 0."""

    persons: int
    percent: int | None
    exact: bool

    @property
    def size(self) -> int:
        """Without its sign."""
        return abs(self.persons)

    @property
    def percent_size(self) -> int:
        """Without its sign."""
        return abs(self.percent or 0)


@dataclass(frozen=True)
class Funnel:
    """Persons left after one rule, and how many it took away."""

    number: int
    label: str
    cell: Cell
    lost: Difference | None


@dataclass(frozen=True)
class Panel:
    """What is shown. Without a document nothing was asked: `missing` or `error` says why."""

    cohort: Cohort | None = None
    document: Document | None = None
    before: Difference | None = None
    funnel: Sequence[Funnel] = ()
    years: Sequence[Document] = ()
    year_note: str = ""
    repeated: Mapping[str, str] = field(default_factory=dict)
    reused: bool = False
    budget: Mapping[str, Any] | None = None
    missing: Sequence[str] = ()
    error: MaillageError | None = None
    most: int = 0
    tallest: int = 0
    best_year: int = 0
    spoken: int = 0
    remarks: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether hospitals are still awaited."""
        return self.document is not None and self.document["status"] == "open"

    @property
    def is_counting(self) -> bool:
        """Whether there is nothing to read yet, and will be."""
        return self.document is not None and self.is_open and not self.document["combined"]["contributing"]

    @property
    def is_hidden(self) -> bool:
        """Whether all have spoken and no number of theirs may be shown: no criterion and no year either."""
        return (
            self.document is not None and not self.is_open and not self.document["combined"]["contributing"]
        )


def describe_counts(cohort: Cohort, question: Question, *, reused: bool = False, hub: Hub) -> Panel:
    """The panel of a question that counts the cohort's draft."""
    document = describe_question(question, settings=hub.settings)
    sites, combined, is_open = document["sites"], document["combined"], document["status"] == "open"
    years, repeats = list_years(combined["years"]), find_repeats(question, combined=combined)
    return Panel(
        cohort=cohort,
        document=document,
        # Half a group's count is not held against a whole one.
        before=None if is_open else _compare_with_before(cohort, question, combined["persons"], hub=hub),
        funnel=list(_narrow(combined["steps"], labels=[word_rule_name(name) for name in question.rules])),
        years=years,
        year_note=_note(years),
        repeated=word_repeats(repeats, names={site["id"]: site["name"] for site in sites}),
        reused=reused,
        budget=describe_budget(question.permit, requester=question.requester, hub=hub),
        most=_largest(site["persons"] for site in sites),
        tallest=_largest(combined["steps"]),
        best_year=_largest(row["persons"] for row in combined["years"]),
        spoken=sum(site["status"] not in _AWAITED for site in sites),
        remarks=_remark(sites, repeats=repeats, hub=hub),
    )


def describe_nothing(
    cohort: Cohort | None,
    *,
    permit: str,
    by: str,
    missing: Sequence[str] = (),
    error: MaillageError | None = None,
    hub: Hub,
) -> Panel:
    """The panel when no question is asked, with the reason and what the budget leaves."""
    budget = describe_budget(permit, requester=by, hub=hub)
    return Panel(cohort=cohort, missing=missing, error=error, budget=budget)


def subtract(cell: Cell | None, other: Cell | None) -> Difference | None:
    """How far the first lies from the other; None when one of them is masked or not there."""
    here, there = drawn(cell), drawn(other)
    if not here or not there:
        return None
    return Difference(here - there, round(100 * (here - there) / there), _is_exact(cell) and _is_exact(other))


def _largest(cells: Iterable[Cell | None]) -> int:
    return max((drawn(cell) or 0 for cell in cells), default=0)


def _is_exact(cell: Cell | None) -> bool:
    return "count" in (cell or {})


def _narrow(steps: Sequence[Cell], *, labels: Sequence[str]) -> Iterator[Funnel]:
    names = [_("Événement d’entrée"), *labels]
    for number, cell in enumerate(steps):
        label = names[number] if number < len(names) else ""
        before = steps[number - 1] if number else None
        yield Funnel(number, label, cell, subtract(cell, before))


def _compare_with_before(cohort: Cohort, question: Question, persons: Cell, *, hub: Hub) -> Difference | None:
    former = find_before(cohort, but=question.id)
    if former is None or former.cohort_hash == question.cohort_hash:
        return None
    return subtract(persons, combine_question(former, settings=hub.settings)["persons"])


def _note(years: Sequence[Document]) -> str:
    """What is said under the years: which are parts of a number, and that none is a zero."""
    if not years:
        return ""
    part = _("Là où tous ne sont pas comptés, les autres taisent cette année : ils sont dans le total.")
    absent = _("Une année qui n’est pas là n’est pas zéro : aucun hôpital n’y montre de nombre.")
    return " ".join([*([part] if any(row["partial"] for row in years) else []), absent])


def _remark(sites: Sequence[Document], *, repeats: Repeats, hub: Hub) -> dict[str, list[str]]:
    """By hospital, what is to be known of it beside its number or its silence."""
    remarks = {site: [text] for site, text in _find_silent(sites, hub=hub).items()}
    for site in repeats.near:
        remarks.setdefault(site, []).append(_("Nombre d’une réponse précédente."))
    return remarks


def _find_silent(sites: Sequence[Document], *, hub: Hub) -> dict[str, str]:
    """By hospital that is awaited and unwell: its state in words."""
    awaited = [site["id"] for site in sites if site["status"] in _AWAITED]
    members = Member.objects.filter(site__in=awaited) if awaited else ()
    now = hub.clock()
    unwell = (member for member in members if judge_health(member, now=now) != _HEALTHY)
    return {member.site: word_health(member, now=now) for member in unwell}
