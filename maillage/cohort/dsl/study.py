"""The protocol of a study: who enters, what must hold, until when. Every word gives a new value."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal, Unpack

from maillage.base.i18n import _
from maillage.cohort.circe import to_circe
from maillage.cohort.circe.limits import MAX_RULES, read_bounded
from maillage.cohort.dsl.checks import check_days, check_order, read_date
from maillage.cohort.dsl.codes import Codes
from maillage.cohort.dsl.relations import (
    EventSource,
    Has,
    Member,
    Together,
    When,
    all_of,
    as_group,
    check_events,
    has_at_least,
    has_at_most,
    has_exactly,
    has_no,
)
from maillage.cohort.dsl.resolve import Resolver
from maillage.cohort.dsl.vocabulary import ShippedVocabulary, Vocabulary
from maillage.cohort.errors import StudyError
from maillage.cohort.expression import (
    CohortExpression,
    Criterion,
    CustomEraExit,
    DateField,
    DateOffsetExit,
    InclusionRule,
    Limit,
    PrimaryCriteria,
)
from maillage.cohort.expression.values import Period

Kept = Literal["first", "last", "all"]
"""Which of a person's events are kept."""

_CDM = ">=5.0.0"
"""What ATLAS writes."""


@dataclass(frozen=True)
class Rule:
    """A named condition on every event of the cohort; one step of the flow of persons."""

    name: str
    group: Together
    description: str | None = None


@dataclass(frozen=True)
class EndOfObservation:
    """Membership lasts as long as the observation period."""


@dataclass(frozen=True)
class TreatmentExit:
    """Membership lasts as long as an era of exposures to the drugs."""

    drugs: Codes
    gap_days: int
    extra_days: int
    days_supply: int | None


Exit = EndOfObservation | DateOffsetExit | TreatmentExit


class Study(ABC):
    """What events and cohorts share: the words of a protocol. Each gives a cohort, and changes nothing."""

    @abstractmethod
    def cohort(self) -> "Cohort":
        """The study so far, as a cohort."""

    def with_any(self, events: EventSource, *, name: str | None = None, **when: Unpack[When]) -> "Cohort":
        """Who has at least one of the events, where `when` says."""
        return self._with(has_at_least(1, events, **when), name)

    def with_at_least(
        self, count: int, events: EventSource, *, name: str | None = None, **when: Unpack[When]
    ) -> "Cohort":
        """Who has `count` of the events or more, where `when` says. Raises StudyError."""
        return self._with(has_at_least(count, events, **when), name)

    def with_at_most(
        self, count: int, events: EventSource, *, name: str | None = None, **when: Unpack[When]
    ) -> "Cohort":
        """Who has no more than `count` of the events, where `when` says. Raises StudyError."""
        return self._with(has_at_most(count, events, **when), name)

    def with_exactly(
        self, count: int, events: EventSource, *, name: str | None = None, **when: Unpack[When]
    ) -> "Cohort":
        """Who has just `count` of the events, where `when` says. Raises StudyError."""
        return self._with(has_exactly(count, events, **when), name)

    def without(self, events: EventSource, *, name: str | None = None, **when: Unpack[When]) -> "Cohort":
        """Who has none of the events, where `when` says."""
        return self._with(has_no(events, **when), name)

    def rule(self, name: str, *members: Member, description: str | None = None) -> "Cohort":
        """An inclusion rule: the group given, or all of the members, under the name of its step."""
        return self._ruled(Rule(name, as_group(members), description))

    def qualifying(self, *members: Member) -> "Cohort":
        """What entry events must satisfy before the rules, without a step of its own."""
        return replace(self.cohort(), additional=as_group(members))

    def observed(self, *, before: int = 0, after: int = 0) -> "Cohort":
        """Days of observation required before and after the entry event. Raises StudyError."""
        return replace(
            self.cohort(),
            prior_days=check_days(before, least=0),
            post_days=check_days(after, least=0),
        )

    def limits(self, *, entries: Kept = "all", qualifying: Kept = "all", results: Kept = "first") -> "Cohort":
        """Which of a person's events are kept: of the entry events, of those that qualify, of the results.

        `qualifying` acts only where there is a `qualifying(…)` condition.
        """
        return replace(
            self.cohort(),
            entry_limit=_limit(entries),
            qualified_limit=_limit(qualifying),
            result_limit=_limit(results),
        )

    def until_end_of_observation(self) -> "Cohort":
        """Membership lasts until the end of the observation period; so it does when nothing is said."""
        return self._until(EndOfObservation())

    def for_days(self, days: int, *, from_end: bool = False) -> "Cohort":
        """Membership ends so many days after the event's start, or its end; with the observation at most."""
        field = DateField.END if from_end else DateField.START
        return self._until(DateOffsetExit(field, check_days(days)))

    def until_treatment_ends(
        self,
        drugs: "EventSource | Codes",
        *,
        gap_days: int = 30,
        extra_days: int = 0,
        days_supply: int | None = None,
    ) -> "Cohort":
        """Membership lasts as long as the treatment; exposures up to `gap_days` apart are one.

        `extra_days` are added after the last; `days_supply` replaces the length of each exposure. Raises
        StudyError when the drugs are anything but a code list.
        """
        return self._until(
            TreatmentExit(
                drugs if isinstance(drugs, Codes) else _codes_of(drugs),
                check_days(gap_days, least=0),
                check_days(extra_days),
                None if days_supply is None else check_days(days_supply),
            )
        )

    def censored_by(self, *events: EventSource) -> "Cohort":
        """Membership ends with the first of these events."""
        cohort = self.cohort()
        return replace(cohort, censoring=(*cohort.censoring, *events))

    def era_pad(self, days: int) -> "Cohort":
        """Memberships up to so many days apart become one. Raises StudyError."""
        return replace(self.cohort(), pad=check_days(days, least=0))

    def in_calendar(self, *, since: date | str | None = None, until: date | str | None = None) -> "Cohort":
        """Memberships are clipped to these dates, both included. Raises StudyError."""
        start, end = (None if day is None else read_date(day) for day in (since, until))
        if start and end:
            check_order(start, end)
        return replace(self.cohort(), calendar=Period(start, end))

    def titled(self, title: str) -> "Cohort":
        """The title under which the question is asked."""
        return replace(self.cohort(), title=title)

    def listing(self, *lists: Codes) -> "Cohort":
        """The code lists in the order wanted, used or not; without it they come in order of use."""
        return replace(self.cohort(), lists=lists)

    def cdm_version(self, versions: str | None) -> "Cohort":
        """The versions of the model that the definition declares to ATLAS."""
        return replace(self.cohort(), cdm=versions)

    def build(self, vocabulary: Vocabulary | None = None) -> CohortExpression:
        """The cohort expression, its codes found in the vocabulary: the shipped référentiel by default.

        Raises CodeError with every code that is no concept, ExpressionTooLargeError.
        """
        expression = self.cohort().node(Resolver(vocabulary or ShippedVocabulary()))
        read_bounded(to_circe(expression))
        return expression

    def to_circe(self, vocabulary: Vocabulary | None = None) -> dict[str, Any]:
        """The JSON that ATLAS opens. Raises as `build`."""
        return to_circe(self.build(vocabulary))

    def _with(self, condition: Has, name: str | None) -> "Cohort":
        return self._ruled(Rule(condition.describe() if name is None else name, all_of(condition)))

    def _ruled(self, rule: Rule) -> "Cohort":
        cohort = self.cohort()
        if len(cohort.rules) >= MAX_RULES:
            raise _too_many_rules()
        return replace(cohort, rules=(*cohort.rules, rule))

    def _until(self, exit_: Exit) -> "Cohort":
        cohort = self.cohort()
        if cohort.exit is not None:
            raise StudyError(
                _("La sortie de la cohorte est dite deux fois."),
                why=_("Une seule règle de sortie est possible."),
                remedy=_("Gardez-en une ; des événements qui l’avancent se donnent par censored_by(…)."),
            )
        return replace(cohort, exit=exit_)


@dataclass(frozen=True)
class Cohort(Study):
    """A whole study. Made by `entry(…)`, or by the first word of a protocol said of events."""

    entries: tuple[EventSource, ...]
    prior_days: int = 0
    post_days: int = 0
    entry_limit: Limit = Limit.ALL
    additional: Together | None = None
    qualified_limit: Limit = Limit.ALL
    rules: tuple[Rule, ...] = ()
    result_limit: Limit = Limit.FIRST
    exit: Exit | None = None
    censoring: tuple[EventSource, ...] = ()
    pad: int = 0
    calendar: Period = Period()  # noqa: RUF009 - Period is frozen
    title: str | None = None
    cdm: str | None = _CDM
    lists: tuple[Codes, ...] = ()

    def __post_init__(self) -> None:
        for events in (*self.entries, *self.censoring):
            check_events(events)
        if not self.entries:
            raise StudyError(
                _("L’étude n’a pas d’événement d’entrée."),
                remedy=_('Donnez-en un : entry(condition("E11")).'),
            )

    def cohort(self) -> "Cohort":
        return self

    def node(self, resolver: Resolver) -> CohortExpression:
        """The expression; code lists are numbered in order of use."""
        resolver.declare(self.lists)
        primary = PrimaryCriteria(
            _criteria(self.entries, resolver), self.prior_days, self.post_days, self.entry_limit
        )
        additional = None if self.additional is None else self.additional.node(resolver)
        rules = tuple(
            InclusionRule(rule.name, rule.group.node(resolver), rule.description) for rule in self.rules
        )
        exit_ = _exit(self.exit, resolver)
        censoring = _criteria(self.censoring, resolver)
        return CohortExpression(
            primary,
            concept_sets=resolver.finish(),
            additional=additional,
            qualified_limit=self.qualified_limit,
            rules=rules,
            expression_limit=self.result_limit,
            exit=exit_,
            censoring=censoring,
            era_pad=self.pad,
            censor_window=self.calendar,
            title=self.title,
            cdm_version_range=self.cdm,
        )


def entry(*events: EventSource) -> Cohort:
    """A study that any of these events opens. Raises StudyError without any."""
    return Cohort(events)


def _criteria(events: Sequence[EventSource], resolver: Resolver) -> tuple[Criterion, ...]:
    return tuple(event.criterion(resolver) for event in events)


def _exit(asked: Exit | None, resolver: Resolver) -> DateOffsetExit | CustomEraExit | None:
    match asked:
        case TreatmentExit():
            return CustomEraExit(
                resolver.codeset_of_drugs(asked.drugs),
                gap_days=asked.gap_days,
                offset=asked.extra_days,
                days_supply_override=asked.days_supply,
            )
        case DateOffsetExit():
            return asked
        case EndOfObservation() | None:
            return None


def _codes_of(drugs: EventSource) -> Codes:
    check_events(drugs)
    if drugs.domain != "DrugExposure" or drugs.bare_codes is None:
        raise StudyError(
            _("La fin d’un traitement se lit sur des codes de médicaments, sans autre condition."),
            why=_("Toutes les expositions à ces codes font l’épisode."),
            remedy=_('Donnez drug("A10BA02") ou une liste codes(…).'),
        )
    return drugs.bare_codes


def _limit(kept: Kept) -> Limit:
    try:
        return Limit(kept.capitalize())
    except (ValueError, AttributeError) as error:
        raise StudyError(
            _("{kept!r} n’est pas une limite.").format(kept=kept), remedy=_("Donnez first, last ou all.")
        ) from error


def _too_many_rules() -> StudyError:
    return StudyError(
        _("La cohorte a trop de critères d’inclusion."),
        why=_("La limite est de {limit}.").format(limit=MAX_RULES),
        remedy=_("Réunissez-en plusieurs dans un groupe."),
    )
