"""How many correlated events there must be, and what is counted."""

from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, correlated, group, rule

EXACTLY, AT_MOST, AT_LEAST = 0, 1, 2


def counted(domain: str, kind: int, count: int, column: str | None = None, *, distinct: bool = False) -> Json:
    """Conditions with so many events of the domain, or so many distinct values of a column of these."""
    occurrence: Json = {"Type": kind, "Count": count, "IsDistinct": distinct or column is not None}
    if column:
        occurrence["CountColumn"] = column
    body = group(correlated({domain: {}}, Occurrence=occurrence))
    return cohort({"ConditionOccurrence": {}}, InclusionRules=[rule(body)])


def two_distinct(domain: str, column: str | None = None) -> Json:
    """Conditions with at least two distinct values of a column."""
    return counted(domain, AT_LEAST, 2, column, distinct=True)


NUMBERS = Scene(
    title="De zéro à trois mesures",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-06-15
        2         | 2020-06-15
        3         | 2020-06-15
        4         | 2020-06-15

        measurement
        person_id | measurement_date
        2         | 2020-03-01
        3         | 2020-03-01
        3         | 2020-04-01
        4         | 2020-03-01
        4         | 2020-04-01
        4         | 2020-05-01
        5         | 2020-05-01
    """,
    cases=(
        Case(
            title="Au moins deux",
            words="Au moins deux mesures.",
            expression=counted("Measurement", AT_LEAST, 2),
            expected="""
                subject_id
                3
                4
            """,
        ),
        Case(
            title="Au plus une",
            words="Au plus une mesure : aucune convient aussi. 5 n’a pas de pathologie, et n’entre jamais.",
            expression=counted("Measurement", AT_MOST, 1),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Exactement une",
            words="Une mesure, ni plus ni moins.",
            expression=counted("Measurement", EXACTLY, 1),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Aucune",
            words="Exactement zéro mesure.",
            expression=counted("Measurement", EXACTLY, 0),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Au plus zéro",
            words="Au plus zéro mesure : c’est n’en avoir aucune.",
            expression=counted("Measurement", AT_MOST, 0),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Au moins zéro",
            words="Au moins zéro mesure : toute pathologie convient, avec ou sans mesure.",
            expression=counted("Measurement", AT_LEAST, 0),
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

MEASURES = Scene(
    title="Deux mesures qui ne diffèrent que par une colonne",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-06-15
        2         | 2020-06-15
        3         | 2020-06-15
        4         | 2020-06-15
        5         | 2020-06-15
        6         | 2020-06-15
        7         | 2020-06-15
        8         | 2020-06-15
        9         | 2020-06-15

        measurement
        person_id | measurement_date | measurement_concept_id | measurement_source_concept_id | value_as_number | unit_concept_id | range_low | range_high | visit_occurrence_id
        1         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        1         | 2020-03-02       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        2         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        2         | 2020-03-01       | 702                    | 711                           | 5               | 721             | 4         | 6          | 51
        3         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        3         | 2020-03-01       | 701                    | 712                           | 5               | 721             | 4         | 6          | 51
        4         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        4         | 2020-03-01       | 701                    | 711                           | 5.5             | 721             | 4         | 6          | 51
        5         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        5         | 2020-03-01       | 701                    | 711                           | 5               | 722             | 4         | 6          | 51
        6         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        6         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4.5       | 6          | 51
        7         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        7         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6.5        | 51
        8         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        8         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 52
        9         | 2020-03-01       | 701                    | 711                           | 5               | 721             | 4         | 6          | 51
        9         | 2020-03-01       | 701                    | 711                           |                 | 721             | 4         | 6          | 51
    """,
    cases=(
        Case(
            title="Deux jours distincts",
            words="Des mesures d’au moins deux jours distincts (`START_DATE`).",
            expression=two_distinct("Measurement", "START_DATE"),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Un seul jour",
            words="Des mesures d’exactement un jour distinct.",
            expression=counted("Measurement", EXACTLY, 1, "START_DATE"),
            expected="""
                subject_id
                2
                3
                4
                5
                6
                7
                8
                9
            """,
        ),
        Case(
            title="Deux concepts distincts",
            words="Des mesures d’au moins deux concepts standards distincts (`DOMAIN_CONCEPT`).",
            expression=two_distinct("Measurement", "DOMAIN_CONCEPT"),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Deux « distincts », sans dire de quoi",
            words="Sans colonne, ce sont les concepts standards qui se comptent.",
            expression=two_distinct("Measurement"),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Deux concepts sources distincts",
            words="Des mesures d’au moins deux concepts sources distincts (`DOMAIN_SOURCE_CONCEPT`).",
            expression=two_distinct("Measurement", "DOMAIN_SOURCE_CONCEPT"),
            expected="""
                subject_id
                3
            """,
        ),
        Case(
            title="Deux valeurs distinctes",
            words=(
                "Des mesures d’au moins deux valeurs distinctes (`VALUE_AS_NUMBER`) ; une valeur absente "
                "n’en est pas une (9)."
            ),
            expression=two_distinct("Measurement", "VALUE_AS_NUMBER"),
            expected="""
                subject_id
                4
            """,
        ),
        Case(
            title="Deux unités distinctes",
            words="Des mesures d’au moins deux unités distinctes (`UNIT`).",
            expression=two_distinct("Measurement", "UNIT"),
            expected="""
                subject_id
                5
            """,
        ),
        Case(
            title="Deux bornes basses distinctes",
            words="Des mesures d’au moins deux bornes basses distinctes (`RANGE_LOW`).",
            expression=two_distinct("Measurement", "RANGE_LOW"),
            expected="""
                subject_id
                6
            """,
        ),
        Case(
            title="Deux bornes hautes distinctes",
            words="Des mesures d’au moins deux bornes hautes distinctes (`RANGE_HIGH`).",
            expression=two_distinct("Measurement", "RANGE_HIGH"),
            expected="""
                subject_id
                7
            """,
        ),
        Case(
            title="Deux séjours distincts",
            words="Des mesures d’au moins deux séjours distincts (`VISIT_ID`).",
            expression=two_distinct("Measurement", "VISIT_ID"),
            expected="""
                subject_id
                8
            """,
        ),
    ),
)

DRUGS = Scene(
    title="Deux expositions qui ne diffèrent que par une colonne",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-06-15
        2         | 2020-06-15
        3         | 2020-06-15
        4         | 2020-06-15
        5         | 2020-06-15

        drug_exposure
        person_id | drug_exposure_start_date | drug_exposure_end_date | days_supply | quantity | refills
        1         | 2020-03-01               | 2020-03-10             | 10          | 20       | 0
        1         | 2020-03-01               | 2020-03-10             | 30          | 20       | 0
        2         | 2020-03-01               | 2020-03-10             | 10          | 20       | 0
        2         | 2020-03-01               | 2020-03-10             | 10          | 60       | 0
        3         | 2020-03-01               | 2020-03-10             | 10          | 20       | 0
        3         | 2020-03-01               | 2020-03-10             | 10          | 20       | 2
        4         | 2020-03-01               | 2020-03-10             | 10          | 20       | 0
        4         | 2020-03-01               | 2020-03-15             | 10          | 20       | 0
        5         | 2020-03-01               | 2020-03-10             | 10          | 20       | 0
        5         | 2020-03-02               | 2020-03-11             | 10          | 20       | 0
    """,
    cases=(
        Case(
            title="Deux nombres de jours délivrés",
            words="Des expositions d’au moins deux nombres de jours délivrés (`DAYS_SUPPLY`).",
            expression=two_distinct("DrugExposure", "DAYS_SUPPLY"),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Deux quantités",
            words="Des expositions d’au moins deux quantités distinctes (`QUANTITY`).",
            expression=two_distinct("DrugExposure", "QUANTITY"),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Deux nombres de renouvellements",
            words="Des expositions d’au moins deux nombres de renouvellements (`REFILLS`).",
            expression=two_distinct("DrugExposure", "REFILLS"),
            expected="""
                subject_id
                3
            """,
        ),
        Case(
            title="Deux dates de fin",
            words="Des expositions d’au moins deux dates de fin (`END_DATE`).",
            expression=two_distinct("DrugExposure", "END_DATE"),
            expected="""
                subject_id
                4
                5
            """,
        ),
        Case(
            title="Deux durées",
            words=(
                "Des expositions d’au moins deux durées (`DURATION`) : celles de 5 durent toutes deux 9 "
                "jours."
            ),
            expression=two_distinct("DrugExposure", "DURATION"),
            expected="""
                subject_id
                4
            """,
        ),
    ),
)

ERAS = Scene(
    title="Deux ères, ou deux passages dans une unité",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-06-15
        2         | 2020-06-15
        3         | 2020-06-15

        drug_era
        person_id | drug_era_start_date | drug_era_end_date | drug_exposure_count | gap_days
        1         | 2020-02-01          | 2020-03-01        | 1                   | 0
        1         | 2020-04-01          | 2020-05-01        | 1                   | 5
        2         | 2020-02-01          | 2020-03-01        | 1                   | 0
        2         | 2020-04-01          | 2020-05-01        | 2                   | 0

        visit_detail
        person_id | visit_detail_start_date | visit_detail_end_date
        1         | 2020-06-15              | 2020-06-16
        3         | 2020-06-15              | 2020-06-16
        3         | 2020-06-15              | 2020-06-16
    """,
    cases=(
        Case(
            title="Deux nombres de jours d’interruption",
            words="Des ères d’au moins deux nombres de jours d’interruption (`GAP_DAYS`).",
            expression=two_distinct("DrugEra", "GAP_DAYS"),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Deux nombres d’expositions",
            words="Des ères d’au moins deux nombres d’expositions (`ERA_OCCURRENCES`).",
            expression=two_distinct("DrugEra", "ERA_OCCURRENCES"),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Deux passages dans une unité",
            words="Au moins deux détails de séjour distincts (`VISIT_DETAIL_ID`), fussent-ils du même jour.",
            expression=two_distinct("VisitDetail", "VISIT_DETAIL_ID"),
            expected="""
                subject_id
                3
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Combien de faits",
    intro=(
        "Un critère corrélé compte les faits de sa fenêtre : au moins, au plus, exactement. « Distinct » "
        "compte les valeurs différentes d’une colonne, au lieu des faits."
    ),
    scenes=(NUMBERS, MEASURES, DRUGS, ERAS),
)
