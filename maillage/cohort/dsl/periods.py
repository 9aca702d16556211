"""What lasts: visits, eras, periods of observation and of insurance, and what may be asked of each."""

from typing import Self

from maillage.cohort.dsl import traits
from maillage.cohort.dsl.codes import Coded, Codes
from maillage.cohort.dsl.comparisons import read_range
from maillage.cohort.dsl.events import Events
from maillage.cohort.expression import DOMAINS
from maillage.cohort.expression.values import NumberRange


class Visits(traits.Stay, Events):
    """Stays and consultations, of VISIT_OCCURRENCE."""

    domain = "VisitOccurrence"
    known = DOMAINS[domain].by_name
    word = "visit"


class VisitDetails(traits.Stay, Events):
    """Passages through the units of a stay, of VISIT_DETAIL."""

    domain = "VisitDetail"
    known = DOMAINS[domain].by_name
    word = "visit_detail"


class ConditionEras(traits.Era, traits.HasOccurrences, Events):
    """Episodes of a disease, of CONDITION_ERA."""

    domain = "ConditionEra"
    known = DOMAINS[domain].by_name
    word = "condition_era"


class DrugEras(traits.Era, traits.HasOccurrences, Events):
    """Episodes of a treatment, of DRUG_ERA."""

    domain = "DrugEra"
    known = DOMAINS[domain].by_name
    word = "drug_era"

    def gap_days(self, at_least: NumberRange | int | None = None, at_most: int | None = None) -> Self:
        """Days without the drug within the episode. Raises StudyError."""
        return self._having_attribute("GapDays", read_range(at_least, at_most))


class DoseEras(traits.Era, traits.HasUnit, Events):
    """Episodes of a treatment at one dose, of DOSE_ERA."""

    domain = "DoseEra"
    known = DOMAINS[domain].by_name
    word = "dose_era"

    def dose(self, compared: NumberRange, *, unit: Coded | Codes | None = None) -> Self:
        """The dose: `dose(above(100), unit="mg")`."""
        changed = self._having_attribute("DoseValue", compared)
        return changed if unit is None else changed.unit(unit)


class ObservationPeriods(
    traits.Lasting, traits.HasAgeAtEnd, traits.HasUserPeriod, traits.HasRecordType, Events
):
    """Times during which what happens to a person is known, of OBSERVATION_PERIOD."""

    domain = "ObservationPeriod"
    known = DOMAINS[domain].by_name
    word = "observation_period"


class PayerPlanPeriods(traits.Era, traits.HasUserPeriod, Events):
    """Times of insurance, of PAYER_PLAN_PERIOD; their concepts are asked by `where(PlanConcept=…)`."""

    domain = "PayerPlanPeriod"
    known = DOMAINS[domain].by_name
    word = "payer_plan_period"
