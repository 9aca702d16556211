"""The age and gender of the person, where and by whom the care was given, how long it took."""

from tests.spec.build import concept, in_set, value
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort, concept_set


def condition(*sets: Json, **attributes: object) -> Json:
    """Conditions with these attributes."""
    return cohort({"ConditionOccurrence": attributes}, ConceptSets=list(sets))


PERSONS = Scene(
    title="L’âge et le genre",
    tables="""
        person
        person_id | year_of_birth | month_of_birth | gender_concept_id
        1         | 1950          | 6              | 8507
        2         | 2002          | 12             | 8532
        3         | 2003          | 1              | 8532
        4         | 2010          | 1              | 8507

        condition_occurrence
        person_id | condition_start_date
        1         | 2020-03-01
        2         | 2020-03-01
        3         | 2020-03-01
        4         | 2020-03-01

        condition_era
        person_id | condition_era_start_date | condition_era_end_date
        1         | 2020-11-01               | 2021-02-01
        2         | 2020-11-01               | 2021-02-01
        3         | 2020-11-01               | 2021-02-01
        4         | 2020-11-01               | 2021-02-01

        visit_detail
        person_id | visit_detail_start_date | visit_detail_end_date
        2         | 2020-12-30              | 2021-01-02
        3         | 2020-12-30              | 2021-01-02
        4         | 2020-12-30              | 2021-01-02
    """,
    cases=(
        Case(
            title="L’âge",
            words=(
                "Au moins 18 ans le jour du fait. L’âge est l’année du fait moins l’année de naissance : le "
                "mois n’est pas regardé, 2 a 18 ans dès janvier."
            ),
            expression=condition(Age=value("gte", 18)),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="Le genre",
            words="Le genre est 8532.",
            expression=condition(Gender=[concept(8532)]),
            expected="""
                subject_id
                2
                3
            """,
        ),
        Case(
            title="Le genre par une liste de concepts",
            words="Le genre n’est pas dans la liste de concepts qui contient 8532.",
            expression=condition(concept_set(0, 8532), GenderCS=in_set(0, exclude=True)),
            expected="""
                subject_id
                1
                4
            """,
        ),
        Case(
            title="Plusieurs attributs",
            words="Au moins 18 ans, et de genre 8532 : tous les attributs d’un critère sont demandés.",
            expression=condition(Age=value("gte", 18), Gender=[concept(8532)]),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="L’âge au début d’une ère",
            words="Au moins 18 ans au début de l’ère, en 2020.",
            expression=cohort({"ConditionEra": {"AgeAtStart": value("gte", 18)}}),
            expected="""
                subject_id
                1
                2
            """,
        ),
        Case(
            title="L’âge à la fin d’une ère",
            words="Au moins 18 ans à la fin de l’ère, en 2021.",
            expression=cohort({"ConditionEra": {"AgeAtEnd": value("gte", 18)}}),
            expected="""
                subject_id
                1
                2
                3
            """,
        ),
        Case(
            title="L’âge dans un détail de séjour",
            words=(
                "Exactement 18 ans : pour ce domaine, et lui seul, l’âge est celui de la fin, comme dans la "
                "référence."
            ),
            expression=cohort({"VisitDetail": {"Age": value("eq", 18)}}),
            expected="""
                subject_id
                3
            """,
        ),
    ),
)

CARE = Scene(
    title="Le séjour, le praticien et le lieu",
    tables="""
        visit_occurrence
        visit_occurrence_id | person_id | visit_concept_id | visit_start_date | visit_end_date | care_site_id
        11                  | 1         | 9201             | 2020-03-01       | 2020-03-05     | 71
        12                  | 2         | 9202             | 2020-03-01       | 2020-03-01     | 72
        13                  | 3         | 9201             | 2020-03-01       | 2020-03-02     |
        14                  | 4         | 9203             | 2020-03-01       | 2020-03-02     | 73

        visit_detail
        person_id | visit_detail_start_date | visit_detail_end_date | care_site_id
        1         | 2020-03-02              | 2020-03-04            | 72
        2         | 2020-03-01              | 2020-03-01            | 71

        condition_occurrence
        person_id | condition_start_date | visit_occurrence_id | provider_id | remarque
        1         | 2020-03-01           | 11                  | 81          | hospitalisation, cardiologie
        2         | 2020-03-01           | 12                  | 82          | consultation, médecine générale
        3         | 2020-03-01           | 13                  |             | hospitalisation, praticien absent
        4         | 2020-03-01           | 11                  | 83          | séjour d’une autre personne, spécialité absente

        provider
        provider_id | specialty_concept_id
        81          | 451
        82          | 452
        83          |

        care_site
        care_site_id | place_of_service_concept_id
        71           | 461
        72           | 462
        73           |
    """,
    cases=(
        Case(
            title="Le type du séjour",
            words=(
                "Une pathologie d’un séjour de concept 9201. Le séjour doit être celui de la personne : 4 "
                "renvoie à celui de 1."
            ),
            expression=condition(VisitType=[concept(9201)]),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Le type du séjour par une liste de concepts",
            words="Une pathologie d’un séjour hors de la liste de concepts qui contient 9202.",
            expression=condition(concept_set(0, 9202), VisitTypeCS=in_set(0, exclude=True)),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Le type du séjour inconnu",
            words=(
                "Le type du séjour est inconnu : 4 n’a pas de séjour à elle dont le type puisse l’être, et "
                "n’est pas retenue, comme dans la référence."
            ),
            expression=condition(VisitTypeCS=in_set(None, exclude=True)),
            expected="""
                subject_id
            """,
        ),
        Case(
            title="La spécialité du praticien",
            words="La spécialité du praticien est 451.",
            expression=condition(ProviderSpecialty=[concept(451)]),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="La spécialité hors d’une liste de concepts",
            words="La spécialité est connue et n’est pas 451.",
            expression=condition(concept_set(0, 451), ProviderSpecialtyCS=in_set(0, exclude=True)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="La spécialité inconnue",
            words="La spécialité est inconnue, que le praticien le soit (3) ou non (4).",
            expression=condition(ProviderSpecialtyCS=in_set(None, exclude=True)),
            expected="""
                subject_id
                3
                4
            """,
        ),
        Case(
            title="Le lieu de soins",
            words="Un séjour dans un lieu de type 461.",
            expression=cohort({"VisitOccurrence": {"PlaceOfService": [concept(461)]}}),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Le lieu de soins hors d’une liste de concepts",
            words="Un séjour dans un lieu connu, d’un type hors de la liste de concepts qui contient 461.",
            expression=cohort(
                {"VisitOccurrence": {"PlaceOfServiceCS": in_set(0, exclude=True)}},
                ConceptSets=[concept_set(0, 461)],
            ),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Le lieu de soins de type inconnu",
            words=(
                "Le lieu est connu et son type ne l’est pas (4) ; un séjour sans lieu (3) n’est pas retenu, "
                "comme dans la référence."
            ),
            expression=cohort({"VisitOccurrence": {"PlaceOfServiceCS": in_set(None, exclude=True)}}),
            expected="""
                subject_id
                4
            """,
        ),
        Case(
            title="Le lieu d’un passage dans une unité",
            words="Un détail de séjour dans un lieu de type 461 : c’est le sien, non celui du séjour.",
            expression=cohort(
                {"VisitDetail": {"PlaceOfServiceCS": in_set(0)}}, ConceptSets=[concept_set(0, 461)]
            ),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="La durée d’un séjour",
            words="Au moins 4 jours entre l’entrée et la sortie.",
            expression=cohort({"VisitOccurrence": {"VisitLength": value("gte", 4)}}),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

ERAS = Scene(
    title="Les ères de médicament",
    tables="""
        drug_era
        person_id | drug_era_start_date | drug_era_end_date | drug_exposure_count | gap_days
        1         | 2020-01-10          | 2020-03-10        | 3                   | 0
        2         | 2020-01-10          | 2020-03-09        | 2                   | 45
    """,
    cases=(
        Case(
            title="La durée d’une ère",
            words="Au moins 60 jours entre le début et la fin de l’ère.",
            expression=cohort({"DrugEra": {"EraLength": value("gte", 60)}}),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="La fin d’une ère",
            words="L’ère finit avant le 10 mars.",
            expression=cohort({"DrugEra": {"EraEndDate": value("lt", "2020-03-10")}}),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Le nombre d’expositions d’une ère",
            words="Au moins 3 expositions dans l’ère.",
            expression=cohort({"DrugEra": {"OccurrenceCount": value("gte", 3)}}),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Les jours d’interruption d’une ère",
            words=(
                "Au moins 30 jours d’interruption. La référence compare ici avec les bornes de la durée, par "
                "erreur."
            ),
            expression=cohort({"DrugEra": {"GapDays": value("gte", 30)}}),
            expected="""
                subject_id
                2
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="La personne, le lieu et la durée",
    intro=(
        "Un critère peut regarder la personne, le séjour, le praticien et le lieu du fait, et sa durée en "
        "jours."
    ),
    scenes=(PERSONS, CARE, ERAS),
)
