"""When a membership ends: with the observation, after a delay, with a treatment."""

from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, concept_set

CONDITION = {"ConditionOccurrence": {}}


def after(field: str, days: int) -> Json:
    """Conditions that end so many days after one of their dates."""
    return cohort(CONDITION, EndStrategy={"DateOffset": {"DateField": field, "Offset": days}})


def treated(**era: int) -> Json:
    """Conditions that end with the exposure to the drugs of a concept set."""
    return cohort(
        CONDITION,
        ConceptSets=[concept_set(0, 1001)],
        EndStrategy={"CustomEra": {"DrugCodesetId": 0, **era}},
    )


DELAYS = Scene(
    title="Une observation qui finit le 30 juin",
    tables="""
        observation_period
        person_id | observation_period_start_date | observation_period_end_date
        1         | 2020-01-01                    | 2020-06-30
        2         | 2020-01-01                    | 2020-06-30

        condition_occurrence
        person_id | condition_start_date | condition_end_date
        1         | 2020-03-01           | 2020-03-10
        2         | 2020-06-20           | 2020-06-25
    """,
    cases=(
        Case(
            title="La fin de l’observation",
            words="Sans stratégie de sortie, la personne sort à la fin de sa période d’observation.",
            expression=cohort(CONDITION, EndStrategy=None),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-06-30
                2          | 2020-06-20        | 2020-06-30
            """,
        ),
        Case(
            title="Un délai depuis le début",
            words="30 jours après le début de l’événement, au plus tard à la fin de l’observation.",
            expression=after("StartDate", 30),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-31
                2          | 2020-06-20        | 2020-06-30
            """,
        ),
        Case(
            title="Sortir le jour même",
            words="Le jour de l’événement : une période dans la cohorte peut durer un seul jour.",
            expression=after("StartDate", 0),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-01
                2          | 2020-06-20        | 2020-06-20
            """,
        ),
        Case(
            title="Un délai depuis la fin",
            words="7 jours après la fin de l’événement, au plus tard à la fin de l’observation.",
            expression=after("EndDate", 7),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-17
                2          | 2020-06-20        | 2020-06-30
            """,
        ),
        Case(
            title="Une sortie qui précéderait l’entrée",
            words=(
                "6 jours avant la fin de l’événement : pour 2, c’est avant son début, et il n’y a pas de "
                "période dans la cohorte."
            ),
            expression=after("EndDate", -6),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-04
            """,
        ),
    ),
)

TREATMENTS = Scene(
    title="Une pathologie du 5 mars et ses traitements (1001)",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-03-05
        2         | 2020-03-05
        3         | 2020-03-05
        4         | 2020-03-05
        5         | 2020-03-05

        drug_exposure
        person_id | drug_concept_id | drug_source_concept_id | drug_exposure_start_date | drug_exposure_end_date | remarque
        1         | 1001            |                        | 2020-03-01               | 2020-03-10             | en cours le 5 mars
        1         | 1001            |                        | 2020-03-20               | 2020-03-30             | reprise 10 jours après
        1         | 1001            |                        | 2020-06-01               | 2020-06-10             | bien plus tard
        2         | 0               | 1001                   | 2020-03-01               | 2020-03-10             | par son concept source
        4         | 1002            |                        | 2020-03-01               | 2020-03-10             | un autre médicament
        5         | 1001            |                        | 2020-04-01               | 2020-04-10             | pas en cours le 5 mars
    """,
    cases=(
        Case(
            title="La fin du traitement en cours",
            words=(
                "La personne sort avec le traitement en cours à l’entrée, trouvé par son concept standard ou "
                "source. Sans traitement en cours, elle sort à la fin de l’observation."
            ),
            expression=treated(GapDays=0, Offset=0),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-05        | 2020-03-10
                2          | 2020-03-05        | 2020-03-10
                3          | 2020-03-05        | 2020-12-31
                4          | 2020-03-05        | 2020-12-31
                5          | 2020-03-05        | 2020-12-31
            """,
        ),
        Case(
            title="Une interruption tolérée",
            words=(
                "Deux expositions que 10 jours séparent au plus font un traitement : celui de 1 va jusqu’au "
                "30 mars."
            ),
            expression=treated(GapDays=10, Offset=0),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-05        | 2020-03-30
                2          | 2020-03-05        | 2020-03-10
                3          | 2020-03-05        | 2020-12-31
                4          | 2020-03-05        | 2020-12-31
                5          | 2020-03-05        | 2020-12-31
            """,
        ),
        Case(
            title="Une interruption trop longue d’un jour",
            words="Avec 9 jours tolérés, la reprise du 20 mars est un autre traitement.",
            expression=treated(GapDays=9, Offset=0),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-05        | 2020-03-10
                2          | 2020-03-05        | 2020-03-10
                3          | 2020-03-05        | 2020-12-31
                4          | 2020-03-05        | 2020-12-31
                5          | 2020-03-05        | 2020-12-31
            """,
        ),
        Case(
            title="Un délai après le traitement",
            words="La personne sort 7 jours après la fin du traitement.",
            expression=treated(GapDays=0, Offset=7),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-05        | 2020-03-17
                2          | 2020-03-05        | 2020-03-17
                3          | 2020-03-05        | 2020-12-31
                4          | 2020-03-05        | 2020-12-31
                5          | 2020-03-05        | 2020-12-31
            """,
        ),
        Case(
            title="Une interruption et un délai",
            words="3 jours d’interruption et 7 de délai s’ajoutent pour réunir, et le délai reste à la fin.",
            expression=treated(GapDays=3, Offset=7),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-05        | 2020-04-06
                2          | 2020-03-05        | 2020-03-17
                3          | 2020-03-05        | 2020-12-31
                4          | 2020-03-05        | 2020-12-31
                5          | 2020-03-05        | 2020-12-31
            """,
        ),
        Case(
            title="Un délai qui dépasse l’observation",
            words="290 jours après la fin du traitement, au plus tard à la fin de l’observation.",
            expression=treated(GapDays=0, Offset=290),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-05        | 2020-12-31
                2          | 2020-03-05        | 2020-12-25
                3          | 2020-03-05        | 2020-12-31
                4          | 2020-03-05        | 2020-12-31
                5          | 2020-03-05        | 2020-12-31
            """,
        ),
        Case(
            title="Une durée imposée aux expositions",
            words="Chaque exposition dure 5 jours depuis son début, quelle que soit la fin enregistrée.",
            expression=treated(GapDays=0, Offset=0, DaysSupplyOverride=5),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-05        | 2020-03-06
                2          | 2020-03-05        | 2020-03-06
                3          | 2020-03-05        | 2020-12-31
                4          | 2020-03-05        | 2020-12-31
                5          | 2020-03-05        | 2020-12-31
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="La sortie de la cohorte",
    intro=(
        "La personne sort à la fin de son observation, après un délai, ou avec un traitement. La sortie est "
        "la première date possible qui ne précède pas l’entrée."
    ),
    scenes=(DELAYS, TREATMENTS),
)
