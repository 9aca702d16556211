"""Where a correlated event must lie around the index event."""

from typing import Any

from tests.spec.build import window
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import UNBOUNDED, Json, cohort, correlated, group, rule


def near(domain: str, start_window: Json, **parts: Any) -> Json:
    """Conditions with at least one event of the domain in the window."""
    body = group(correlated({domain: {}}, StartWindow=start_window, **parts))
    return cohort({"ConditionOccurrence": {}}, InclusionRules=[rule(body)])


AROUND = Scene(
    title="Une mesure autour d’une pathologie",
    tables="""
        condition_occurrence
        person_id | condition_start_date | condition_end_date
        1         | 2020-06-15           | 2020-06-20
        2         | 2020-06-15           | 2020-06-20
        3         | 2020-06-15           | 2020-06-20
        4         | 2020-06-15           | 2020-06-20
        5         | 2020-06-15           | 2020-06-20
        6         | 2020-06-15           | 2020-06-20
        7         | 2020-06-15           | 2020-06-20

        measurement
        person_id | measurement_date | remarque
        1         | 2020-05-15       | 31 jours avant
        2         | 2020-05-16       | 30 jours avant
        3         | 2020-06-14       | la veille
        4         | 2020-06-15       | le jour même
        5         | 2020-06-16       | le lendemain
        6         | 2020-07-15       | 30 jours après
        7         | 2020-07-16       | 31 jours après
    """,
    cases=(
        Case(
            title="Dans les 30 jours avant, le jour même compris",
            words="Une mesure de 30 jours avant au jour même : les bornes d’une fenêtre sont comprises.",
            expression=near("Measurement", window(-30, 0)),
            expected="""
                subject_id
                2
                3
                4
            """,
        ),
        Case(
            title="Strictement avant",
            words="Une mesure de 30 jours avant à la veille.",
            expression=near("Measurement", window(-30, -1)),
            expected="""
                subject_id
                2
                3
            """,
        ),
        Case(
            title="Une mesure le jour même",
            words="Une mesure le jour même.",
            expression=near("Measurement", window(0, 0)),
            expected="""
                subject_id
                4
            """,
        ),
        Case(
            title="Dans les 30 jours après",
            words="Une mesure du lendemain à 30 jours après.",
            expression=near("Measurement", window(1, 30)),
            expected="""
                subject_id
                5
                6
            """,
        ),
        Case(
            title="De part et d’autre",
            words="Une mesure de 30 jours avant à 30 jours après.",
            expression=near("Measurement", window(-30, 30)),
            expected="""
                subject_id
                2
                3
                4
                5
                6
            """,
        ),
        Case(
            title="N’importe quand avant",
            words="Une mesure avant, ou le jour même, sans borne dans le passé.",
            expression=near("Measurement", window(None, 0)),
            expected="""
                subject_id
                1
                2
                3
                4
            """,
        ),
        Case(
            title="N’importe quand après",
            words="Une mesure après, sans borne dans l’avenir.",
            expression=near("Measurement", window(1, None)),
            expected="""
                subject_id
                5
                6
                7
            """,
        ),
        Case(
            title="Plus loin dans le passé",
            words="Une mesure il y a 31 jours ou plus.",
            expression=near("Measurement", window(None, -31)),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Compté depuis la fin de l’événement d’entrée",
            words="Une mesure pendant la pathologie : de 5 jours avant sa fin à sa fin.",
            expression=near("Measurement", window(-5, 0, UseIndexEnd=True)),
            expected="""
                subject_id
                4
                5
            """,
        ),
    ),
)

LASTING = Scene(
    title="Un traitement autour d’une pathologie",
    tables="""
        condition_occurrence
        person_id | condition_start_date | condition_end_date
        1         | 2020-06-15           | 2020-06-18
        2         | 2020-06-15           | 2020-06-18
        3         | 2020-06-15           | 2020-06-18
        4         | 2020-06-15           | 2020-06-18
        5         | 2020-06-15           | 2020-06-18
        6         | 2020-06-15           | 2020-06-18

        drug_exposure
        person_id | drug_exposure_start_date | drug_exposure_end_date
        1         | 2020-05-01               | 2020-06-10
        2         | 2020-05-01               | 2020-06-20
        3         | 2020-06-10               | 2020-06-14
        4         | 2020-06-20               | 2020-06-30
        5         | 2020-06-01               | 2020-06-17
        6         | 2020-06-01               | 2021-01-15
    """,
    cases=(
        Case(
            title="En cours ce jour-là",
            words=(
                "Un traitement commencé ce jour-là ou avant, et fini ce jour-là ou après. Sans borne veut "
                "dire jusqu’à la fin de la période d’observation : le traitement de 6 finit au-delà, et ne "
                "compte pas, comme dans la référence."
            ),
            expression=near("DrugExposure", window(None, 0), EndWindow=window(0, None)),
            expected="""
                subject_id
                2
                5
            """,
        ),
        Case(
            title="En cours ce jour-là, quelle que soit l’observation",
            words="La même question, sans regarder les périodes d’observation : le traitement de 6 compte.",
            expression=near(
                "DrugExposure", window(None, 0), EndWindow=window(0, None), IgnoreObservationPeriod=True
            ),
            expected="""
                subject_id
                2
                5
                6
            """,
        ),
        Case(
            title="Fini peu avant",
            words=(
                "Un traitement fini de 10 jours avant à la veille : la seconde fenêtre regarde la fin du "
                "fait."
            ),
            expression=near("DrugExposure", UNBOUNDED, EndWindow=window(-10, -1)),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="La fin regardée par la première fenêtre",
            words=(
                "La même question, posée dans la première fenêtre en lui disant de regarder la fin du fait."
            ),
            expression=near("DrugExposure", window(-10, -1, UseEventEnd=True)),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Le début regardé par la seconde fenêtre",
            words="La seconde fenêtre regarde, sur demande, le début du fait.",
            expression=near(
                "DrugExposure", UNBOUNDED, EndWindow=window(-10, -1, UseIndexEnd=False, UseEventEnd=False)
            ),
            expected="""
                subject_id
                3
            """,
        ),
        Case(
            title="La fin comptée depuis la fin",
            words="Un traitement fini de 10 jours avant la fin de la pathologie à sa fin, du 8 au 18 juin.",
            expression=near("DrugExposure", UNBOUNDED, EndWindow=window(-10, 0, UseIndexEnd=True)),
            expected="""
                subject_id
                1
                3
                5
            """,
        ),
    ),
)

PLACES = Scene(
    title="La même période d’observation, le même séjour",
    tables="""
        observation_period
        person_id | observation_period_start_date | observation_period_end_date
        1         | 2019-01-01                    | 2019-12-31
        1         | 2020-02-01                    | 2020-12-31
        2         | 2020-01-01                    | 2020-12-31
        3         | 2020-01-01                    | 2020-12-31
        4         | 2020-01-01                    | 2020-12-31
        5         | 2020-01-01                    | 2020-12-31

        condition_occurrence
        person_id | condition_start_date | visit_occurrence_id
        1         | 2020-02-10           | 31
        2         | 2020-02-10           | 32
        3         | 2020-02-10           | 33
        4         | 2020-02-10           |
        5         | 2020-02-10           | 35

        procedure_occurrence
        person_id | procedure_date | visit_occurrence_id | remarque
        1         | 2019-12-20     | 31                  | dans une autre période d’observation
        2         | 2020-01-20     | 32                  | dans le même séjour
        3         | 2020-01-20     | 39                  | dans un autre séjour
        4         | 2020-01-20     |                     | sans séjour, comme la pathologie
        5         | 2020-03-01     | 35                  | dans le même séjour, mais après
    """,
    cases=(
        Case(
            title="Dans la même période d’observation",
            words=(
                "Un acte dans les 90 jours avant. Il doit être dans la période d’observation de l’événement "
                "d’entrée."
            ),
            expression=near("ProcedureOccurrence", window(-90, 0)),
            expected="""
                subject_id
                2
                3
                4
            """,
        ),
        Case(
            title="Quelle que soit l’observation",
            words="La même question, sans regarder les périodes d’observation.",
            expression=near("ProcedureOccurrence", window(-90, 0), IgnoreObservationPeriod=True),
            expected="""
                subject_id
                1
                2
                3
                4
            """,
        ),
        Case(
            title="N’importe quand avant, dans l’observation",
            words="Sans borne dans le passé veut dire : depuis le début de la période d’observation.",
            expression=near("ProcedureOccurrence", window(None, 0)),
            expected="""
                subject_id
                2
                3
                4
            """,
        ),
        Case(
            title="N’importe quand avant, quelle que soit l’observation",
            words="Sans borne dans le passé et sans regarder l’observation : depuis toujours.",
            expression=near("ProcedureOccurrence", window(None, 0), IgnoreObservationPeriod=True),
            expected="""
                subject_id
                1
                2
                3
                4
            """,
        ),
        Case(
            title="Dans le même séjour",
            words=(
                "Un acte du même séjour, n’importe quand. Sans séjour des deux côtés, ce n’est pas le même "
                "(4)."
            ),
            expression=near("ProcedureOccurrence", UNBOUNDED, RestrictVisit=True),
            expected="""
                subject_id
                2
                5
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les fenêtres de temps",
    intro=(
        "Un critère corrélé cherche des faits autour de l’événement d’entrée. Une fenêtre se compte en jours "
        "depuis le début de cet événement, bornes comprises, et regarde le début des faits ; la seconde "
        "fenêtre regarde leur fin."
    ),
    scenes=(AROUND, LASTING, PLACES),
)
