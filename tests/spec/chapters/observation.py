"""Who is under observation, and how long before and after the event."""

from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort


def watched(prior: int, post: int, *, limit: str = "All") -> Json:
    """Conditions with so many days of observation before and after."""
    primary = {
        "CriteriaList": [{"ConditionOccurrence": {}}],
        "ObservationWindow": {"PriorDays": prior, "PostDays": post},
        "PrimaryCriteriaLimit": {"Type": limit},
    }
    return cohort(PrimaryCriteria=primary)


COUNTED = Scene(
    title="Qui est observé ce jour-là",
    tables="""
        observation_period
        person_id | observation_period_start_date | observation_period_end_date
        1         | 2020-01-01                    | 2020-06-30
        2         | 2020-01-01                    | 2020-06-30
        3         | 2020-01-01                    | 2020-06-30
        4         | 2020-01-01                    | 2020-06-30
        6         | 2020-01-01                    | 2020-03-31
        6         | 2020-05-01                    | 2020-12-31

        condition_occurrence
        person_id | condition_start_date | remarque
        1         | 2020-01-01           | le premier jour d’observation
        2         | 2020-06-30           | le dernier jour d’observation
        3         | 2019-12-31           | la veille de l’observation
        4         | 2020-07-01           | le lendemain de l’observation
        5         | 2020-03-01           | personne sans période d’observation
        6         | 2020-04-15           | entre deux périodes
        6         | 2020-05-15           | dans la seconde période
    """,
    cases=(
        Case(
            title="Hors de l’observation, rien ne compte",
            words=(
                "L’événement d’entrée doit se trouver dans une période d’observation de la personne, bornes "
                "comprises. Une personne sans période n’entre jamais."
            ),
            expression=watched(0, 0),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-01-01
                2          | 2020-06-30
                6          | 2020-05-15
            """,
        ),
        Case(
            title="Le premier fait peut être hors de l’observation",
            words=(
                "L’attribut « premier » choisit le premier fait de la personne avant tout le reste : celui "
                "de 6 est hors de l’observation, elle n’entre pas."
            ),
            expression=cohort({"ConditionOccurrence": {"First": True}}),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-01-01
                2          | 2020-06-30
            """,
        ),
    ),
)

REQUIRED = Scene(
    title="Un mois d’observation avant ou après",
    tables="""
        observation_period
        person_id | observation_period_start_date | observation_period_end_date
        1         | 2020-01-01                    | 2020-12-31
        2         | 2020-01-01                    | 2020-12-31
        3         | 2020-01-01                    | 2020-12-31
        4         | 2020-01-01                    | 2020-12-31
        5         | 2019-01-01                    | 2019-12-31
        5         | 2020-01-01                    | 2020-12-31

        condition_occurrence
        person_id | condition_start_date | remarque
        1         | 2020-01-31           | 30 jours après le début
        2         | 2020-01-30           | 29 jours après le début
        3         | 2020-12-01           | 30 jours avant la fin
        4         | 2020-12-02           | 29 jours avant la fin
        5         | 2020-01-10           | 9 jours après le début de la seconde période
        5         | 2020-02-20           | 50 jours après le début de la seconde période
    """,
    cases=(
        Case(
            title="Observés avant",
            words=(
                "Au moins 30 jours d’observation avant l’entrée, dans la même période : deux périodes qui se "
                "suivent ne s’ajoutent pas (5)."
            ),
            expression=watched(30, 0),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-01-31
                3          | 2020-12-01
                4          | 2020-12-02
                5          | 2020-02-20
            """,
        ),
        Case(
            title="Observés après",
            words="Au moins 30 jours d’observation après l’entrée.",
            expression=watched(0, 30),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-01-31
                2          | 2020-01-30
                3          | 2020-12-01
                5          | 2020-01-10
                5          | 2020-02-20
            """,
        ),
        Case(
            title="Observés avant et après",
            words="Au moins 30 jours d’observation avant l’entrée et 30 jours après.",
            expression=watched(30, 30),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-01-31
                3          | 2020-12-01
                5          | 2020-02-20
            """,
        ),
        Case(
            title="Le premier des événements assez observés",
            words="La limite « premier » choisit parmi les événements qui ont l’observation demandée.",
            expression=watched(30, 0, limit="First"),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-01-31
                3          | 2020-12-01
                4          | 2020-12-02
                5          | 2020-02-20
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="L’observation",
    intro=(
        "Une période d’observation (*observation_period*) dit quand l’entrepôt voit la personne. Ce qui "
        "arrive en dehors ne prouve rien, et ne compte pas."
    ),
    scenes=(COUNTED, REQUIRED),
)
