"""Every attribute of its own that a domain of stays or periods has."""

from tests.spec.build import asked, concept, in_set, value
from tests.spec.case import Case, Chapter, Scene

VISIT = Scene(
    title="Les attributs d’un séjour",
    tables="""
        visit_occurrence
        person_id | visit_start_date | visit_end_date | visit_source_concept_id | visit_type_concept_id | remarque
        1         | 2020-02-01       | 2020-02-05     | 1801                    | 1811                  | convient
        2         | 2020-02-01       | 2020-02-05     | 1802                    | 1811                  | un autre concept source
        3         | 2020-02-01       | 2020-02-05     | 1801                    | 1812                  | un autre type d’enregistrement
    """,
    cases=(
        Case(
            title="Un séjour et ses attributs",
            words=(
                "Le concept source est 1801, et le type d’enregistrement 1811 : pour un séjour, `VisitType` "
                "n’est pas le concept du séjour."
            ),
            expression=asked("VisitOccurrence", (1801,), VisitSourceConcept=0, VisitType=[concept(1811)]),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Un séjour et son type, par une liste de concepts",
            words="La même question, où le type est dans une liste de concepts.",
            expression=asked("VisitOccurrence", (1801, 1811), VisitSourceConcept=0, VisitTypeCS=in_set(1)),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

DETAIL = Scene(
    title="Les attributs d’un passage dans une unité",
    tables="""
        visit_detail
        person_id | visit_detail_start_date | visit_detail_end_date | visit_detail_source_concept_id | visit_detail_type_concept_id | remarque
        1         | 2020-02-01              | 2020-02-05            | 1901                           | 1911                         | convient
        2         | 2020-01-31              | 2020-02-05            | 1901                           | 1911                         | un début trop tôt
        3         | 2020-02-01              | 2020-02-06            | 1901                           | 1911                         | une fin trop tardive
        4         | 2020-02-01              | 2020-02-03            | 1901                           | 1911                         | une durée trop courte
        5         | 2020-02-01              | 2020-02-05            | 1902                           | 1911                         | un autre concept source
        6         | 2020-02-01              | 2020-02-05            | 1901                           | 1912                         | un autre type
    """,
    cases=(
        Case(
            title="Un passage dans une unité et ses attributs",
            words=(
                "Du 1er février au plus tôt au 5 au plus tard, d’au moins 4 jours ; le concept source est "
                "1901, et le type 1911. Chaque autre personne diffère par un seul attribut."
            ),
            expression=asked(
                "VisitDetail",
                (1901, 1911),
                VisitDetailStartDate=value("gte", "2020-02-01"),
                VisitDetailEndDate=value("lte", "2020-02-05"),
                VisitDetailLength=value("gte", 4),
                VisitDetailSourceConcept=0,
                VisitDetailTypeCS=in_set(1),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

ERA = Scene(
    title="Les attributs d’une ère de pathologie",
    tables="""
        condition_era
        person_id | condition_era_start_date | condition_era_end_date | condition_occurrence_count | remarque
        1         | 2020-02-01               | 2020-02-05             | 3                          | convient
        2         | 2020-01-31               | 2020-02-05             | 3                          | un début trop tôt
        3         | 2020-02-01               | 2020-02-06             | 3                          | une fin trop tardive
        4         | 2020-02-01               | 2020-02-03             | 3                          | une durée trop courte
        5         | 2020-02-01               | 2020-02-05             | 2                          | moins d’occurrences
    """,
    cases=(
        Case(
            title="Une ère de pathologie et ses attributs",
            words=(
                "Du 1er février au plus tôt au 5 au plus tard, d’au moins 4 jours et 3 occurrences. Chaque "
                "autre personne diffère par un seul attribut."
            ),
            expression=asked(
                "ConditionEra",
                (),
                EraStartDate=value("gte", "2020-02-01"),
                EraEndDate=value("lte", "2020-02-05"),
                EraLength=value("gte", 4),
                OccurrenceCount=value("gte", 3),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

PERIOD = Scene(
    title="Les attributs d’une période d’observation",
    tables="""
        observation_period
        person_id | observation_period_start_date | observation_period_end_date | period_type_concept_id | remarque
        1         | 2020-02-01                    | 2020-02-05                  | 2001                   | convient
        2         | 2020-01-31                    | 2020-02-05                  | 2001                   | un début trop tôt
        3         | 2020-02-01                    | 2020-02-06                  | 2001                   | une fin trop tardive
        4         | 2020-02-01                    | 2020-02-03                  | 2001                   | une durée trop courte
        5         | 2020-02-01                    | 2020-02-05                  | 2002                   | un autre type
    """,
    cases=(
        Case(
            title="Une période d’observation et ses attributs",
            words=(
                "Du 1er février au plus tôt au 5 au plus tard, d’au moins 4 jours, d’un type de la liste de "
                "concepts qui contient 2001. Chaque autre personne diffère par un seul attribut."
            ),
            expression=asked(
                "ObservationPeriod",
                (2001,),
                PeriodStartDate=value("gte", "2020-02-01"),
                PeriodEndDate=value("lte", "2020-02-05"),
                PeriodLength=value("gte", 4),
                PeriodTypeCS=in_set(0),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

PLAN = Scene(
    title="Les attributs d’une période de prise en charge",
    tables="""
        payer_plan_period
        person_id | payer_plan_period_start_date | payer_plan_period_end_date | sponsor_concept_id | stop_reason_concept_id | payer_source_concept_id | plan_source_concept_id | sponsor_source_concept_id | stop_reason_source_concept_id | remarque
        1         | 2020-02-01                   | 2020-02-05                 | 2101               | 2111                   | 2121                    | 2131                   | 2141                      | 2151                          | convient
        2         | 2020-01-31                   | 2020-02-05                 | 2101               | 2111                   | 2121                    | 2131                   | 2141                      | 2151                          | un début trop tôt
        3         | 2020-02-01                   | 2020-02-06                 | 2101               | 2111                   | 2121                    | 2131                   | 2141                      | 2151                          | une fin trop tardive
        4         | 2020-02-01                   | 2020-02-03                 | 2101               | 2111                   | 2121                    | 2131                   | 2141                      | 2151                          | une durée trop courte
        5         | 2020-02-01                   | 2020-02-05                 | 2102               | 2111                   | 2121                    | 2131                   | 2141                      | 2151                          | un autre financeur
        6         | 2020-02-01                   | 2020-02-05                 | 2101               | 2112                   | 2121                    | 2131                   | 2141                      | 2151                          | un autre motif de fin
        7         | 2020-02-01                   | 2020-02-05                 | 2101               | 2111                   | 2122                    | 2131                   | 2141                      | 2151                          | un autre payeur, au sens de la source
        8         | 2020-02-01                   | 2020-02-05                 | 2101               | 2111                   | 2121                    | 2132                   | 2141                      | 2151                          | un autre contrat, au sens de la source
        9         | 2020-02-01                   | 2020-02-05                 | 2101               | 2111                   | 2121                    | 2131                   | 2142                      | 2151                          | un autre financeur, au sens de la source
        10        | 2020-02-01                   | 2020-02-05                 | 2101               | 2111                   | 2121                    | 2131                   | 2141                      | 2152                          | un autre motif de fin, au sens de la source
    """,
    cases=(
        Case(
            title="Une période de prise en charge et ses attributs",
            words=(
                "Du 1er février au plus tôt au 5 au plus tard, d’au moins 4 jours ; le financeur, le motif "
                "de fin et les concepts sources sont chacun dans une liste de concepts. Chaque autre "
                "personne diffère par un seul attribut."
            ),
            expression=asked(
                "PayerPlanPeriod",
                (2101, 2111, 2121, 2131, 2141, 2151),
                PeriodStartDate=value("gte", "2020-02-01"),
                PeriodEndDate=value("lte", "2020-02-05"),
                PeriodLength=value("gte", 4),
                SponsorConcept=0,
                StopReasonConcept=1,
                PayerSourceConcept=2,
                PlanSourceConcept=3,
                SponsorSourceConcept=4,
                StopReasonSourceConcept=5,
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les attributs propres à chaque séjour ou période",
    intro=(
        "Comme au chapitre précédent, une seule personne convient : chacune des autres diffère d’elle par un "
        "attribut."
    ),
    scenes=(VISIT, DETAIL, ERA, PERIOD, PLAN),
)
