"""Events of one domain, and the person of an index event: what every domain shares."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Literal, Self

from maillage.base.i18n import _
from maillage.cohort.dsl import traits
from maillage.cohort.dsl.attributes import Filtered
from maillage.cohort.dsl.checks import check_days
from maillage.cohort.dsl.codes import Coded, Codes, Term
from maillage.cohort.dsl.relations import (
    EventSource,
    Member,
    Together,
    Traits,
    all_of,
    as_group,
    correlated,
)
from maillage.cohort.dsl.resolve import Resolver
from maillage.cohort.dsl.study import Cohort, Study
from maillage.cohort.dsl.windows import days_after, days_before
from maillage.cohort.errors import StudyError
from maillage.cohort.expression import (
    DEMOGRAPHICS,
    AdjustFrom,
    Criterion,
    DateAdjustment,
    Demographic,
    GroupType,
    Occurrence,
    OccurrenceType,
    Window,
)
from maillage.cohort.expression.domains import Attribute

Side = Literal["start", "end"]

# Names of rules are part of a definition and of its hash: they stay French whatever the reader's language.
_NOUNS: Mapping[str, str] = {
    "ConditionEra": "épisode de maladie",
    "ConditionOccurrence": "diagnostic",
    "Death": "décès",
    "DeviceExposure": "dispositif",
    "DoseEra": "épisode de dose",
    "DrugEra": "épisode de traitement",
    "DrugExposure": "médicament",
    "Measurement": "mesure",
    "Observation": "observation",
    "ObservationPeriod": "période d’observation",
    "PayerPlanPeriod": "période d’assurance",
    "ProcedureOccurrence": "acte",
    "Specimen": "prélèvement",
    "VisitDetail": "passage",
    "VisitOccurrence": "venue",
}

_AT_LEAST_ONE = Occurrence(OccurrenceType.AT_LEAST, 1)
_STARTED = Window(days_before(None), days_after(0), use_index_end=False, use_event_end=False)
_NOT_ENDED = Window(days_before(0), days_after(None), use_index_end=False, use_event_end=True)


@dataclass(frozen=True, repr=False)
class Events(Filtered, EventSource, Study):
    """Events of one domain, all of whose conditions hold."""

    around: Together | None = None
    adjustment: DateAdjustment | None = None

    def coded(self, *terms: Term | Codes, vocabulary: str | None = None) -> Self:
        """The codes of the events; what `condition("E11")` says."""
        return self._coded("CodesetId", terms, vocabulary)

    def having(self, *members: Member) -> Self:
        """Conditions around each of these events, which are the index then: `having(has(drug("A10")))`."""
        group = as_group(members)
        if self.around is None:
            return replace(self, around=group)
        known = self.around.members if self.around.kind is GroupType.ALL else (self.around,)
        return replace(self, around=all_of(*known, group))

    def during(self, stay: EventSource) -> Self:
        """Only while one of these other events lasts: it has started, and not ended."""
        return self.having(correlated(stay, _AT_LEAST_ONE, _STARTED, _NOT_ENDED))

    def shifted(
        self, *, start: int = 0, end: int = 0, start_from: Side = "start", end_from: Side = "end"
    ) -> Self:
        """New dates for the events, in days from their own start or end. Raises StudyError."""
        sides = {"start": AdjustFrom.START, "end": AdjustFrom.END}
        if start_from == end_from and start > end:
            raise StudyError(
                _("Les dates déplacées finissent avant de commencer."),
                why=_("Tous les événements seraient écartés."),
                remedy=_("Donnez à start un nombre plus petit qu’à end."),
            )
        return self.adjusted(
            DateAdjustment(sides[start_from], check_days(start), sides[end_from], check_days(end))
        )

    def adjusted(self, adjustment: DateAdjustment) -> Self:
        """The general form of `shifted`."""
        return replace(self, adjustment=adjustment)

    def cohort(self) -> Cohort:
        return Cohort((self,))

    def criterion(self, resolver: Resolver) -> Criterion:
        """The node."""
        return Criterion(
            self.domain,
            self._nodes(resolver),
            correlated=None if self.around is None else self.around.node(resolver) or None,
            date_adjustment=self.adjustment,
        )

    @property
    def bare_codes(self) -> Codes | None:
        """The code list, when nothing else is asked of the events."""
        listed = dict(self.attributes).get("CodesetId")
        alone = len(self.attributes) == 1 and self.around is None and self.adjustment is None
        return listed if alone and isinstance(listed, Codes) else None

    @property
    def label(self) -> str:
        """In a few French words, for the name of a rule."""
        return self._named(_NOUNS[self.domain])

    def __str__(self) -> str:
        return self._named(self.word)

    def _named(self, noun: str) -> str:
        listed = next((asked for _name, asked in self.attributes if isinstance(asked, Codes)), None)
        return noun if listed is None else f"{noun} {listed}"


class Person(traits.HasAge, traits.HasGender, traits.HasStart, traits.HasEnd, Traits):
    """The person of an index event, and that event's own dates."""

    known: ClassVar[Mapping[str, Attribute]] = {attribute.name: attribute for attribute in DEMOGRAPHICS}
    word = "person"

    def race(self, *races: Coded | Codes, exclude: bool = False) -> Self:
        """The race, where a warehouse holds it."""
        return self._concepts("Race", races, exclude=exclude)

    def ethnicity(self, *ethnicities: Coded | Codes, exclude: bool = False) -> Self:
        """The ethnicity, where a warehouse holds it."""
        return self._concepts("Ethnicity", ethnicities, exclude=exclude)

    def demographic(self, resolver: Resolver) -> Demographic:
        """The node."""
        return Demographic(self._nodes(resolver))

    def __str__(self) -> str:
        return self.word
