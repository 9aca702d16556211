"""Conditions on the person of an event, and on the event's own dates."""

from tests.spec.build import concept, in_set, value
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, concept_set, group, rule


def among(*demographics: Json, kind: str = "ALL", sets: tuple[Json, ...] = ()) -> Json:
    """Conditions of persons who satisfy the demographic criteria."""
    body = group(kind=kind, DemographicCriteriaList=list(demographics))
    return cohort({"ConditionOccurrence": {}}, ConceptSets=list(sets), InclusionRules=[rule(body)])


PERSONS = Scene(
    title="Trois personnes",
    tables="""
        person
        person_id | year_of_birth | gender_concept_id | race_concept_id | ethnicity_concept_id
        1         | 1990          | 8532              | 901             | 911
        2         | 1990          | 8507              | 902             | 912
        3         | 2010          | 8532              | 901             | 912

        condition_occurrence
        person_id | condition_start_date | condition_end_date
        1         | 2020-06-15           | 2020-06-20
        2         | 2020-06-15           | 2020-07-10
        3         | 2020-09-01           |
    """,
    cases=(
        Case(
            title="L’âge à l’entrée",
            words="Au moins 18 ans le jour de l’événement d’entrée.",
            expression=among({"Age": value("gte", 18)}),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Le genre de la personne",
            words="De genre 8532.",
            expression=among({"Gender": [concept(8532)]}),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Le genre de la personne, par une liste de concepts",
            words="Le genre est dans la liste de concepts qui contient 8507.",
            expression=among({"GenderCS": in_set(0)}, sets=(concept_set(0, 8507),)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="La race",
            words="De race 901 : l’attribut a ce nom dans OMOP, et reste le plus souvent vide en France.",
            expression=among({"Race": [concept(901)]}),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="La race hors d’une liste de concepts",
            words=(
                "Hors de la liste de concepts qui contient 901. La référence compare ici le genre, par "
                "erreur."
            ),
            expression=among({"RaceCS": in_set(0, exclude=True)}, sets=(concept_set(0, 901),)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="L’ethnicité",
            words="D’ethnicité 911.",
            expression=among({"Ethnicity": [concept(911)]}),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="L’ethnicité par une liste de concepts",
            words=(
                "Dans la liste de concepts qui contient 912. La référence compare ici le genre, par erreur."
            ),
            expression=among({"EthnicityCS": in_set(0)}, sets=(concept_set(0, 912),)),
            expected="""
                subject_id
                2
                3
            """,
        ),
        Case(
            title="La date de l’événement d’entrée",
            words="L’événement d’entrée commence avant le 1er juillet.",
            expression=among({"OccurrenceStartDate": value("lt", "2020-07-01")}),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="La fin de l’événement d’entrée",
            words="L’événement d’entrée finit au plus tard le 30 juin.",
            expression=among({"OccurrenceEndDate": value("lte", "2020-06-30")}),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Deux conditions dans un critère",
            words="Au moins 18 ans et de genre 8532, dans le même critère démographique.",
            expression=among({"Age": value("gte", 18), "Gender": [concept(8532)]}),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Deux critères au choix",
            words=(
                "Moins de 18 ans, ou de genre 8507 : deux critères démographiques d’un groupe « l’un ou "
                "l’autre »."
            ),
            expression=among({"Age": value("lt", 18)}, {"Gender": [concept(8507)]}, kind="ANY"),
            expected="""
                subject_id
                2
                3
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les critères démographiques",
    intro="Un groupe peut aussi regarder la personne, et les dates de l’événement d’entrée lui-même.",
    scenes=(PERSONS,),
)
