"""Events that end a membership before its time."""

from tests.spec.build import value
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort

CONDITION = {"ConditionOccurrence": {}}
PROCEDURE: Json = {"ProcedureOccurrence": {}}

CENSORS = Scene(
    title="Un acte met fin à la période",
    tables="""
        observation_period
        person_id | observation_period_start_date | observation_period_end_date
        1         | 2020-01-01                    | 2020-12-31
        2         | 2020-01-01                    | 2020-12-31
        3         | 2020-01-01                    | 2020-12-31
        4         | 2020-01-01                    | 2020-12-31
        5         | 2020-01-01                    | 2020-06-30

        condition_occurrence
        person_id | condition_start_date
        1         | 2020-03-01
        2         | 2020-03-01
        3         | 2020-03-01
        4         | 2020-03-01
        5         | 2020-03-01

        procedure_occurrence
        person_id | procedure_date | quantity | remarque
        1         | 2020-05-01     | 5        | le second après l’entrée
        1         | 2020-04-01     | 1        | le premier après l’entrée
        3         | 2020-02-01     | 1        | avant l’entrée
        4         | 2020-03-01     | 1        | le jour de l’entrée
        5         | 2020-07-15     | 1        | après l’observation

        death
        person_id | death_date
        2         | 2020-09-01
    """,
    cases=(
        Case(
            title="Le premier acte après l’entrée",
            words=(
                "La personne sort au premier acte de son observation, de l’entrée à la fin ; sinon, à la fin "
                "de celle-ci."
            ),
            expression=cohort(CONDITION, EndStrategy=None, CensoringCriteria=[PROCEDURE]),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-04-01
                2          | 2020-03-01        | 2020-12-31
                3          | 2020-03-01        | 2020-12-31
                4          | 2020-03-01        | 2020-03-01
                5          | 2020-03-01        | 2020-06-30
            """,
        ),
        Case(
            title="Plusieurs événements qui censurent",
            words="La personne sort au premier acte, ou à son décès.",
            expression=cohort(CONDITION, EndStrategy=None, CensoringCriteria=[PROCEDURE, {"Death": {}}]),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-04-01
                2          | 2020-03-01        | 2020-09-01
                3          | 2020-03-01        | 2020-12-31
                4          | 2020-03-01        | 2020-03-01
                5          | 2020-03-01        | 2020-06-30
            """,
        ),
        Case(
            title="Un événement qui censure, et ses attributs",
            words="La personne sort au premier acte d’une quantité d’au moins 5.",
            expression=cohort(
                CONDITION,
                EndStrategy=None,
                CensoringCriteria=[{"ProcedureOccurrence": {"Quantity": value("gte", 5)}}],
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-05-01
                2          | 2020-03-01        | 2020-12-31
                3          | 2020-03-01        | 2020-12-31
                4          | 2020-03-01        | 2020-12-31
                5          | 2020-03-01        | 2020-06-30
            """,
        ),
        Case(
            title="La sortie prévue vient avant",
            words="La sortie est 14 jours après l’entrée, ou au premier acte s’il vient avant.",
            expression=cohort(
                CONDITION,
                EndStrategy={"DateOffset": {"DateField": "StartDate", "Offset": 14}},
                CensoringCriteria=[PROCEDURE],
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-15
                2          | 2020-03-01        | 2020-03-15
                3          | 2020-03-01        | 2020-03-15
                4          | 2020-03-01        | 2020-03-01
                5          | 2020-03-01        | 2020-03-15
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les événements qui censurent",
    intro="Un événement qui censure met fin à la période dans la cohorte avant la sortie prévue.",
    scenes=(CENSORS,),
)
