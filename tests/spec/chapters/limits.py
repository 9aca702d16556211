"""Which of a person's events are kept."""

from tests.spec.build import UNTIL_END, value
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import cohort, concept_set

CONDITION = {"ConditionOccurrence": {}}

SEVERAL = Scene(
    title="Une personne qui a trois événements",
    tables="""
        condition_occurrence
        person_id | condition_start_date
        1         | 2020-02-01
        1         | 2020-04-01
        1         | 2020-03-01
        2         | 2020-05-01
    """,
    cases=(
        Case(
            title="Le premier événement d’entrée",
            words="Chaque personne entre par son premier événement.",
            expression=cohort(CONDITION, limit="First"),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-02-01
                2          | 2020-05-01
            """,
        ),
        Case(
            title="Le dernier événement d’entrée",
            words="Chaque personne entre par son dernier événement.",
            expression=cohort(CONDITION, limit="Last"),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-04-01
                2          | 2020-05-01
            """,
        ),
        Case(
            title="Tous les événements d’entrée",
            words="Chaque événement ouvre une entrée : une personne peut en avoir plusieurs.",
            expression=cohort(CONDITION),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-02-01
                1          | 2020-03-01
                1          | 2020-04-01
                2          | 2020-05-01
            """,
        ),
        Case(
            title="Le premier événement de la cohorte",
            words=(
                "Tous les événements sont des entrées possibles ; la cohorte garde le premier de chaque "
                "personne."
            ),
            expression=cohort(CONDITION, ExpressionLimit={"Type": "First"}),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-02-01
                2          | 2020-05-01
            """,
        ),
        Case(
            title="Le dernier événement de la cohorte",
            words=(
                "Tous les événements sont des entrées possibles ; la cohorte garde le dernier de chaque "
                "personne."
            ),
            expression=cohort(CONDITION, ExpressionLimit={"Type": "Last"}),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-04-01
                2          | 2020-05-01
            """,
        ),
    ),
)

FIRST = Scene(
    title="Le premier fait, et le premier fait qui convient",
    tables="""
        measurement
        person_id | measurement_concept_id | measurement_date | value_as_number
        1         | 301                    | 2020-03-01       | 8
        1         | 301                    | 2020-02-01       | 5
        2         | 302                    | 2020-02-01       | 9
        2         | 301                    | 2020-03-01       | 8
        3         | 301                    | 2020-02-01       | 8
        3         | 301                    | 2020-03-01       | 5
    """,
    cases=(
        Case(
            title="Un premier fait qui doit convenir",
            words=(
                "La première mesure 301 de la personne, si sa valeur dépasse 7. « Premier » choisit d’abord, "
                "parmi les mesures de la liste ; la valeur se regarde ensuite : 1 n’entre pas."
            ),
            expression=cohort(
                {"Measurement": {"CodesetId": 0, "First": True, "ValueAsNumber": value("gt", 7)}},
                ConceptSets=[concept_set(0, 301)],
            ),
            expected="""
                subject_id | cohort_start_date
                2          | 2020-03-01
                3          | 2020-02-01
            """,
        ),
        Case(
            title="Le premier fait qui convient",
            words="La première des mesures 301 dont la valeur dépasse 7 : la limite choisit en dernier.",
            expression=cohort(
                {"Measurement": {"CodesetId": 0, "ValueAsNumber": value("gt", 7)}},
                limit="First",
                ConceptSets=[concept_set(0, 301)],
            ),
            expected="""
                subject_id | cohort_start_date
                1          | 2020-03-01
                2          | 2020-03-01
                3          | 2020-02-01
            """,
        ),
    ),
)

TIES = Scene(
    title="Deux faits du même jour",
    tables="""
        condition_occurrence
        condition_occurrence_id | person_id | condition_start_date | condition_end_date
        12                      | 1         | 2020-03-01           | 2020-03-05
        11                      | 1         | 2020-03-01           | 2020-03-09
        21                      | 2         | 2020-03-01           | 2020-03-05

        drug_exposure
        drug_exposure_id | person_id | drug_exposure_start_date | drug_exposure_end_date
        11               | 1         | 2020-03-01               | 2020-03-20
        20               | 2         | 2020-03-01               | 2020-03-20
    """,
    cases=(
        Case(
            title="Le plus petit identifiant du jour est le premier",
            words=(
                "De deux faits du même jour, la limite « premier » garde celui dont l’identifiant OMOP est "
                "le plus petit."
            ),
            expression=cohort(CONDITION, limit="First", EndStrategy=UNTIL_END),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-09
                2          | 2020-03-01        | 2020-03-05
            """,
        ),
        Case(
            title="Il est aussi le dernier",
            words=(
                "La limite « dernier » ne retourne que les dates : le même jour, elle garde aussi le plus "
                "petit."
            ),
            expression=cohort(CONDITION, limit="Last", EndStrategy=UNTIL_END),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-09
                2          | 2020-03-01        | 2020-03-05
            """,
        ),
        Case(
            title="À identifiants égaux, l’ordre des critères",
            words=(
                "Pathologies, puis médicaments. 1 a le même identifiant dans les deux tables : le premier "
                "critère l’emporte. 2 a un identifiant plus petit parmi les médicaments : lui l’emporte."
            ),
            expression=cohort(CONDITION, {"DrugExposure": {}}, limit="First", EndStrategy=UNTIL_END),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-09
                2          | 2020-03-01        | 2020-03-20
            """,
        ),
        Case(
            title="La limite de la cohorte, le même jour",
            words=(
                "La même règle vaut pour la limite de la cohorte, quand tous les événements sont des entrées "
                "possibles."
            ),
            expression=cohort(
                CONDITION,
                {"DrugExposure": {}},
                ExpressionLimit={"Type": "First"},
                EndStrategy=UNTIL_END,
            ),
            expected="""
                subject_id | cohort_start_date | cohort_end_date
                1          | 2020-03-01        | 2020-03-09
                2          | 2020-03-01        | 2020-03-20
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Premier, dernier, tous",
    intro=(
        "Une limite dit lesquels des événements d’une personne comptent. L’attribut « premier » d’un critère "
        "est autre chose : il agit avant que dates et valeurs soient regardées."
    ),
    scenes=(SEVERAL, FIRST, TIES),
)
