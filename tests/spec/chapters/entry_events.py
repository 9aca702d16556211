"""The events that open a membership, and their dates."""

from tests.spec.build import UNTIL_END, concept, value
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, concept_set


def lasting(domain: str, *concepts: int) -> Json:
    """Events of these concepts; membership ends with the event."""
    return cohort({domain: {"CodesetId": 0}}, ConceptSets=[concept_set(0, *concepts)], EndStrategy=UNTIL_END)


ENDS = Scene(
    title="Des faits qui durent, avec ou sans date de fin",
    tables="""
        condition_occurrence
        person_id | condition_concept_id | condition_start_date | condition_end_date
        1         | 201                  | 2020-03-01           | 2020-03-04
        2         | 201                  | 2020-03-01           |
        3         | 202                  | 2020-03-01           | 2020-03-04

        drug_exposure
        person_id | drug_concept_id | drug_exposure_start_date | drug_exposure_end_date | days_supply
        4         | 211             | 2020-03-01               | 2020-03-10             | 30
        5         | 211             | 2020-03-01               |                        | 30
        6         | 211             | 2020-03-01               |                        |
        7         | 212             | 2020-03-01               | 2020-03-10             | 30

        device_exposure
        person_id | device_concept_id | device_exposure_start_date | device_exposure_end_date
        8         | 221               | 2020-03-01                 | 2020-03-04
        9         | 221               | 2020-03-01                 |
        10        | 222               | 2020-03-01                 | 2020-03-04
    """,
    cases=(
        Case(
            title="Une pathologie sans date de fin",
            words="La fin absente d’une pathologie est le lendemain de son début.",
            expression=lasting("ConditionOccurrence", 201),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-04
                2          | 2020-03-01        | 2020-03-02
            """,
        ),
        Case(
            title="Un médicament sans date de fin",
            words=(
                "La fin d’un médicament est sa date de fin ; à défaut, son début plus le nombre de jours "
                "délivrés ; à défaut, le lendemain."
            ),
            expression=lasting("DrugExposure", 211),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                4          | 2020-03-01        | 2020-03-10
                5          | 2020-03-01        | 2020-03-31
                6          | 2020-03-01        | 2020-03-02
            """,
        ),
        Case(
            title="Un dispositif sans date de fin",
            words="La fin absente d’un dispositif est le lendemain de son début.",
            expression=lasting("DeviceExposure", 221),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                8          | 2020-03-01        | 2020-03-04
                9          | 2020-03-01        | 2020-03-02
            """,
        ),
        Case(
            title="N’importe quelle pathologie",
            words="Sans liste de concepts, tout fait du domaine compte.",
            expression=cohort({"ConditionOccurrence": {}}),
            expected="""
                subject_id
                1
                2
                3
            """,
        ),
        Case(
            title="Plusieurs événements d’entrée",
            words="Une pathologie 201, ou un médicament 212 : l’un ou l’autre ouvre l’entrée.",
            expression=cohort(
                {"ConditionOccurrence": {"CodesetId": 0}},
                {"DrugExposure": {"CodesetId": 1}},
                ConceptSets=[concept_set(0, 201), concept_set(1, 212)],
            ),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-03-01
                2          | 2020-03-01
                7          | 2020-03-01
            """,
        ),
    ),
)

POINTS = Scene(
    title="Des faits d’un jour",
    tables="""
        measurement
        person_id | measurement_concept_id | measurement_date
        1         | 231                    | 2020-02-01
        2         | 232                    | 2020-02-01

        procedure_occurrence
        person_id | procedure_concept_id | procedure_date | procedure_end_date
        1         | 241                  | 2020-03-01     | 2020-03-09
        2         | 242                  | 2020-03-01     | 2020-03-09

        observation
        person_id | observation_concept_id | observation_date
        1         | 251                    | 2020-04-01
        2         | 252                    | 2020-04-01

        specimen
        person_id | specimen_concept_id | specimen_date
        1         | 261                 | 2020-05-01
        2         | 262                 | 2020-05-01

        death
        person_id | cause_concept_id | death_date
        1         | 271              | 2020-06-01
        2         |                  | 2020-06-01
    """,
    cases=(
        Case(
            title="Une mesure dure un jour",
            words="Une mesure du concept 231 finit le lendemain.",
            expression=lasting("Measurement", 231),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-02-01        | 2020-02-02
            """,
        ),
        Case(
            title="Un acte dure un jour",
            words=(
                "Un acte du concept 241 finit le lendemain : sa date de fin n’est pas lue, comme dans la "
                "référence."
            ),
            expression=lasting("ProcedureOccurrence", 241),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-02
            """,
        ),
        Case(
            title="Une observation dure un jour",
            words="Une observation du concept 251 finit le lendemain.",
            expression=lasting("Observation", 251),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-04-01        | 2020-04-02
            """,
        ),
        Case(
            title="Un prélèvement dure un jour",
            words="Un prélèvement du concept 261 finit le lendemain.",
            expression=lasting("Specimen", 261),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-05-01        | 2020-05-02
            """,
        ),
        Case(
            title="Un décès et sa cause",
            words=(
                "Un décès dont la cause est 271 ; sa fin est le lendemain. Une cause absente n’est pas cette "
                "cause."
            ),
            expression=lasting("Death", 271),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-06-01        | 2020-06-02
            """,
        ),
    ),
)

STAYS = Scene(
    title="Des séjours, des périodes et des ères",
    tables="""
        visit_occurrence
        person_id | visit_concept_id | visit_start_date | visit_end_date
        1         | 281              | 2020-02-01       | 2020-02-05
        2         | 282              | 2020-02-01       | 2020-02-05

        visit_detail
        person_id | visit_detail_concept_id | visit_detail_start_date | visit_detail_end_date
        1         | 283                     | 2020-02-02              | 2020-02-03
        2         | 284                     | 2020-02-02              | 2020-02-03

        condition_era
        person_id | condition_concept_id | condition_era_start_date | condition_era_end_date
        1         | 285                  | 2020-03-01               | 2020-04-01
        2         | 286                  | 2020-03-01               | 2020-04-01

        drug_era
        person_id | drug_concept_id | drug_era_start_date | drug_era_end_date
        1         | 287             | 2020-05-01          | 2020-06-01
        2         | 288             | 2020-05-01          | 2020-06-01

        dose_era
        person_id | drug_concept_id | dose_era_start_date | dose_era_end_date | dose_value
        1         | 287             | 2020-07-01          | 2020-08-01        | 500
        2         | 287             | 2020-07-01          | 2020-08-01        | 1000

        payer_plan_period
        person_id | payer_concept_id | plan_concept_id | payer_plan_period_start_date | payer_plan_period_end_date
        1         | 289              | 291             | 2020-01-10                   | 2020-10-31
        2         | 290              | 291             | 2020-01-10                   | 2020-12-31

        observation_period
        person_id | period_type_concept_id | observation_period_start_date | observation_period_end_date
        1         | 295                    | 2020-01-01                    | 2020-12-31
        2         | 296                    | 2020-01-01                    | 2020-12-31
    """,
    cases=(
        Case(
            title="Un séjour",
            words="Un séjour du concept 281, de son entrée à sa sortie.",
            expression=lasting("VisitOccurrence", 281),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-02-01        | 2020-02-05
            """,
        ),
        Case(
            title="Un passage dans une unité",
            words="Un détail de séjour du concept 283, de son début à sa fin.",
            expression=lasting("VisitDetail", 283),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-02-02        | 2020-02-03
            """,
        ),
        Case(
            title="Une ère de pathologie",
            words="Une ère de la pathologie 285, de son début à sa fin.",
            expression=lasting("ConditionEra", 285),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-04-01
            """,
        ),
        Case(
            title="Une ère de médicament",
            words="Une ère du médicament 287, de son début à sa fin.",
            expression=lasting("DrugEra", 287),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-05-01        | 2020-06-01
            """,
        ),
        Case(
            title="Une ère de dose",
            words="Une ère de dose du médicament 287, d’au plus 500.",
            expression=cohort(
                {"DoseEra": {"CodesetId": 0, "DoseValue": value("lte", 500)}},
                ConceptSets=[concept_set(0, 287)],
                EndStrategy=UNTIL_END,
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-07-01        | 2020-08-01
            """,
        ),
        Case(
            title="Une période de prise en charge",
            words="Une période d’assurance dont le payeur est 289 et le contrat 291.",
            expression=cohort(
                {"PayerPlanPeriod": {"PayerConcept": 0, "PlanConcept": 1}},
                ConceptSets=[concept_set(0, 289), concept_set(1, 291)],
                EndStrategy=UNTIL_END,
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-01-10        | 2020-10-31
            """,
        ),
        Case(
            title="Une période d’observation",
            words="L’entrée est le début d’une période d’observation de type 295.",
            expression=cohort({"ObservationPeriod": {"PeriodType": [concept(295)]}}, EndStrategy=UNTIL_END),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-01-01        | 2020-12-31
            """,
        ),
        Case(
            title="Une période que l’auteur définit, dans une période d’observation",
            words=(
                "Des personnes observées tout au long de mai et juin 2020, avec le type 296 : l’entrée est "
                "le 1er mai, non le début de leur période."
            ),
            expression=cohort(
                {
                    "ObservationPeriod": {
                        "PeriodType": [concept(296)],
                        "UserDefinedPeriod": {"StartDate": "2020-05-01", "EndDate": "2020-06-30"},
                    }
                },
                EndStrategy=UNTIL_END,
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                2          | 2020-05-01        | 2020-06-30
            """,
        ),
        Case(
            title="Un jour que l’auteur définit, dans une période de prise en charge",
            words="Être assuré le 1er novembre 2020 : c’est le jour d’entrée.",
            expression=cohort({"PayerPlanPeriod": {"UserDefinedPeriod": {"StartDate": "2020-11-01"}}}),
            expected="""
                subject_id | cohort_start_date
                2          | 2020-11-01
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="L’événement d’entrée et ses dates",
    intro=(
        "Une personne entre dans la cohorte le jour d’un événement d’entrée. Chaque domaine d’OMOP a sa "
        "façon de dire quand un fait commence et finit ; ici, la sortie est la fin de l’événement, pour la "
        "montrer."
    ),
    scenes=(ENDS, POINTS, STAYS),
)
