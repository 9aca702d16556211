"""Attributes that are numbers, dates or texts, with every operator."""

from tests.spec.build import UNTIL_END, text, value
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort


def measured(comparison: Json) -> Json:
    """Measurements whose value compares so."""
    return cohort({"Measurement": {"ValueAsNumber": comparison}})


def started(comparison: Json) -> Json:
    """Drugs whose start compares so."""
    return cohort({"DrugExposure": {"OccurrenceStartDate": comparison}})


def stopped(comparison: Json) -> Json:
    """Drugs whose stop reason compares so."""
    return cohort({"DrugExposure": {"StopReason": comparison}})


NUMBERS = Scene(
    title="Des nombres",
    tables="""
        measurement
        person_id | measurement_date | value_as_number
        1         | 2020-03-01       | 5
        2         | 2020-03-01       | 6.5
        3         | 2020-03-01       | 8
        4         | 2020-03-01       |
    """,
    cases=(
        Case(
            title="Plus petit que",
            words=(
                "La valeur est inférieure à 6,5. Une valeur absente ne satisfait aucune comparaison, ici ni "
                "plus bas."
            ),
            expression=measured(value("lt", 6.5)),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Au plus",
            words="La valeur est d’au plus 6,5.",
            expression=measured(value("lte", 6.5)),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Égal",
            words="La valeur est 6,5.",
            expression=measured(value("eq", 6.5)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Différent",
            words="La valeur est connue et n’est pas 6,5.",
            expression=measured(value("!eq", 6.5)),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Plus grand que",
            words="La valeur est supérieure à 6,5.",
            expression=measured(value("gt", 6.5)),
            expected="""
                subject_id
                3
            """,
        ),
        Case(
            title="Au moins",
            words="La valeur est d’au moins 6,5.",
            expression=measured(value("gte", 6.5)),
            expected="""
                subject_id
                2
                3
            """,
        ),
        Case(
            title="Entre deux bornes",
            words="La valeur va de 5 à 6,5, bornes comprises.",
            expression=measured(value("bt", 5, 6.5)),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Hors de deux bornes",
            words="La valeur est connue, et hors de l’intervalle de 5 à 6,5.",
            expression=measured(value("!bt", 5, 6.5)),
            expected="""
                subject_id
                3
            """,
        ),
    ),
)

DATES = Scene(
    title="Des dates",
    tables="""
        drug_exposure
        person_id | drug_exposure_start_date | drug_exposure_end_date
        1         | 2020-03-01               | 2020-04-30
        2         | 2020-03-15               | 2020-03-20
        3         | 2020-03-31               |
    """,
    cases=(
        Case(
            title="Avant une date",
            words="L’exposition commence avant le 15 mars.",
            expression=started(value("lt", "2020-03-15")),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Jusqu’à une date",
            words="L’exposition commence le 15 mars au plus tard.",
            expression=started(value("lte", "2020-03-15")),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Un jour donné",
            words="L’exposition commence le 15 mars.",
            expression=started(value("eq", "2020-03-15")),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Un autre jour",
            words="L’exposition ne commence pas le 15 mars.",
            expression=started(value("!eq", "2020-03-15")),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Après une date",
            words="L’exposition commence après le 15 mars.",
            expression=started(value("gt", "2020-03-15")),
            expected="""
                subject_id
                3
            """,
        ),
        Case(
            title="À partir d’une date",
            words="L’exposition commence le 15 mars au plus tôt.",
            expression=started(value("gte", "2020-03-15")),
            expected="""
                subject_id
                2
                3
            """,
        ),
        Case(
            title="Entre deux dates",
            words="L’exposition commence du 15 au 31 mars, bornes comprises.",
            expression=started(value("bt", "2020-03-15", "2020-03-31")),
            expected="""
                subject_id
                2
                3
            """,
        ),
        Case(
            title="Hors de deux dates",
            words="L’exposition ne commence pas entre le 15 et le 31 mars.",
            expression=started(value("!bt", "2020-03-15", "2020-03-31")),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="La date de fin d’une exposition",
            words=(
                "L’exposition finit en avril. La fin absente de 3 est le lendemain de son début, le 1er "
                "avril. La référence compare ici le début, par erreur."
            ),
            expression=cohort(
                {"DrugExposure": {"OccurrenceEndDate": value("bt", "2020-04-01", "2020-04-30")}},
                EndStrategy=UNTIL_END,
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-04-30
                3          | 2020-03-31        | 2020-04-01
            """,
        ),
    ),
)

TEXTS = Scene(
    title="Des textes",
    tables="""
        drug_exposure
        person_id | drug_exposure_start_date | stop_reason
        1         | 2020-03-01               | toxicité
        2         | 2020-03-01               | toxicité rénale
        3         | 2020-03-01               | arrêt pour toxicité
        4         | 2020-03-01               | progression
        5         | 2020-03-01               |
        6         | 2020-03-01               | Toxicité
    """,
    cases=(
        Case(
            title="Le même texte",
            words=(
                "Le motif d’arrêt est « toxicité », majuscules et minuscules distinguées. Un texte absent ne "
                "satisfait aucune comparaison, ici ni plus bas."
            ),
            expression=stopped(text("eq", "toxicité")),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Un autre texte",
            words="Le motif d’arrêt est connu et n’est pas « toxicité ».",
            expression=stopped(text("!eq", "toxicité")),
            expected="""
                subject_id
                2
                3
                4
                6
            """,
        ),
        Case(
            title="Un texte qui commence par",
            words="Le motif d’arrêt commence par « toxicité ».",
            expression=stopped(text("startsWith", "toxicité")),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Un texte qui ne commence pas par",
            words="Le motif d’arrêt est connu et ne commence pas par « toxicité ».",
            expression=stopped(text("!startsWith", "toxicité")),
            expected="""
                subject_id
                3
                4
                6
            """,
        ),
        Case(
            title="Un texte qui finit par",
            words="Le motif d’arrêt finit par « toxicité ».",
            expression=stopped(text("endsWith", "toxicité")),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Un texte qui ne finit pas par",
            words="Le motif d’arrêt est connu et ne finit pas par « toxicité ».",
            expression=stopped(text("!endsWith", "toxicité")),
            expected="""
                subject_id
                2
                4
                6
            """,
        ),
        Case(
            title="Un texte qui contient",
            words="Le motif d’arrêt contient « toxicité ».",
            expression=stopped(text("contains", "toxicité")),
            expected="""
                subject_id
                1
                2
                3
            """,
        ),
        Case(
            title="Un texte qui ne contient pas",
            words="Le motif d’arrêt est connu et ne contient pas « toxicité ».",
            expression=stopped(text("!contains", "toxicité")),
            expected="""
                subject_id
                4
                6
            """,
        ),
        Case(
            title="Les jokers % et _",
            words=(
                "Le motif d’arrêt est « _oxicité% » : `_` vaut une lettre quelconque et `%` une suite "
                "quelconque, comme dans la référence."
            ),
            expression=stopped(text("eq", "_oxicité%")),
            expected="""
                subject_id
                1
                2
                6
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Nombres, dates et textes",
    intro=(
        "Un attribut compare une colonne du fait avec ce que l’auteur écrit ; tous les attributs valent "
        "ensemble."
    ),
    scenes=(NUMBERS, DATES, TEXTS),
)
