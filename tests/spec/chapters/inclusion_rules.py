"""Inclusion rules: every event is told which of them it satisfies."""

from tests.spec.build import concept, window
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import cohort, correlated, group, rule

CONDITION = {"ConditionOccurrence": {}}
WOMEN = rule(group(DemographicCriteriaList=[{"Gender": [concept(8532)]}]), "De genre 8532")
TREATED = rule(group(correlated({"DrugExposure": {}}, StartWindow=window(0, 30))), "Traitées")

EVENTS = Scene(
    title="Deux critères : être de genre 8532 ; être traité dans les 30 jours",
    tables="""
        person
        person_id | gender_concept_id
        1         | 8532
        2         | 8507
        3         | 8532
        4         | 8532

        condition_occurrence
        person_id | condition_start_date
        1         | 2020-03-01
        1         | 2020-06-01
        1         | 2020-09-01
        2         | 2020-03-01
        3         | 2020-03-01
        4         | 2020-03-01

        drug_exposure
        person_id | drug_exposure_start_date
        1         | 2020-06-05
        1         | 2020-09-05
        2         | 2020-03-05
        4         | 2020-03-05
    """,
    cases=(
        Case(
            title="Tous les critères d’inclusion",
            words="Un événement entre s’il satisfait le critère 1 et le critère 2.",
            expression=cohort(CONDITION, InclusionRules=[WOMEN, TREATED]),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                1          | 2020-09-01
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | critères satisfaits
                1         | 2020-03-01 | 1
                1         | 2020-06-01 | 1 et 2
                1         | 2020-09-01 | 1 et 2
                2         | 2020-03-01 | 2
                3         | 2020-03-01 | 1
                4         | 2020-03-01 | 1 et 2
            """,
        ),
        Case(
            title="Les critères dans l’autre ordre",
            words=(
                "Les mêmes critères, échangés : les mêmes personnes entrent, mais l’attrition se lit "
                "autrement."
            ),
            expression=cohort(CONDITION, InclusionRules=[TREATED, WOMEN]),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                1          | 2020-09-01
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | critères satisfaits
                1         | 2020-03-01 | 2
                1         | 2020-06-01 | 1 et 2
                1         | 2020-09-01 | 1 et 2
                2         | 2020-03-01 | 1
                3         | 2020-03-01 | 2
                4         | 2020-03-01 | 1 et 2
            """,
        ),
        Case(
            title="Le premier événement qui satisfait les critères",
            words="La limite de la cohorte choisit après les critères.",
            expression=cohort(CONDITION, InclusionRules=[WOMEN, TREATED], ExpressionLimit={"Type": "First"}),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                4          | 2020-03-01
            """,
        ),
        Case(
            title="Le premier événement, s’il satisfait les critères",
            words=(
                "La limite d’entrée choisit avant les critères : le premier événement de 1 n’est pas traité."
            ),
            expression=cohort(CONDITION, limit="First", InclusionRules=[WOMEN, TREATED]),
            expected="""
                subject_id | cohort_start_date
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | critères satisfaits
                1         | 2020-03-01 | 1
                2         | 2020-03-01 | 2
                3         | 2020-03-01 | 1
                4         | 2020-03-01 | 1 et 2
            """,
        ),
        Case(
            title="Un critère d’inclusion vide",
            words=(
                "Un critère d’inclusion qui ne demande rien est toujours satisfait ; il garde sa place dans "
                "l’attrition."
            ),
            expression=cohort(CONDITION, limit="First", InclusionRules=[rule(group()), TREATED]),
            expected="""
                subject_id | cohort_start_date
                2          | 2020-03-01
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | critères satisfaits
                1         | 2020-03-01 | 1
                2         | 2020-03-01 | 1 et 2
                3         | 2020-03-01 | 1
                4         | 2020-03-01 | 1 et 2
            """,
        ),
        Case(
            title="Aucun critère d’inclusion",
            words="Sans critère d’inclusion, tout événement qualifié entre.",
            expression=cohort(CONDITION, limit="Last"),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-09-01
                2          | 2020-03-01
                3          | 2020-03-01
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | critères satisfaits
                1         | 2020-09-01 | aucun
                2         | 2020-03-01 | aucun
                3         | 2020-03-01 | aucun
                4         | 2020-03-01 | aucun
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les critères d’inclusion",
    intro=(
        "Chaque événement qualifié est jugé par chaque critère ; il entre s’il les satisfait tous. "
        "L’attrition se lit dans la table des critères que chaque événement satisfait."
    ),
    scenes=(EVENTS,),
)
