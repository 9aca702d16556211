"""Groups of criteria: all, any, at least, at most, within one another."""

from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, concept_set, correlated, group, rule

A, B, C = (correlated({"Measurement": {"CodesetId": number}}) for number in (0, 1, 2))
NO_A, NO_C = (correlated({"Measurement": {"CodesetId": number}}, kind=0, count=0) for number in (0, 2))
SETS = [concept_set(0, 801), concept_set(1, 802), concept_set(2, 803)]


def grouped(body: Json) -> Json:
    """Conditions that satisfy the group."""
    return cohort({"ConditionOccurrence": {}}, ConceptSets=SETS, InclusionRules=[rule(body)])


TESTS = Scene(
    title="Trois analyses, A (801), B (802) et C (803)",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-06-15
        2         | 2020-06-15
        3         | 2020-06-15
        4         | 2020-06-15

        measurement
        person_id | measurement_concept_id | measurement_date | remarque
        1         | 801                    | 2020-03-01       | A
        1         | 802                    | 2020-03-01       | B
        1         | 803                    | 2020-03-01       | C
        2         | 801                    | 2020-03-01       | A
        2         | 802                    | 2020-03-01       | B
        3         | 801                    | 2020-03-01       | A
        5         | 801                    | 2020-03-01       | A, sans pathologie
    """,
    cases=(
        Case(
            title="Tous",
            words="A et B.",
            expression=grouped(group(A, B)),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="L’un ou l’autre",
            words="A ou C.",
            expression=grouped(group(A, C, kind="ANY")),
            expected="""
                subject_id
                1
                2
                3
            """,
        ),
        Case(
            title="Au moins deux sur trois",
            words="Au moins deux parmi A, B et C.",
            expression=grouped(group(A, B, C, kind="AT_LEAST", Count=2)),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Au plus un sur trois",
            words="Au plus un parmi A, B et C : aucun convient aussi.",
            expression=grouped(group(A, B, C, kind="AT_MOST", Count=1)),
            expected="""
                subject_id
                3
                4
            """,
        ),
        Case(
            title="Aucun sur trois",
            words="Au plus zéro parmi A, B et C.",
            expression=grouped(group(A, B, C, kind="AT_MOST", Count=0)),
            expected="""
                subject_id
                4
            """,
        ),
        Case(
            title="Avec l’un, sans l’autre",
            words="A, et aucun C.",
            expression=grouped(group(A, NO_C)),
            expected="""
                subject_id
                2
                3
            """,
        ),
        Case(
            title="Des groupes dans un groupe",
            words="B et C ensemble, ou bien aucun A.",
            expression=grouped(group(NO_A, kind="ANY", Groups=[group(B, C)])),
            expected="""
                subject_id
                1
                4
            """,
        ),
        Case(
            title="Un groupe compté parmi d’autres",
            words=(
                "Au moins deux parmi : A ; C ; « B sans C ». Un groupe compte pour un, quoi qu’il contienne."
            ),
            expression=grouped(group(A, C, kind="AT_LEAST", Count=2, Groups=[group(B, NO_C)])),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Un groupe vide",
            words=(
                "Un groupe sans critère est toujours satisfait ; 5, sans pathologie, n’est pas un événement "
                "d’entrée."
            ),
            expression=grouped(group()),
            expected="""
                subject_id
                1
                2
                3
                4
            """,
        ),
        Case(
            title="Un groupe vide dans un autre",
            words="C, ou un groupe vide : le groupe vide est satisfait, donc l’ensemble aussi.",
            expression=grouped(group(C, kind="ANY", Groups=[group()])),
            expected="""
                subject_id
                1
                2
                3
                4
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les groupes de critères",
    intro="Un groupe dit combien de ses membres doivent être satisfaits ; un membre peut être un groupe.",
    scenes=(TESTS,),
)
