"""Additional criteria on entry events, and the limit that acts only with them."""

from tests.spec.build import window
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, correlated, group

CONDITION = {"ConditionOccurrence": {}}
TREATED = group(correlated({"DrugExposure": {}}, StartWindow=window(0, 30)))


def limited(limit: str, **parts: object) -> Json:
    """Conditions under the qualified limit."""
    return cohort(CONDITION, **{"QualifiedLimit": {"Type": limit}, **parts})


EVENTS = Scene(
    title="Des pathologies, traitées ou non dans le mois",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-03-01
        1         | 2020-06-01
        2         | 2020-03-01
        3         | 2020-03-01
        4         | 2020-03-01
        4         | 2020-06-01

        drug_exposure
        person_id | drug_exposure_start_date
        1         | 2020-06-05
        2         | 2020-03-05
        4         | 2020-03-05
        4         | 2020-06-05
        5         | 2020-03-05
    """,
    cases=(
        Case(
            title="Une condition attachée à l’événement d’entrée",
            words="Les pathologies traitées dans les 30 jours.",
            expression=limited("All", AdditionalCriteria=TREATED),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                2          | 2020-03-01
                4          | 2020-03-01
                4          | 2020-06-01
            """,
        ),
        Case(
            title="Le premier événement qui remplit la condition",
            words="La première des pathologies traitées dans les 30 jours.",
            expression=limited("First", AdditionalCriteria=TREATED),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                2          | 2020-03-01
                4          | 2020-03-01
            """,
        ),
        Case(
            title="Le dernier événement qui remplit la condition",
            words="La dernière des pathologies traitées dans les 30 jours.",
            expression=limited("Last", AdditionalCriteria=TREATED),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-06-01
                2          | 2020-03-01
                4          | 2020-06-01
            """,
        ),
        Case(
            title="Le premier événement, s’il remplit la condition",
            words="La première pathologie, si elle est traitée : la limite d’entrée agit avant la condition.",
            expression=cohort(CONDITION, limit="First", AdditionalCriteria=TREATED),
            expected="""
                subject_id | cohort_start_date
                2          | 2020-03-01
                4          | 2020-03-01
            """,
        ),
        Case(
            title="Une limite sans effet",
            words=(
                "Sans condition attachée, la limite des événements qualifiés (`QualifiedLimit`) n’agit pas."
            ),
            expression=limited("First"),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-03-01
                1          | 2020-06-01
                2          | 2020-03-01
                3          | 2020-03-01
                4          | 2020-03-01
                4          | 2020-06-01
            """,
        ),
        Case(
            title="Une condition attachée vide",
            words="Un groupe vide ne retient rien, mais sa présence fait agir la limite.",
            expression=limited("First", AdditionalCriteria=group()),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-03-01
                2          | 2020-03-01
                3          | 2020-03-01
                4          | 2020-03-01
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les conditions attachées à l’événement d’entrée",
    intro=(
        "Un groupe de critères (`AdditionalCriteria`) peut restreindre les événements d’entrée avant les "
        "critères d’inclusion ; une limite choisit alors parmi ceux qui restent, dits qualifiés."
    ),
    scenes=(EVENTS,),
)
