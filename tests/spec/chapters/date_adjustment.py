"""Events whose dates the author shifts."""

from tests.spec.build import UNTIL_END, window
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, correlated, group, rule


def shifted(domain: str, start: tuple[str, int], end: tuple[str, int]) -> Json:
    """A criterion whose dates are counted from its own."""
    names = dict(zip(("StartWith", "StartOffset", "EndWith", "EndOffset"), (*start, *end), strict=True))
    return {domain: {"DateAdjustment": names}}


SHIFTED = Scene(
    title="Des pathologies de longueurs différentes",
    tables="""
        condition_occurrence
        person_id | condition_start_date | condition_end_date | remarque
        1         | 2020-03-01           | 2020-03-10         | dix jours
        2         | 2020-03-05           | 2020-03-06         | deux jours
        3         | 2020-12-29           | 2020-12-31         | à la fin de la période d’observation
    """,
    cases=(
        Case(
            title="Un début repoussé",
            words=(
                "Le fait commence 5 jours après son début et finit à sa fin. Un fait dont la fin précéderait "
                "ainsi le début est écarté (2), comme un fait dont le début sort de l’observation (3)."
            ),
            expression=cohort(
                shifted("ConditionOccurrence", ("START_DATE", 5), ("END_DATE", 0)), EndStrategy=UNTIL_END
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-06        | 2020-03-10
            """,
        ),
        Case(
            title="Un fait que le décalage retourne",
            words=(
                "Le même décalage, avec une sortie au lendemain : le fait de 2 est écarté, quelle que soit "
                "la sortie."
            ),
            expression=cohort(shifted("ConditionOccurrence", ("START_DATE", 5), ("END_DATE", 0))),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-03-06
            """,
        ),
        Case(
            title="Un fait qui commence à sa fin",
            words=(
                "Le fait commence à sa fin, et finit 7 jours après ; la sortie ne dépasse pas la fin "
                "d’observation."
            ),
            expression=cohort(
                shifted("ConditionOccurrence", ("END_DATE", 0), ("END_DATE", 7)), EndStrategy=UNTIL_END
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-10        | 2020-03-17
                2          | 2020-03-06        | 2020-03-13
                3          | 2020-12-31        | 2020-12-31
            """,
        ),
        Case(
            title="Un fait ramené autour de son début",
            words="Le fait va de 3 jours avant son début au lendemain de son début ; 2020 est bissextile.",
            expression=cohort(
                shifted("ConditionOccurrence", ("START_DATE", -3), ("START_DATE", 1)), EndStrategy=UNTIL_END
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-02-27        | 2020-03-02
                2          | 2020-03-02        | 2020-03-06
                3          | 2020-12-26        | 2020-12-30
            """,
        ),
    ),
)

POINTS = Scene(
    title="Des prélèvements et des mesures décalés",
    tables="""
        specimen
        person_id | specimen_date
        1         | 2020-03-01
        2         | 2020-03-10
        3         | 2020-03-20

        measurement
        person_id | measurement_date
        1         | 2020-03-05
        2         | 2020-03-05
        3         | 2020-03-05
    """,
    cases=(
        Case(
            title="Un prélèvement décalé",
            words="La fin d’un prélèvement est le lendemain : il va de ce jour-là à deux jours plus tard.",
            expression=cohort(shifted("Specimen", ("END_DATE", 0), ("END_DATE", 2)), EndStrategy=UNTIL_END),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-02        | 2020-03-04
                2          | 2020-03-11        | 2020-03-13
                3          | 2020-03-21        | 2020-03-23
            """,
        ),
        Case(
            title="Un critère décalé se compare avec ses nouvelles dates",
            words=(
                "Une mesure que précède un prélèvement, ou du même jour, les prélèvements étant avancés de "
                "10 jours : celui de 2 compte pour le 29 février."
            ),
            expression=cohort(
                {"Measurement": {}},
                InclusionRules=[
                    rule(
                        group(
                            correlated(
                                shifted("Specimen", ("START_DATE", -10), ("END_DATE", -10)),
                                StartWindow=window(None, 0),
                            )
                        )
                    )
                ],
            ),
            expected="""
                subject_id
                1
                2
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Décaler les dates d’un fait",
    intro=(
        "L’auteur peut donner à un fait d’autres dates, comptées en jours depuis son début ou sa fin. Tout "
        "ce qui suit (observation, fenêtres, sortie) voit alors ces dates-là."
    ),
    scenes=(SHIFTED, POINTS),
)
