"""Inclusion rules: every event is told which of them it satisfies."""

from tests.spec.build import concept, window
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import cohort, correlated, group, rule

CONDITION = {"ConditionOccurrence": {}}
WOMEN = rule(group(DemographicCriteriaList=[{"Gender": [concept(8532)]}]), "De genre 8532")
TREATED = rule(group(correlated({"DrugExposure": {}}, StartWindow=window(0, 30))), "Traitées")

EVENTS = Scene(
    title="Deux règles : être de genre 8532 ; être traité dans les 30 jours",
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
            title="Toutes les règles",
            words="Un événement entre s’il satisfait la règle 1 et la règle 2.",
            expression=cohort(CONDITION, InclusionRules=[WOMEN, TREATED]),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                1          | 2020-09-01
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | règles satisfaites
                1         | 2020-03-01 | 1
                1         | 2020-06-01 | 1 et 2
                1         | 2020-09-01 | 1 et 2
                2         | 2020-03-01 | 2
                3         | 2020-03-01 | 1
                4         | 2020-03-01 | 1 et 2
            """,
        ),
        Case(
            title="Les règles dans l’autre ordre",
            words=(
                "Les mêmes règles, échangées : les mêmes personnes entrent, mais l’attrition se lit "
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
                person_id | start_date | règles satisfaites
                1         | 2020-03-01 | 2
                1         | 2020-06-01 | 1 et 2
                1         | 2020-09-01 | 1 et 2
                2         | 2020-03-01 | 1
                3         | 2020-03-01 | 2
                4         | 2020-03-01 | 1 et 2
            """,
        ),
        Case(
            title="Le premier événement qui satisfait les règles",
            words="La limite de la cohorte choisit après les règles.",
            expression=cohort(CONDITION, InclusionRules=[WOMEN, TREATED], ExpressionLimit={"Type": "First"}),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                4          | 2020-03-01
            """,
        ),
        Case(
            title="Le premier événement, s’il satisfait les règles",
            words="La limite d’entrée choisit avant les règles : le premier événement de 1 n’est pas traité.",
            expression=cohort(CONDITION, limit="First", InclusionRules=[WOMEN, TREATED]),
            expected="""
                subject_id | cohort_start_date
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | règles satisfaites
                1         | 2020-03-01 | 1
                2         | 2020-03-01 | 2
                3         | 2020-03-01 | 1
                4         | 2020-03-01 | 1 et 2
            """,
        ),
        Case(
            title="Une règle vide",
            words="Une règle sans critère est toujours satisfaite ; elle garde sa place dans l’attrition.",
            expression=cohort(CONDITION, limit="First", InclusionRules=[rule(group()), TREATED]),
            expected="""
                subject_id | cohort_start_date
                2          | 2020-03-01
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | règles satisfaites
                1         | 2020-03-01 | 1
                2         | 2020-03-01 | 1 et 2
                3         | 2020-03-01 | 1
                4         | 2020-03-01 | 1 et 2
            """,
        ),
        Case(
            title="Aucune règle",
            words="Sans règle, tout événement qualifié entre.",
            expression=cohort(CONDITION, limit="Last"),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-09-01
                2          | 2020-03-01
                3          | 2020-03-01
                4          | 2020-03-01
            """,
            events="""
                person_id | start_date | règles satisfaites
                1         | 2020-09-01 | aucune
                2         | 2020-03-01 | aucune
                3         | 2020-03-01 | aucune
                4         | 2020-03-01 | aucune
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les règles d’inclusion",
    intro=(
        "Chaque événement qualifié est jugé par chaque règle ; il entre s’il les satisfait toutes. "
        "L’attrition se lit dans la table des règles que chaque événement satisfait."
    ),
    scenes=(EVENTS,),
)
