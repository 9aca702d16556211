"""The first words of a protocol: one for each domain."""

from maillage.cohort.dsl import clinical, periods
from maillage.cohort.dsl.codes import Codes, Term
from maillage.cohort.dsl.events import Person


def condition(*terms: Term | Codes, vocabulary: str | None = None) -> clinical.Conditions:
    """Diagnoses: CIM-10 codes, unless `vocabulary` says otherwise; any diagnosis without a code."""
    return clinical.Conditions().coded(*terms, vocabulary=vocabulary)


def procedure(*terms: Term | Codes, vocabulary: str | None = None) -> clinical.Procedures:
    """Acts: CCAM codes."""
    return clinical.Procedures().coded(*terms, vocabulary=vocabulary)


def drug(*terms: Term | Codes, vocabulary: str | None = None) -> clinical.Drugs:
    """Drugs: ATC codes."""
    return clinical.Drugs().coded(*terms, vocabulary=vocabulary)


def measurement(*terms: Term | Codes, vocabulary: str | None = None) -> clinical.Measurements:
    """Laboratory results and vital signs: LOINC codes."""
    return clinical.Measurements().coded(*terms, vocabulary=vocabulary)


def observation(*terms: Term | Codes, vocabulary: str | None = None) -> clinical.Observations:
    """History, habits and other facts: LOINC codes, then SNOMED, then CIM-10."""
    return clinical.Observations().coded(*terms, vocabulary=vocabulary)


def visit(*terms: Term | Codes, vocabulary: str | None = None) -> periods.Visits:
    """Stays and consultations: `"IP"` (inpatient), `"OP"`, `"ER"`."""
    return periods.Visits().coded(*terms, vocabulary=vocabulary)


def visit_detail(*terms: Term | Codes, vocabulary: str | None = None) -> periods.VisitDetails:
    """Passages through units: the codes of `visit`."""
    return periods.VisitDetails().coded(*terms, vocabulary=vocabulary)


def device(*terms: Term | Codes, vocabulary: str | None = None) -> clinical.Devices:
    """Devices: LPP codes, then SNOMED."""
    return clinical.Devices().coded(*terms, vocabulary=vocabulary)


def specimen(*terms: Term | Codes, vocabulary: str | None = None) -> clinical.Specimens:
    """Samples: SNOMED codes."""
    return clinical.Specimens().coded(*terms, vocabulary=vocabulary)


def death(*terms: Term | Codes, vocabulary: str | None = None) -> clinical.Deaths:
    """Deaths, by their cause: CIM-10 codes; any death without a code."""
    return clinical.Deaths().coded(*terms, vocabulary=vocabulary)


def condition_era(*terms: Term | Codes, vocabulary: str | None = None) -> periods.ConditionEras:
    """Episodes of a disease: CIM-10 codes."""
    return periods.ConditionEras().coded(*terms, vocabulary=vocabulary)


def drug_era(*terms: Term | Codes, vocabulary: str | None = None) -> periods.DrugEras:
    """Episodes of a treatment: ATC codes."""
    return periods.DrugEras().coded(*terms, vocabulary=vocabulary)


def dose_era(*terms: Term | Codes, vocabulary: str | None = None) -> periods.DoseEras:
    """Episodes of a treatment at one dose: ATC codes."""
    return periods.DoseEras().coded(*terms, vocabulary=vocabulary)


def observation_period() -> periods.ObservationPeriods:
    """Times during which what happens to a person is known."""
    return periods.ObservationPeriods()


def payer_plan_period() -> periods.PayerPlanPeriods:
    """Times of insurance; what they are is asked by `where(PayerConcept=codes(…))`."""
    return periods.PayerPlanPeriods()


def person() -> Person:
    """The person of the index event, for a rule: `rule("Adultes", person().age(18))`."""
    return Person()
