"""What was seen, done, given or measured, and what may be asked of each."""

from typing import Self

from maillage.cohort.dsl import traits
from maillage.cohort.dsl.codes import Coded, Codes
from maillage.cohort.dsl.comparisons import read_range, read_text
from maillage.cohort.dsl.events import Events
from maillage.cohort.expression import DOMAINS
from maillage.cohort.expression.values import NumberRange, TextFilter


class Conditions(traits.CareEvent, traits.HasEnd, traits.HasStopReason, Events):
    """Diagnoses, of CONDITION_OCCURRENCE."""

    domain = "ConditionOccurrence"
    known = DOMAINS[domain].by_name
    word = "condition"

    def status(self, *statuses: Coded | Codes, exclude: bool = False) -> Self:
        """The rank of the diagnosis: `"Primary diagnosis"`."""
        return self._concepts("ConditionStatus", statuses, exclude=exclude)


class Procedures(traits.CareEvent, traits.HasQuantity, Events):
    """Acts, of PROCEDURE_OCCURRENCE."""

    domain = "ProcedureOccurrence"
    known = DOMAINS[domain].by_name
    word = "procedure"

    def modifier(self, *modifiers: Coded | Codes, exclude: bool = False) -> Self:
        """What modifies the act."""
        return self._concepts("Modifier", modifiers, exclude=exclude)


class Drugs(traits.CareEvent, traits.HasEnd, traits.HasQuantity, traits.HasStopReason, Events):
    """Drugs prescribed, delivered or given, of DRUG_EXPOSURE."""

    domain = "DrugExposure"
    known = DOMAINS[domain].by_name
    word = "drug"

    def days_supply(self, at_least: NumberRange | int | None = None, at_most: int | None = None) -> Self:
        """Days that the delivery covers. Raises StudyError."""
        return self._having_attribute("DaysSupply", read_range(at_least, at_most))

    def refills(self, at_least: NumberRange | int | None = None, at_most: int | None = None) -> Self:
        """How many times it may be delivered again. Raises StudyError."""
        return self._having_attribute("Refills", read_range(at_least, at_most))

    def route(self, *routes: Coded | Codes, exclude: bool = False) -> Self:
        """By which way it is given."""
        return self._concepts("RouteConcept", routes, exclude=exclude)

    def lot_number(self, text: TextFilter | str) -> Self:
        """The lot, as it was written."""
        return self._having_attribute("LotNumber", read_text(text))


class Devices(traits.CareEvent, traits.HasEnd, traits.HasQuantity, Events):
    """Devices used or implanted, of DEVICE_EXPOSURE."""

    domain = "DeviceExposure"
    known = DOMAINS[domain].by_name
    word = "device"

    def unique_id(self, text: TextFilter | str) -> Self:
        """The device's identifier (UDI), as it was written."""
        return self._having_attribute("UniqueDeviceId", read_text(text))


class Measurements(traits.CareEvent, traits.HasValue, Events):
    """Laboratory results and vital signs, of MEASUREMENT."""

    domain = "Measurement"
    known = DOMAINS[domain].by_name
    word = "measurement"

    def abnormal(self) -> Self:
        """Out of the laboratory's normal range, or said abnormal."""
        return self._having_attribute("Abnormal", True)

    def operator(self, *operators: Coded | Codes, exclude: bool = False) -> Self:
        """The sign that the laboratory wrote before the number (<, >)."""
        return self._concepts("Operator", operators, exclude=exclude)

    def range_low(self, compared: NumberRange) -> Self:
        """The lower bound of the normal range."""
        return self._having_attribute("RangeLow", compared)

    def range_high(self, compared: NumberRange) -> Self:
        """The upper bound of the normal range."""
        return self._having_attribute("RangeHigh", compared)

    def times_range_low(self, compared: NumberRange) -> Self:
        """The number found, divided by the lower bound of the normal range."""
        return self._having_attribute("RangeLowRatio", compared)

    def times_range_high(self, compared: NumberRange) -> Self:
        """The number found, divided by the upper bound of the normal range: `times_range_high(above(3))`."""
        return self._having_attribute("RangeHighRatio", compared)


class Observations(traits.CareEvent, traits.HasValue, Events):
    """History, habits and other facts, of OBSERVATION."""

    domain = "Observation"
    known = DOMAINS[domain].by_name
    word = "observation"

    def text(self, text: TextFilter | str) -> Self:
        """The answer, as it was written."""
        return self._having_attribute("ValueAsString", read_text(text))

    def qualifier(self, *qualifiers: Coded | Codes, exclude: bool = False) -> Self:
        """What qualifies the fact."""
        return self._concepts("Qualifier", qualifiers, exclude=exclude)


class Specimens(
    traits.HasFirst,
    traits.HasStart,
    traits.HasAge,
    traits.HasGender,
    traits.HasRecordType,
    traits.HasQuantity,
    traits.HasUnit,
    Events,
):
    """Samples taken, of SPECIMEN."""

    domain = "Specimen"
    known = DOMAINS[domain].by_name
    word = "specimen"

    def anatomic_site(self, *sites: Coded | Codes, exclude: bool = False) -> Self:
        """Where on the body it was taken."""
        return self._concepts("AnatomicSite", sites, exclude=exclude)

    def disease_status(self, *statuses: Coded | Codes, exclude: bool = False) -> Self:
        """Whether the tissue is diseased."""
        return self._concepts("DiseaseStatus", statuses, exclude=exclude)

    def source_id(self, text: TextFilter | str) -> Self:
        """The laboratory's own number, as it was written."""
        return self._having_attribute("SourceId", read_text(text))


class Deaths(
    traits.HasStart, traits.HasAge, traits.HasGender, traits.HasSource, traits.HasRecordType, Events
):
    """Deaths, by their cause, of DEATH."""

    domain = "Death"
    known = DOMAINS[domain].by_name
    word = "death"
