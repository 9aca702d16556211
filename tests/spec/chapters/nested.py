"""Criteria that have correlated criteria of their own."""

from typing import Any

from tests.spec.build import window
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import UNBOUNDED, Json, cohort, correlated, group, rule

MEASURED_SOON = group(correlated({"Measurement": {}}, StartWindow=window(0, 7)))


def measured(**attributes: object) -> Json:
    """A condition measured within the week."""
    return {"ConditionOccurrence": {**attributes, "CorrelatedCriteria": MEASURED_SOON}}


def visits(criterion: Json, **parts: Any) -> Json:
    """Visits with the criterion at any time."""
    body = group(correlated(criterion, StartWindow=UNBOUNDED, **parts))
    return cohort({"VisitOccurrence": {}}, InclusionRules=[rule(body)])


ENTRY = Scene(
    title="Une pathologie mesurée dans la semaine",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-03-01
        1         | 2020-06-01
        2         | 2020-03-01
        3         | 2020-03-01

        measurement
        person_id | measurement_date
        1         | 2020-06-03
        2         | 2020-05-01
        3         | 2020-03-08
    """,
    cases=(
        Case(
            title="Un événement d’entrée qui a ses propres critères",
            words="La première des pathologies qu’une mesure suit dans la semaine.",
            expression=cohort(measured(), limit="First"),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                3          | 2020-03-01
            """,
        ),
        Case(
            title="Le premier fait, s’il a ses propres critères",
            words=(
                "La première pathologie de la personne, si une mesure la suit : « premier » choisit avant la "
                "mesure."
            ),
            expression=cohort(measured(First=True)),
            expected="""
                subject_id | cohort_start_date
                3          | 2020-03-01
            """,
        ),
    ),
)

DEEPER = Scene(
    title="Un séjour, ses pathologies, leurs mesures",
    tables="""
        visit_occurrence
        person_id | visit_start_date | visit_end_date
        1         | 2020-02-01       | 2020-02-28
        2         | 2020-02-01       | 2020-02-28
        3         | 2020-02-01       | 2020-02-28
        4         | 2020-02-01       | 2020-02-28

        condition_occurrence
        person_id | condition_start_date
        1         | 2020-02-10
        1         | 2020-02-20
        2         | 2020-02-10
        2         | 2020-02-20
        3         | 2020-02-10

        measurement
        person_id | measurement_date | remarque
        1         | 2020-02-12       | suit la première pathologie
        1         | 2020-02-22       | suit la seconde
        2         | 2020-02-22       | ne suit que la seconde
        3         | 2020-02-01       | suit le séjour, non la pathologie
        4         | 2020-02-03       | sans pathologie
    """,
    cases=(
        Case(
            title="Un critère corrélé à un critère corrélé",
            words=(
                "Un séjour avec une pathologie qu’une mesure suit dans la semaine : la mesure se compte "
                "depuis la pathologie, non depuis le séjour."
            ),
            expression=visits(measured()),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Aucun fait qui ait ses propres critères",
            words="Un séjour sans aucune pathologie qu’une mesure suive dans la semaine.",
            expression=visits(measured(), Occurrence={"Type": 0, "Count": 0}),
            expected="""
                subject_id
                3
                4
            """,
        ),
        Case(
            title="Compter des jours distincts de tels faits",
            words=(
                "Des pathologies, qu’une mesure suit dans la semaine, d’au moins deux jours distincts. La "
                "référence ne sait pas répondre."
            ),
            expression=visits(
                measured(),
                Occurrence={"Type": 2, "Count": 2, "IsDistinct": True, "CountColumn": "START_DATE"},
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Des critères dans un critère",
    intro="Un critère peut demander que ses propres faits en aient d’autres autour d’eux, et ainsi de suite.",
    scenes=(ENTRY, DEEPER),
)
