"""Memberships that touch become one; then the window of the study cuts them."""

from tests.spec.build import UNTIL_END
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort


def merged(pad: int) -> Json:
    """Conditions from start to end, merged with this pad."""
    return cohort(
        {"ConditionOccurrence": {}},
        EndStrategy=UNTIL_END,
        CollapseSettings={"CollapseType": "ERA", "EraPad": pad},
    )


def cut(**bounds: str) -> Json:
    """Conditions from start to end, cut to a window."""
    return cohort({"ConditionOccurrence": {}}, EndStrategy=UNTIL_END, CensorWindow=bounds)


ERAS = Scene(
    title="Des périodes proches",
    tables="""
        condition_occurrence
        person_id | condition_start_date | condition_end_date | remarque
        1         | 2020-03-01           | 2020-03-10         | la seconde commence le jour où finit la première
        1         | 2020-03-10           | 2020-03-20         | elles se touchent
        2         | 2020-03-01           | 2020-03-10         | la seconde commence le lendemain
        2         | 2020-03-11           | 2020-03-20         | un jour les sépare
        3         | 2020-03-01           | 2020-03-10         | la seconde commence 21 jours après
        3         | 2020-03-31           | 2020-04-10         | 21 jours les séparent
        4         | 2020-03-01           | 2020-03-30         | la seconde est dans la première
        4         | 2020-03-05           | 2020-03-10         | contenue
    """,
    cases=(
        Case(
            title="Des périodes qui se touchent",
            words="Deux périodes qui ont un jour commun n’en font qu’une.",
            expression=merged(0),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-20
                2          | 2020-03-01        | 2020-03-10
                2          | 2020-03-11        | 2020-03-20
                3          | 2020-03-01        | 2020-03-10
                3          | 2020-03-31        | 2020-04-10
                4          | 2020-03-01        | 2020-03-30
            """,
        ),
        Case(
            title="Un jour de tolérance",
            words="Avec un jour de tolérance, celles qui se suivent d’un jour se réunissent aussi.",
            expression=merged(1),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-20
                2          | 2020-03-01        | 2020-03-20
                3          | 2020-03-01        | 2020-03-10
                3          | 2020-03-31        | 2020-04-10
                4          | 2020-03-01        | 2020-03-30
            """,
        ),
        Case(
            title="Vingt et un jours de tolérance",
            words=(
                "21 jours après une fin, on est encore dans la tolérance ; elle n’allonge pas la période "
                "réunie."
            ),
            expression=merged(21),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-20
                2          | 2020-03-01        | 2020-03-20
                3          | 2020-03-01        | 2020-04-10
                4          | 2020-03-01        | 2020-03-30
            """,
        ),
        Case(
            title="Vingt jours de tolérance",
            words="Un jour de moins, et les deux périodes de 3 restent séparées.",
            expression=merged(20),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-20
                2          | 2020-03-01        | 2020-03-20
                3          | 2020-03-01        | 2020-03-10
                3          | 2020-03-31        | 2020-04-10
                4          | 2020-03-01        | 2020-03-30
            """,
        ),
    ),
)

WINDOW = Scene(
    title="La fenêtre de l’étude",
    tables="""
        condition_occurrence
        person_id | condition_start_date | condition_end_date
        1         | 2020-03-01           | 2020-03-10
        2         | 2020-02-01           | 2020-02-10
        3         | 2020-02-20           | 2020-03-05
        4         | 2020-03-08           | 2020-03-25
        5         | 2020-02-20           | 2020-02-28
        5         | 2020-02-28           | 2020-03-01
    """,
    cases=(
        Case(
            title="Entre deux dates d’étude",
            words=(
                "Du 1er au 15 mars : les périodes sont réunies, puis coupées aux bornes ; ce qui est "
                "entièrement dehors disparaît."
            ),
            expression=cut(StartDate="2020-03-01", EndDate="2020-03-15"),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-10
                3          | 2020-03-01        | 2020-03-05
                4          | 2020-03-08        | 2020-03-15
                5          | 2020-03-01        | 2020-03-01
            """,
        ),
        Case(
            title="À partir d’une date d’étude",
            words="À partir du 2 mars, sans fin.",
            expression=cut(StartDate="2020-03-02"),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-02        | 2020-03-10
                3          | 2020-03-02        | 2020-03-05
                4          | 2020-03-08        | 2020-03-25
            """,
        ),
        Case(
            title="Jusqu’à une date d’étude",
            words="Jusqu’au 5 mars, sans début.",
            expression=cut(EndDate="2020-03-05"),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-05
                2          | 2020-02-01        | 2020-02-10
                3          | 2020-02-20        | 2020-03-05
                5          | 2020-02-20        | 2020-03-01
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Réunir et couper les périodes",
    intro=(
        "Une personne n’est jamais deux fois dans la cohorte le même jour : ses périodes qui se touchent se "
        "réunissent. La fenêtre de l’étude coupe en tout dernier."
    ),
    scenes=(ERAS, WINDOW),
)
