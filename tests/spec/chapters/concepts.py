"""Attributes that are concepts, by a list, by a concept set, by the source."""

from tests.spec.build import concept, in_set
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, concept_set


def with_status(choice: Json) -> Json:
    """Conditions whose status is in the concept set 411, or out of it."""
    return cohort({"ConditionOccurrence": {"ConditionStatusCS": choice}}, ConceptSets=[concept_set(0, 411)])


LISTS = Scene(
    title="Le type et le statut d’une pathologie",
    tables="""
        condition_occurrence
        person_id | condition_start_date | condition_type_concept_id | condition_status_concept_id
        1         | 2020-03-01           | 401                       | 411
        2         | 2020-03-01           | 402                       | 412
        3         | 2020-03-01           | 403                       |

        death
        person_id | death_date | death_type_concept_id
        1         | 2020-09-01 | 421
        2         | 2020-09-01 | 422
        3         | 2020-09-01 |
    """,
    cases=(
        Case(
            title="Un concept d’une liste",
            words="Le type est 401 ou 402.",
            expression=cohort({"ConditionOccurrence": {"ConditionType": [concept(401), concept(402)]}}),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Aucun concept d’une liste",
            words="Le type n’est pas 401.",
            expression=cohort(
                {"ConditionOccurrence": {"ConditionType": [concept(401)], "ConditionTypeExclude": True}}
            ),
            expected="""
                subject_id
                2
                3
            """,
        ),
        Case(
            title="Aucun concept d’une liste, quand le concept est inconnu",
            words=(
                "Le type du décès n’est pas 421. Un type inconnu ne prouve pas qu’il soit autre : 3 n’est "
                "pas retenue."
            ),
            expression=cohort({"Death": {"DeathType": [concept(421)], "DeathTypeExclude": True}}),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Le type par une liste de concepts nommée",
            words="Le type est dans la liste de concepts qui contient 402.",
            expression=cohort(
                {"ConditionOccurrence": {"ConditionTypeCS": in_set(0)}}, ConceptSets=[concept_set(0, 402)]
            ),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Un concept d’une liste de concepts nommée",
            words="Le statut est dans la liste de concepts qui contient 411.",
            expression=with_status(in_set(0)),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Un concept hors d’une liste de concepts nommée",
            words="Le statut est connu et hors de la liste de concepts qui contient 411.",
            expression=with_status(in_set(0, exclude=True)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Un concept connu, quel qu’il soit",
            words="Sans liste, l’attribut demande que le statut soit connu.",
            expression=with_status(in_set(None)),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Un concept inconnu",
            words="Sans liste et par exclusion, l’attribut demande que le statut soit inconnu.",
            expression=with_status(in_set(None, exclude=True)),
            expected="""
                subject_id
                3
            """,
        ),
    ),
)

SOURCES = Scene(
    title="Le concept standard et le concept source",
    tables="""
        condition_occurrence
        person_id | condition_concept_id | condition_source_concept_id | condition_start_date
        1         | 431                  | 441                         | 2020-03-01
        2         | 431                  | 442                         | 2020-03-01
        3         | 432                  | 441                         | 2020-03-01
    """,
    cases=(
        Case(
            title="Par le concept source",
            words="Le concept source est 441, quel que soit le concept standard.",
            expression=cohort(
                {"ConditionOccurrence": {"ConditionSourceConcept": 0}}, ConceptSets=[concept_set(0, 441)]
            ),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Par le concept standard et le concept source",
            words="Le concept standard est 431 et le concept source 441 : les deux sont demandés.",
            expression=cohort(
                {"ConditionOccurrence": {"CodesetId": 1, "ConditionSourceConcept": 0}},
                ConceptSets=[concept_set(0, 441), concept_set(1, 431)],
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les attributs qui sont des concepts",
    intro=(
        "Un concept se compare avec une liste écrite dans le critère, ou avec une liste de concepts nommée "
        "(attributs en `CS`). Un concept absent n’est dans aucune liste, et hors d’aucune."
    ),
    scenes=(LISTS, SOURCES),
)
