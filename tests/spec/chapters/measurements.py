"""Values of measurements and observations: ranges, ratios, units, answers."""

from tests.spec.build import concept, in_set, text, value
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, concept_set


def measured(*sets: Json, **attributes: object) -> Json:
    """Measurements with these attributes."""
    return cohort({"Measurement": attributes}, ConceptSets=list(sets))


RANGES = Scene(
    title="Une valeur et ses bornes normales",
    tables="""
        measurement
        person_id | measurement_date | value_as_number | range_low | range_high | value_as_concept_id | remarque
        1         | 2020-03-01       | 5               | 4         | 6          |                     | normale
        2         | 2020-03-01       | 3.9             | 4         | 6          |                     | basse
        3         | 2020-03-01       | 12              | 4         | 6          |                     | haute
        4         | 2020-03-01       | 0               | 0         | 0          |                     | bornes nulles
        5         | 2020-03-01       |                 |           |            | 4155142             | dite anormalement haute
        6         | 2020-03-01       | 9               |           |            |                     | sans bornes
        7         | 2020-03-01       |                 |           |            | 4155143             | dite anormalement basse
    """,
    cases=(
        Case(
            title="La borne basse",
            words="La borne basse est 4.",
            expression=measured(RangeLow=value("eq", 4)),
            expected="""
                subject_id
                1
                2
                3
            """,
        ),
        Case(
            title="La borne haute",
            words="La borne haute est inférieure à 6.",
            expression=measured(RangeHigh=value("lt", 6)),
            expected="""
                subject_id
                4
            """,
        ),
        Case(
            title="Le rapport à la borne basse",
            words=(
                "La valeur divisée par la borne basse est inférieure à 1. Une borne nulle ou absente n’a pas "
                "de rapport."
            ),
            expression=measured(RangeLowRatio=value("lt", 1)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Le rapport à la borne haute",
            words="La valeur est d’au moins deux fois la borne haute.",
            expression=measured(RangeHighRatio=value("gte", 2)),
            expected="""
                subject_id
                3
            """,
        ),
        Case(
            title="Une valeur anormale",
            words=(
                "La valeur est sous la borne basse, au-dessus de la borne haute, ou dite anormale par le "
                "concept 4155142 ou 4155143. La référence ne sait pas répondre."
            ),
            expression=measured(Abnormal=True),
            expected="""
                subject_id
                2
                3
                5
                7
            """,
        ),
        Case(
            title="Une réponse qui est un concept",
            words="Le résultat est le concept 4155142.",
            expression=measured(ValueAsConcept=[concept(4155142)]),
            expected="""
                subject_id
                5
            """,
        ),
    ),
)

UNITS = Scene(
    title="L’unité, l’opérateur et le type",
    tables="""
        measurement
        person_id | measurement_date | value_as_number | unit_concept_id | operator_concept_id | measurement_type_concept_id
        1         | 2020-03-01       | 7               | 501             | 511                 | 521
        2         | 2020-03-01       | 7               | 502             | 512                 | 522
        3         | 2020-03-01       | 7               |                 |                     | 523
    """,
    cases=(
        Case(
            title="Une valeur dans une unité",
            words="La valeur dépasse 6, en unité 501 : la valeur n’est pas convertie.",
            expression=measured(ValueAsNumber=value("gt", 6), Unit=[concept(501)]),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Hors d’une liste d’unités",
            words="L’unité est connue et n’est pas 501.",
            expression=measured(concept_set(0, 501), UnitCS=in_set(0, exclude=True)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="L’opérateur d’un résultat",
            words="Le résultat est donné avec l’opérateur 512.",
            expression=measured(Operator=[concept(512)]),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Le type d’un enregistrement, exclu",
            words="Le type de l’enregistrement n’est pas 522.",
            expression=measured(MeasurementType=[concept(522)], MeasurementTypeExclude=True),
            expected="""
                subject_id
                1
                3
            """,
        ),
    ),
)

ANSWERS = Scene(
    title="Des observations et des prélèvements",
    tables="""
        observation
        person_id | observation_date | value_as_string | value_as_number | qualifier_concept_id
        1         | 2020-03-01       | fumeur          | 20              | 531
        2         | 2020-03-01       | non-fumeur      | 0               | 532

        specimen
        person_id | specimen_date | anatomic_site_concept_id | quantity
        1         | 2020-03-01    | 541                      | 2
        2         | 2020-03-01    | 542                      | 5
    """,
    cases=(
        Case(
            title="Une réponse qui est un texte",
            words="La réponse est « fumeur ».",
            expression=cohort({"Observation": {"ValueAsString": text("eq", "fumeur")}}),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Le qualificatif d’une observation",
            words="Le qualificatif est 532, et la valeur 0 : zéro est une valeur.",
            expression=cohort(
                {"Observation": {"Qualifier": [concept(532)], "ValueAsNumber": value("eq", 0)}}
            ),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Le siège et la quantité d’un prélèvement",
            words="Un prélèvement au siège 541 ou 542, d’au moins 3.",
            expression=cohort(
                {"Specimen": {"AnatomicSite": [concept(541), concept(542)], "Quantity": value("gte", 3)}}
            ),
            expected="""
                subject_id
                2
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les valeurs mesurées",
    intro="Une mesure a une valeur, une unité et des bornes normales ; une observation a une réponse.",
    scenes=(RANGES, UNITS, ANSWERS),
)
