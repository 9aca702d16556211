"""Which concepts count as the thing that the author named."""

from tests.spec.build import concept, concept_lines, member
from tests.spec.case import Case, Chapter, Scene
from tests.support.circe import Json, cohort


def diabetes(*lines: Json) -> Json:
    """Conditions of a concept set made of these lines."""
    return cohort({"ConditionOccurrence": {"CodesetId": 0}}, ConceptSets=[concept_lines(0, *lines)])


def by_source(*lines: Json) -> Json:
    """Conditions whose source concept is in a set made of these lines."""
    sources = {"ConditionOccurrence": {"ConditionSourceConcept": 0}}
    return cohort(sources, ConceptSets=[concept_lines(0, *lines)])


HIERARCHY = Scene(
    title="Une hiérarchie de diabètes",
    tables="""
        concept
        concept_id | concept_name                    | invalid_reason
        101        | Diabète                         |
        102        | Diabète de type 2               |
        103        | Diabète de type 2, néphropathie |
        104        | Diabète, ancien code            | D

        concept_ancestor
        ancestor_concept_id | descendant_concept_id
        101                 | 102
        101                 | 103
        101                 | 104
        102                 | 103

        condition_occurrence
        person_id | condition_concept_id | condition_start_date | remarque
        1         | 101                  | 2020-03-01           | diabète
        2         | 102                  | 2020-03-01           | type 2
        3         | 103                  | 2020-03-01           | type 2 avec néphropathie
        4         | 104                  | 2020-03-01           | concept invalide
        5         | 105                  | 2020-03-01           | concept absent du vocabulaire
    """,
    cases=(
        Case(
            title="Un concept seul",
            words=(
                "Le concept 102 est pris sans ses descendants : ni son ancêtre ni son descendant ne comptent."
            ),
            expression=diabetes(member(102)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Un concept et ses descendants",
            words=(
                "Le concept 101 avec ses descendants. Le descendant 104, devenu invalide, est laissé de côté."
            ),
            expression=diabetes(member(101, includeDescendants=True)),
            expected="""
                subject_id
                1
                2
                3
            """,
        ),
        Case(
            title="Un concept invalide que l’auteur nomme",
            words="Le concept 104 est invalide, mais il est nommé lui-même : il compte.",
            expression=diabetes(member(104)),
            expected="""
                subject_id
                4
            """,
        ),
        Case(
            title="Un concept inconnu du vocabulaire",
            words=(
                "Le concept 105 est nommé, mais la table concept ne le connaît pas : il ne trouve personne."
            ),
            expression=diabetes(member(102), member(105)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Sauf un concept",
            words="Tout ce qui descend de 101, sauf 102 lui-même ; son descendant 103 reste.",
            expression=diabetes(member(101, includeDescendants=True), member(102, isExcluded=True)),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Sauf un concept et ses descendants",
            words="Tout ce qui descend de 101, sauf 102 et ce qui en descend.",
            expression=diabetes(
                member(101, includeDescendants=True),
                member(102, isExcluded=True, includeDescendants=True),
            ),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="L’exclusion l’emporte, dans n’importe quel ordre",
            words="103 est exclu sur la première ligne et pris sur la seconde : il est exclu.",
            expression=diabetes(member(103, isExcluded=True), member(103), member(102)),
            expected="""
                subject_id
                2
            """,
        ),
        Case(
            title="Une liste vide",
            words="Une liste sans concept ne trouve personne : elle ne veut pas dire « n’importe lequel ».",
            expression=diabetes(),
            expected="""
                subject_id
            """,
        ),
    ),
)

MAPPED = Scene(
    title="Des codes sources reliés aux concepts standards",
    tables="""
        concept
        concept_id | concept_name        | invalid_reason
        111        | Hypertension        |
        112        | Hypertension rénale |
        121        | CIM-10 I10          |
        122        | CIM-10 I15.1        |
        123        | CIM-10, lien retiré |
        124        | CIM-10, autre lien  |

        concept_ancestor
        ancestor_concept_id | descendant_concept_id
        111                 | 112

        concept_relationship
        concept_id_1 | concept_id_2 | relationship_id | invalid_reason
        121          | 111          | Maps to         |
        122          | 112          | Maps to         |
        123          | 111          | Maps to         | D
        124          | 111          | Is a            |

        condition_occurrence
        person_id | condition_concept_id | condition_source_concept_id | condition_start_date
        1         | 0                    | 121                         | 2020-03-01
        2         | 0                    | 122                         | 2020-03-01
        3         | 0                    | 123                         | 2020-03-01
        4         | 0                    | 124                         | 2020-03-01
        5         | 0                    | 111                         | 2020-03-01
    """,
    cases=(
        Case(
            title="Un concept et les codes qui s’y rattachent",
            words=(
                "Les codes sources que le lien « Maps to » mène au concept 111 comptent avec lui ; un lien "
                "retiré, ou d’une autre nature, ne compte pas."
            ),
            expression=by_source(member(111, includeMapped=True)),
            expected="""
                subject_id
                1
                5
            """,
        ),
        Case(
            title="Les codes qui se rattachent aux descendants",
            words="Le concept 111, ses descendants, et les codes sources de tous.",
            expression=by_source(member(111, includeMapped=True, includeDescendants=True)),
            expected="""
                subject_id
                1
                2
                5
            """,
        ),
        Case(
            title="Sauf un concept et les codes qui s’y rattachent",
            words="La même liste, sans le concept 112 ni les codes sources qui y mènent.",
            expression=by_source(
                member(111, includeMapped=True, includeDescendants=True),
                member(112, includeMapped=True, isExcluded=True),
            ),
            expected="""
                subject_id
                1
                5
            """,
        ),
    ),
)

LARGE_IDS = Scene(
    title="De très grands identifiants, ou négatifs",
    tables="""
        condition_occurrence
        person_id | condition_concept_id | condition_status_concept_id | condition_start_date
        1         | 9007199254740993     | 0                           | 2020-03-01
        2         | 9007199254740992     | 0                           | 2020-03-01
        3         | -7                   | 0                           | 2020-03-01
        4         | 7                    | 9007199254740993            | 2020-03-01
        5         | 8                    | 9007199254740992            | 2020-03-01
    """,
    cases=(
        Case(
            title="Des identifiants de 64 bits",
            words="9007199254740993 n’est pas 9007199254740992, et -7 n’est pas 7.",
            expression=diabetes(member(9007199254740993), member(-7)),
            expected="""
                subject_id
                1
                3
            """,
        ),
        Case(
            title="Un grand identifiant dans une liste d’attribut",
            words="Le statut est le concept 9007199254740993, à l’unité près.",
            expression=cohort({"ConditionOccurrence": {"ConditionStatus": [concept(9007199254740993)]}}),
            expected="""
                subject_id
                4
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les listes de concepts",
    intro=(
        "Une liste de concepts (*concept set*) dit quels concepts comptent. Chaque ligne prend ou exclut un "
        "concept, avec ou sans ses descendants et les codes sources qui s’y rattachent."
    ),
    scenes=(HIERARCHY, MAPPED, LARGE_IDS),
)
