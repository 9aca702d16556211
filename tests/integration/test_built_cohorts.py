"""Five questions built edit by edit find what a plain SQL of them finds, and read as they were asked."""

from pathlib import Path

import duckdb
import pytest

from maillage.cli.demo.network import Hospital
from maillage.cohort import parse_expression
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.edit import outline
from maillage.cohort.explain import explain_cohort
from maillage.cohort.run import run_cohort
from maillage.warehouse.engines.duckdb import open_warehouse
from tests.support.builder import JOURNEYS, build

pytestmark = pytest.mark.xdist_group("network")

# Written from the questions in words, not from the expressions. Codes are looked at by their letters.
SQL = {
    "diabetes": """
        WITH first_coded AS (
            SELECT person_id, min(condition_start_date) AS day FROM condition_occurrence
            WHERE condition_source_value LIKE 'E11%' GROUP BY person_id
        )
        SELECT f.person_id, f.day FROM first_coded f JOIN person p USING (person_id)
        WHERE f.day >= DATE '2020-01-01' AND year(f.day) - p.year_of_birth BETWEEN 18 AND 79
        AND EXISTS (
            FROM drug_exposure d WHERE d.person_id = f.person_id AND drug_source_value = 'A10BA02'
            AND date_diff('day', f.day, drug_exposure_start_date) BETWEEN 0 AND 90
        )
        AND NOT EXISTS (
            FROM drug_exposure d WHERE d.person_id = f.person_id AND drug_source_value LIKE 'A10A%'
            AND drug_exposure_start_date < f.day
        )
        AND EXISTS (
            FROM measurement m WHERE m.person_id = f.person_id AND measurement_source_value = '4548-4'
            AND value_as_number >= 8 AND unit_source_value = '%'
            AND date_diff('day', measurement_date, f.day) BETWEEN 0 AND 365
        )""",
    "hip": """
        SELECT c.person_id, min(c.condition_start_date) AS day
        FROM condition_occurrence c JOIN person p USING (person_id)
        JOIN visit_occurrence v USING (visit_occurrence_id)
        WHERE condition_source_value IN ('S72.0', 'S72.1', 'S72.2') AND visit_source_value = 'HC'
        AND year(condition_start_date) - year_of_birth > 75
        AND (
            EXISTS (
                FROM death d WHERE d.person_id = c.person_id
                AND date_diff('day', c.condition_start_date, death_date) BETWEEN 0 AND 30
            )
            OR EXISTS (
                FROM visit_occurrence r WHERE r.person_id = c.person_id AND r.visit_source_value = 'HC'
                AND date_diff('day', v.visit_end_date, r.visit_start_date) BETWEEN 1 AND 30
            )
        )
        GROUP BY c.person_id""",
    "colorectal": """
        SELECT o.person_id, min(o.procedure_date) AS day FROM procedure_occurrence o
        WHERE procedure_source_value IN ('HHFA008', 'HHFA009', 'HHFA010', 'HJFA004')
        AND EXISTS (
            FROM condition_occurrence c WHERE c.visit_occurrence_id = o.visit_occurrence_id
            AND left(condition_source_value, 3) IN ('C18', 'C19', 'C20')
        )
        AND EXISTS (
            FROM drug_exposure d WHERE d.person_id = o.person_id AND drug_source_value LIKE 'L01%'
            AND date_diff('day', o.procedure_date, drug_exposure_start_date) BETWEEN 1 AND 56
        )
        GROUP BY o.person_id""",
    "covid": """
        WITH known AS (
            SELECT person_id, condition_start_date AS day, CASE
                WHEN left(condition_source_value, 3) BETWEEN 'E10' AND 'E14' THEN 'diabetes'
                WHEN condition_source_value LIKE 'J44%' THEN 'copd'
                WHEN condition_source_value LIKE 'I50%' THEN 'heart' END AS disease
            FROM condition_occurrence
        )
        SELECT c.person_id, min(c.condition_start_date) AS day FROM condition_occurrence c
        JOIN visit_occurrence v USING (visit_occurrence_id)
        JOIN care_site s ON s.care_site_id = v.care_site_id
        WHERE condition_source_value = 'U07.1'
        AND care_site_source_value IN ('Médecine intensive et réanimation', 'Unité neurovasculaire')
        AND 2 <= (
            SELECT count(DISTINCT disease) FROM known k
            WHERE k.person_id = c.person_id AND k.day <= c.condition_start_date
        )
        GROUP BY c.person_id""",
    "pregnancy": """
        SELECT c.person_id, min(c.condition_start_date) AS day FROM condition_occurrence c
        JOIN person p USING (person_id) JOIN visit_occurrence v USING (visit_occurrence_id)
        WHERE left(condition_source_value, 3) IN ('O80', 'O81', 'O82', 'O83', 'O84')
        AND gender_source_value = 'F' AND visit_source_value = 'HC'
        AND EXISTS (
            FROM condition_occurrence e WHERE e.visit_occurrence_id = c.visit_occurrence_id
            AND e.condition_source_value LIKE 'O14%'
        )
        AND NOT EXISTS (
            FROM condition_occurrence h WHERE h.person_id = c.person_id
            AND left(h.condition_source_value, 3) BETWEEN 'I10' AND 'I15'
            AND h.condition_start_date < c.condition_start_date
        )
        GROUP BY c.person_id""",
}

SAID = {
    "diabetes": (
        "Le premier diagnostic de la liste « Diabète de type 2 », remplissant ces conditions :",
        "Âge à la date de début de ce diagnostic : de 18 ans à 79 ans, bornes comprises.",
        "Date de début : à partir du 1er janvier 2020.",
        "Metformine, dans les 90 jours après l’événement d’entrée, jour même compris",
        "Avoir au moins une prise de médicament de la liste « Metformine », débutant entre la date d’entrée "
        "et 90 jours (3 mois) après.",
        "Sans insulines et analogues, avant l’événement d’entrée",
        "N’avoir aucune prise de médicament de la liste « Insulines et analogues », débutant entre le début "
        "de la période d’observation et la veille de la date d’entrée.",
        "Hémoglobine glyquée (HbA1c) ≥ 8 %, dans les 12 mois avant l’événement d’entrée, jour même compris",
        "Valeur : au moins 8.",
        "Unité : pour cent.",
    ),
    "hip": (
        "Âge à la date de début de ce diagnostic : au moins 76 ans.",
        "Au moins une des 2 conditions suivantes :",
        "Avoir au moins un décès, quelle qu’en soit la cause, entre la date d’entrée et 30 jours "
        "(1 mois) après.",
        "Avoir au moins un séjour ou une consultation de la liste « Réhospitalisation », débutant entre 1 "
        "jour et 30 jours (1 mois) après la date de fin de l’événement d’entrée.",
    ),
    "colorectal": (
        "Un acte de la liste « Colectomie droite par cœlioscopie et 3 autres codes ».",
        "Avoir au moins un diagnostic de la liste « Tumeur maligne du côlon et 2 autres codes », au cours du "
        "même séjour que l’événement d’entrée.",
        "Avoir au moins une prise de médicament de la liste « Antinéoplasiques », débutant entre 1 jour et "
        "56 jours après la date d’entrée.",
    ),
    "covid": (
        "Un diagnostic de la liste « COVID-19 ».",
        "Avoir au moins un séjour ou une consultation, quel qu’en soit le type, qui est celui de l’événement "
        "d’entrée, remplissant cette condition :",
        "Type de lieu de soins : Réanimation ou soins intensifs.",
        "Au moins 2 des 3 conditions suivantes :",
        "Avoir au moins un diagnostic de la liste « Insuffisance cardiaque », débutant entre le début de la "
        "période d’observation et la date d’entrée.",
    ),
    "pregnancy": (
        "Un diagnostic de la liste « Accouchement », remplissant ces conditions :",
        "Sexe de la personne : Femme.",
        "Avoir au moins un diagnostic de la liste « Prééclampsie », au cours du même séjour que l’événement "
        "d’entrée.",
        "N’avoir aucun diagnostic de la liste « Maladies hypertensives », débutant entre le début de la "
        "période d’observation et la veille de la date d’entrée.",
    ),
}


def found_by_sql(warehouse: Path, question: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return sorted(connection.execute(question).fetchall())


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_built_cohort_finds_what_was_asked(name: str, synthetic_hospitals: list[Hospital]) -> None:
    expression = parse_expression(build(JOURNEYS[name]))
    persons = 0
    for hospital in synthetic_hospitals:
        assert isinstance(hospital.warehouse, Path)
        with open_warehouse(hospital.warehouse) as engine, run_cohort(expression, engine=engine) as tables:
            columns = [col("r", "subject_id"), col("r", "cohort_start_date")]
            rows = sorted(engine.fetch(select(columns, table(tables.rows, "r"))))
        assert rows == found_by_sql(hospital.warehouse, SQL[name])
        persons += len(rows)
    assert persons


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_built_cohort_reads_as_it_was_asked(name: str) -> None:
    told = {
        text.replace("\u00a0", " ")
        for text in explain_cohort(parse_expression(build(JOURNEYS[name]))).texts()
    }
    assert [line for line in SAID[name] if line not in told] == []


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_built_cohort_keeps_nothing_without_a_control(name: str) -> None:
    shown = outline(build(JOURNEYS[name]))
    cards = [*shown.entry.cards, *(card for rule in shown.rules for card in rule.body.members)]
    assert [getattr(card, "kept", ()) for card in cards if getattr(card, "kept", ())] == []
    assert not any(rule.named for rule in shown.rules)
    assert not shown.missing


def test_a_question_needs_few_edits() -> None:
    assert {name: len(edits) for name, edits in JOURNEYS.items() if len(edits) > 7} == {}
