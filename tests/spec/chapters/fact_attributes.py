"""Every attribute of its own that a domain of facts has."""

from tests.spec.build import asked, concept, in_set, text, value
from tests.spec.case import Case, Chapter, Scene

PROCEDURE = Scene(
    title="Les attributs d’un acte",
    tables="""
        procedure_occurrence
        person_id | procedure_date | procedure_source_concept_id | procedure_type_concept_id | modifier_concept_id | quantity | remarque
        1         | 2020-03-01     | 1101                        | 1111                      | 1121                | 3        | convient
        2         | 2020-03-01     | 1102                        | 1111                      | 1121                | 3        | un autre concept source
        3         | 2020-03-01     | 1101                        | 1112                      | 1121                | 3        | un autre type
        4         | 2020-03-01     | 1101                        | 1111                      | 1122                | 3        | un autre modificateur
        5         | 2020-03-01     | 1101                        | 1111                      | 1121                | 2        | une quantité moindre
    """,
    cases=(
        Case(
            title="Un acte et ses attributs",
            words=(
                "Le concept source est 1101, le type 1111, le modificateur 1121, et la quantité d’au moins "
                "3. Chaque autre personne diffère par un seul attribut."
            ),
            expression=asked(
                "ProcedureOccurrence",
                (1101,),
                ProcedureSourceConcept=0,
                ProcedureType=[concept(1111)],
                Modifier=[concept(1121)],
                Quantity=value("gte", 3),
            ),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Un acte et ses attributs, par des listes de concepts",
            words="La même question, où le type et le modificateur sont dans des listes de concepts.",
            expression=asked(
                "ProcedureOccurrence",
                (1101, 1111, 1121),
                ProcedureSourceConcept=0,
                ProcedureTypeCS=in_set(1),
                ModifierCS=in_set(2),
                Quantity=value("gte", 3),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

DRUG = Scene(
    title="Les attributs d’un médicament",
    tables="""
        drug_exposure
        person_id | drug_exposure_start_date | drug_source_concept_id | drug_type_concept_id | route_concept_id | refills | days_supply | quantity | lot_number | remarque
        1         | 2020-03-01               | 1201                   | 1211                 | 1221             | 2       | 30          | 60       | A12        | convient
        2         | 2020-03-01               | 1202                   | 1211                 | 1221             | 2       | 30          | 60       | A12        | un autre concept source
        3         | 2020-03-01               | 1201                   | 1212                 | 1221             | 2       | 30          | 60       | A12        | un autre type
        4         | 2020-03-01               | 1201                   | 1211                 | 1222             | 2       | 30          | 60       | A12        | une autre voie
        5         | 2020-03-01               | 1201                   | 1211                 | 1221             | 1       | 30          | 60       | A12        | moins de renouvellements
        6         | 2020-03-01               | 1201                   | 1211                 | 1221             | 2       | 29          | 60       | A12        | moins de jours
        7         | 2020-03-01               | 1201                   | 1211                 | 1221             | 2       | 30          | 59       | A12        | une quantité moindre
        8         | 2020-03-01               | 1201                   | 1211                 | 1221             | 2       | 30          | 60       | B12        | un autre lot
    """,
    cases=(
        Case(
            title="Un médicament et ses attributs",
            words=(
                "Le concept source est 1201, le type 1211, la voie 1221 ; au moins 2 renouvellements, 30 "
                "jours, une quantité de 60 ; un lot qui commence par A. Chaque autre personne diffère par un "
                "seul attribut."
            ),
            expression=asked(
                "DrugExposure",
                (1201,),
                DrugSourceConcept=0,
                DrugType=[concept(1211)],
                RouteConcept=[concept(1221)],
                Refills=value("gte", 2),
                DaysSupply=value("gte", 30),
                Quantity=value("gte", 60),
                LotNumber=text("startsWith", "A"),
            ),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Un médicament et ses attributs, par des listes de concepts",
            words="La même question, où le type et la voie sont dans des listes de concepts.",
            expression=asked(
                "DrugExposure",
                (1201, 1211, 1221),
                DrugSourceConcept=0,
                DrugTypeCS=in_set(1),
                RouteConceptCS=in_set(2),
                Refills=value("gte", 2),
                DaysSupply=value("gte", 30),
                Quantity=value("gte", 60),
                LotNumber=text("startsWith", "A"),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

DEVICE = Scene(
    title="Les attributs d’un dispositif",
    tables="""
        device_exposure
        person_id | device_exposure_start_date | device_source_concept_id | device_type_concept_id | unique_device_id | quantity | remarque
        1         | 2020-03-01                 | 1301                     | 1311                   | U-7              | 1        | convient
        2         | 2020-03-01                 | 1302                     | 1311                   | U-7              | 1        | un autre concept source
        3         | 2020-03-01                 | 1301                     | 1312                   | U-7              | 1        | un autre type
        4         | 2020-03-01                 | 1301                     | 1311                   | U-8              | 1        | un autre identifiant unique
        5         | 2020-03-01                 | 1301                     | 1311                   | U-7              | 2        | une quantité plus grande
    """,
    cases=(
        Case(
            title="Un dispositif et ses attributs",
            words=(
                "Le concept source est 1301, le type 1311, l’identifiant unique U-7, et la quantité 1. "
                "Chaque autre personne diffère par un seul attribut."
            ),
            expression=asked(
                "DeviceExposure",
                (1301,),
                DeviceSourceConcept=0,
                DeviceType=[concept(1311)],
                UniqueDeviceId=text("eq", "U-7"),
                Quantity=value("eq", 1),
            ),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Un dispositif et son type, par une liste de concepts",
            words="La même question, où le type est dans une liste de concepts.",
            expression=asked(
                "DeviceExposure",
                (1301, 1311),
                DeviceSourceConcept=0,
                DeviceTypeCS=in_set(1),
                UniqueDeviceId=text("eq", "U-7"),
                Quantity=value("eq", 1),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

MEASUREMENT = Scene(
    title="Les attributs d’une mesure",
    tables="""
        measurement
        person_id | measurement_date | measurement_source_concept_id | measurement_type_concept_id | operator_concept_id | value_as_concept_id | remarque
        1         | 2020-03-01       | 1401                          | 1411                        | 1421                | 1431                | convient
        2         | 2020-03-01       | 1402                          | 1411                        | 1421                | 1431                | un autre concept source
        3         | 2020-03-01       | 1401                          | 1412                        | 1421                | 1431                | un autre type
        4         | 2020-03-01       | 1401                          | 1411                        | 1422                | 1431                | un autre opérateur
        5         | 2020-03-01       | 1401                          | 1411                        | 1421                | 1432                | un autre résultat
    """,
    cases=(
        Case(
            title="Une mesure et ses attributs, par des listes de concepts",
            words=(
                "Le concept source, le type, l’opérateur et le résultat sont chacun dans une liste de "
                "concepts : 1401, 1411, 1421, 1431. Chaque autre personne diffère par un seul attribut."
            ),
            expression=asked(
                "Measurement",
                (1401, 1411, 1421, 1431),
                MeasurementSourceConcept=0,
                MeasurementTypeCS=in_set(1),
                OperatorCS=in_set(2),
                ValueAsConceptCS=in_set(3),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

OBSERVATION = Scene(
    title="Les attributs d’une observation",
    tables="""
        observation
        person_id | observation_date | observation_source_concept_id | observation_type_concept_id | value_as_concept_id | qualifier_concept_id | unit_concept_id | remarque
        1         | 2020-03-01       | 1501                          | 1511                        | 1521                | 1531                 | 1541            | convient
        2         | 2020-03-01       | 1502                          | 1511                        | 1521                | 1531                 | 1541            | un autre concept source
        3         | 2020-03-01       | 1501                          | 1512                        | 1521                | 1531                 | 1541            | un autre type
        4         | 2020-03-01       | 1501                          | 1511                        | 1522                | 1531                 | 1541            | une autre réponse
        5         | 2020-03-01       | 1501                          | 1511                        | 1521                | 1532                 | 1541            | un autre qualificatif
        6         | 2020-03-01       | 1501                          | 1511                        | 1521                | 1531                 | 1542            | une autre unité
    """,
    cases=(
        Case(
            title="Une observation et ses attributs",
            words=(
                "Le concept source est 1501, le type 1511, la réponse 1521, le qualificatif 1531, l’unité "
                "1541. Chaque autre personne diffère par un seul attribut."
            ),
            expression=asked(
                "Observation",
                (1501,),
                ObservationSourceConcept=0,
                ObservationType=[concept(1511)],
                ValueAsConcept=[concept(1521)],
                Qualifier=[concept(1531)],
                Unit=[concept(1541)],
            ),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Une observation et ses attributs, par des listes de concepts",
            words="La même question, où chaque attribut est dans une liste de concepts.",
            expression=asked(
                "Observation",
                (1501, 1511, 1521, 1531, 1541),
                ObservationSourceConcept=0,
                ObservationTypeCS=in_set(1),
                ValueAsConceptCS=in_set(2),
                QualifierCS=in_set(3),
                UnitCS=in_set(4),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

SPECIMEN = Scene(
    title="Les attributs d’un prélèvement",
    tables="""
        specimen
        person_id | specimen_date | specimen_type_concept_id | anatomic_site_concept_id | disease_status_concept_id | specimen_source_id | remarque
        1         | 2020-03-01    | 1601                     | 1611                     | 1621                      | tumeur-1           | convient
        2         | 2020-03-01    | 1602                     | 1611                     | 1621                      | tumeur-1           | un autre type
        3         | 2020-03-01    | 1601                     | 1612                     | 1621                      | tumeur-1           | un autre siège
        4         | 2020-03-01    | 1601                     | 1611                     | 1622                      | tumeur-1           | un autre état de la maladie
        5         | 2020-03-01    | 1601                     | 1611                     | 1621                      | sang-1             | un autre identifiant source
    """,
    cases=(
        Case(
            title="Un prélèvement et ses attributs",
            words=(
                "Le type est 1601, le siège 1611, l’état de la maladie 1621, et l’identifiant source "
                "contient « tumeur ». Chaque autre personne diffère par un seul attribut."
            ),
            expression=asked(
                "Specimen",
                (),
                SpecimenType=[concept(1601)],
                AnatomicSite=[concept(1611)],
                DiseaseStatus=[concept(1621)],
                SourceId=text("contains", "tumeur"),
            ),
            expected="""
                subject_id
                1
            """,
        ),
        Case(
            title="Un prélèvement et ses attributs, par des listes de concepts",
            words="La même question, où chaque concept est dans une liste de concepts.",
            expression=asked(
                "Specimen",
                (1601, 1611, 1621),
                SpecimenTypeCS=in_set(0),
                AnatomicSiteCS=in_set(1),
                DiseaseStatusCS=in_set(2),
                SourceId=text("contains", "tumeur"),
            ),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

DEATH = Scene(
    title="Les attributs d’un décès",
    tables="""
        death
        person_id | death_date | cause_source_concept_id | death_type_concept_id | remarque
        1         | 2020-03-01 | 1701                    | 1711                  | convient
        2         | 2020-03-01 | 1702                    | 1711                  | une autre cause, au sens de la source
        3         | 2020-03-01 | 1701                    | 1712                  | un autre type
    """,
    cases=(
        Case(
            title="Un décès et ses attributs, par des listes de concepts",
            words=(
                "La cause au sens de la source est 1701, et le type 1711. Chaque autre personne diffère par "
                "un seul attribut."
            ),
            expression=asked("Death", (1701, 1711), DeathSourceConcept=0, DeathTypeCS=in_set(1)),
            expected="""
                subject_id
                1
            """,
        ),
    ),
)

CHAPTER = Chapter(
    title="Les attributs propres à chaque fait",
    intro=(
        "Chaque domaine a ses attributs. Ici, une seule personne convient : chacune des autres diffère "
        "d’elle par un attribut, celui que dit la remarque."
    ),
    scenes=(PROCEDURE, DRUG, DEVICE, MEASUREMENT, OBSERVATION, SPECIMEN, DEATH),
)
