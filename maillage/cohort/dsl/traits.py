"""The words that several domains share, each a condition on one attribute."""

from datetime import date
from typing import Self

from maillage.cohort.dsl.attributes import Filtered
from maillage.cohort.dsl.codes import Coded, Codes, Term
from maillage.cohort.dsl.comparisons import read_dates, read_range, read_text
from maillage.cohort.expression.domains import Derived, Shape
from maillage.cohort.expression.values import DateRange, NumberRange, Period, TextFilter


class HasFirst(Filtered):
    """Domains whose events come in an order that matters."""

    def first(self) -> Self:
        """The person's first such event ever; dates, ages and values are looked at on that one only."""
        return self._having_attribute("First", True)


class HasStart(Filtered):
    """Events with a date."""

    def starting(
        self,
        dates: DateRange | None = None,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        after: date | str | None = None,
        before: date | str | None = None,
    ) -> Self:
        """When it starts: `since` and `until` included, `after` and `before` not. Raises StudyError."""
        found = dates or read_dates(since=since, until=until, after=after, before=before)
        return self._having_attribute(self._derived(Derived.START_DATE), found)


class HasEnd(Filtered):
    """Events that last."""

    def ending(
        self,
        dates: DateRange | None = None,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        after: date | str | None = None,
        before: date | str | None = None,
    ) -> Self:
        """When it ends: `since` and `until` included, `after` and `before` not. Raises StudyError."""
        found = dates or read_dates(since=since, until=until, after=after, before=before)
        return self._having_attribute(self._derived(Derived.END_DATE), found)


class HasLength(Filtered):
    """Events whose length is asked."""

    def lasting(self, at_least: NumberRange | int | None = None, at_most: int | None = None) -> Self:
        """Days between the start and the end. Raises StudyError."""
        return self._having_attribute(self._derived(Derived.LENGTH), read_range(at_least, at_most))


class HasAge(Filtered):
    """Events, and persons at an event."""

    def age(self, at_least: NumberRange | int | None = None, at_most: int | None = None) -> Self:
        """The person's age in years when the event starts (ends, for details of a visit), bounds included."""
        name = "Age" if "Age" in self.known else "AgeAtStart"
        return self._having_attribute(name, read_range(at_least, at_most))


class HasAgeAtEnd(Filtered):
    """Events that may last years."""

    def age_at_end(self, at_least: NumberRange | int | None = None, at_most: int | None = None) -> Self:
        """The person's age in years when the event ends, bounds included. Raises StudyError."""
        return self._having_attribute("AgeAtEnd", read_range(at_least, at_most))


class HasGender(Filtered):
    """Events of persons, and persons."""

    def gender(self, *genders: Coded | Codes, exclude: bool = False) -> Self:
        """`"F"` or `"M"`, or a code list."""
        return self._concepts("Gender", genders, exclude=exclude)


class HasSource(Filtered):
    """Domains that keep the code of origin."""

    def source(self, *terms: Term | Codes, vocabulary: str | None = None) -> Self:
        """The code of origin, beside or instead of the standard concept; it need not be standard."""
        name = next(
            name
            for name, attribute in self.known.items()
            if name.endswith("SourceConcept") and attribute.shape is Shape.CODESET
        )
        return self._coded(name, terms, vocabulary)


class HasRecordType(Filtered):
    """Domains that say where a record comes from."""

    def record_type(self, *types: Coded | Codes, exclude: bool = False) -> Self:
        """Where the record comes from, such as `"EHR"` or a claim."""
        column = next(
            attribute.column
            for attribute in self.known.values()
            if attribute.column.endswith("_type_concept_id")
        )
        name = next(name for name, attribute in self.known.items() if attribute.column == column)
        return self._concepts(name.removesuffix("CS"), types, exclude=exclude)


class HasCare(Filtered):
    """Events that a provider made during a stay."""

    def stay(self, *kinds: Coded | Codes, exclude: bool = False) -> Self:
        """The kind of stay during which it happened: `"IP"` (inpatient), `"OP"`, `"ER"`."""
        return self._concepts("VisitType", kinds, exclude=exclude)


class HasSpecialty(Filtered):
    """Events with a provider."""

    def specialty(self, *specialties: Coded | Codes, exclude: bool = False) -> Self:
        """The specialty of the provider."""
        return self._concepts("ProviderSpecialty", specialties, exclude=exclude)


class HasPlace(Filtered):
    """Visits and their details."""

    def place_of_service(self, *places: Coded | Codes, exclude: bool = False) -> Self:
        """The kind of place of the care site."""
        return self._concepts("PlaceOfService", places, exclude=exclude)


class HasQuantity(Filtered):
    """Events that come in quantities."""

    def quantity(self, at_least: NumberRange | float | None = None, at_most: float | None = None) -> Self:
        """How much, or how many. Raises StudyError."""
        return self._having_attribute("Quantity", read_range(at_least, at_most))


class HasStopReason(Filtered):
    """Events that were stopped."""

    def stop_reason(self, text: TextFilter | str) -> Self:
        """Why it stopped, as it was written."""
        return self._having_attribute("StopReason", read_text(text))


class HasUnit(Filtered):
    """Values with a unit."""

    def unit(self, *units: Coded | Codes, exclude: bool = False) -> Self:
        """The unit of the value, in UCUM: `"mmol/L"`."""
        return self._concepts("Unit", units, exclude=exclude)


class HasValue(HasUnit):
    """Measurements and observations."""

    def value(self, compared: NumberRange, *, unit: Coded | Codes | None = None) -> Self:
        """The number found: `value(above(8), unit="%")`. A record without a number is not counted."""
        changed = self._having_attribute("ValueAsNumber", compared)
        return changed if unit is None else changed.unit(unit)

    def value_is(self, *answers: Coded | Codes, exclude: bool = False) -> Self:
        """The answer found, as a concept: positive, absent, a grade."""
        return self._concepts("ValueAsConcept", answers, exclude=exclude)


class HasOccurrences(Filtered):
    """Eras, made of several events."""

    def occurrences(self, at_least: NumberRange | int | None = None, at_most: int | None = None) -> Self:
        """How many events the era is made of. Raises StudyError."""
        return self._having_attribute("OccurrenceCount", read_range(at_least, at_most))


class HasUserPeriod(Filtered):
    """Periods that may be cut."""

    def cut_to(self, period: Period) -> Self:
        """Take these dates for the period's own, when it covers them."""
        return self._having_attribute("UserDefinedPeriod", period)


class CareEvent(HasFirst, HasStart, HasAge, HasGender, HasSource, HasRecordType, HasCare, HasSpecialty):
    """What was seen, done, given or measured by a provider, perhaps during a stay."""


class Lasting(HasFirst, HasStart, HasEnd, HasLength, HasAge):
    """What lasts from one day to another."""


class Stay(Lasting, HasGender, HasSource, HasRecordType, HasSpecialty, HasPlace):
    """Visits and their details."""


class Era(Lasting, HasAgeAtEnd, HasGender):
    """Episodes, made of events."""
