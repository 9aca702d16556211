"""What a clinician would look at first in the synthetic patients."""

from collections.abc import Iterator, Mapping

import duckdb
import numpy as np
import pytest

from maillage.warehouse.schema import TABLES
from maillage.warehouse.synthetic import generate_hospital

EVENTS = {
    "visit_occurrence": ("visit_start_date", "visit_end_date"),
    "condition_occurrence": ("condition_start_date", "condition_end_date"),
    "drug_exposure": ("drug_exposure_start_date", "drug_exposure_end_date"),
    "procedure_occurrence": ("procedure_date", "procedure_date"),
    "measurement": ("measurement_date", "measurement_date"),
    "observation": ("observation_date", "observation_date"),
    "condition_era": ("condition_era_start_date", "condition_era_end_date"),
    "drug_era": ("drug_era_start_date", "drug_era_end_date"),
}


@pytest.fixture(scope="module")
def hospital() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, columns in generate_hospital("hcl", patients=6_000).items():
            connection.register("incoming", dict(columns))
            connection.execute(f"CREATE TABLE {name} AS FROM incoming")
        yield connection


def ask(hospital: duckdb.DuckDBPyConnection, query: str) -> float:
    row = hospital.execute(query).fetchone()
    assert row is not None
    assert row[0] is not None
    return float(row[0])


def count_persons(hospital: duckdb.DuckDBPyConnection, table: str, prefix: str, codes: str) -> float:
    return ask(
        hospital,
        f"SELECT count(DISTINCT person_id) FROM {table} WHERE {prefix}_source_value SIMILAR TO '{codes}'",
    )


def test_columns_are_those_of_the_model_and_the_required_ones_are_full():
    for name, columns in generate_hospital("hcl", patients=50).items():
        assert len({len(values) for values in columns.values()}) == 1
        for column in TABLES[name].columns:
            if column.required:
                assert column.name in columns, f"{name}.{column.name}"
                assert not any(value is None or value != value for value in columns[column.name].tolist())
        assert set(columns) <= set(TABLES[name].column_names)


@pytest.mark.parametrize("table", EVENTS)
def test_every_event_lies_in_an_observation_period_after_birth_and_not_after_death(
    hospital: duckdb.DuckDBPyConnection, table: str
):
    start, end = EVENTS[table]
    outside = f"""
        SELECT count(*) FROM {table} JOIN person USING (person_id) JOIN observation_period USING (person_id)
        LEFT JOIN death USING (person_id)
        WHERE {start} < observation_period_start_date OR {end} < {start}
           OR {end} > observation_period_end_date
           OR {start} < make_date(year_of_birth, month_of_birth, day_of_birth)
           OR {end} > coalesce(death_date, DATE '9999-12-31')
    """
    assert ask(hospital, f"SELECT count(*) FROM {table}") > 1000
    assert ask(hospital, outside) == 0


def test_death_ends_the_observation_period(hospital: duckdb.DuckDBPyConnection):
    query = """SELECT count(*) FROM death JOIN observation_period USING (person_id)
               WHERE observation_period_end_date <> death_date"""
    assert ask(hospital, query) == 0
    assert 0.12 < ask(hospital, "SELECT (SELECT count(*) FROM death) / count(*) FROM person") < 0.25
    assert (
        ask(
            hospital,
            "SELECT median(year(death_date) - year_of_birth) FROM death JOIN person USING (person_id)",
        )
        > 75
    )


def test_each_person_has_one_period_that_starts_with_a_visit(hospital: duckdb.DuckDBPyConnection):
    query = """SELECT count(*) FROM observation_period p WHERE NOT EXISTS (
               FROM visit_occurrence v WHERE v.person_id = p.person_id
               AND v.visit_start_date = p.observation_period_start_date)"""
    assert ask(hospital, query) == 0
    assert ask(hospital, "SELECT count(DISTINCT person_id) - count(*) FROM observation_period") == 0


def test_there_are_about_two_hundred_facts_a_patient(hospital: duckdb.DuckDBPyConnection):
    facts = [name for name in EVENTS if not name.endswith("era")]
    total = sum(ask(hospital, f"SELECT count(*) FROM {table}") for table in facts)
    assert 170 < total / 6_000 < 240


@pytest.mark.parametrize(
    ("codes", "low", "high"),
    [
        ("E11.*", 0.05, 0.12),
        ("I10", 0.07, 0.16),
        ("I50.*", 0.012, 0.045),
        ("I63.*", 0.008, 0.03),
        ("C18.*|C19|C20", 0.004, 0.02),
        ("J44.*", 0.015, 0.045),
        ("A4[01].*", 0.004, 0.025),
        ("S72.*", 0.006, 0.025),
        ("F0[013].*", 0.012, 0.04),
        ("F3[23].*", 0.025, 0.07),
        ("U07.1", 0.02, 0.06),
    ],
)
def test_diseases_are_as_frequent_as_in_a_university_hospital(
    hospital: duckdb.DuckDBPyConnection, codes: str, low: float, high: float
):
    assert low < count_persons(hospital, "condition_occurrence", "condition", codes) / 6_000 < high


DIABETICS = "SELECT DISTINCT person_id FROM condition_occurrence WHERE condition_source_value LIKE 'E11%'"


def test_most_diabetics_take_metformin_and_few_others_do(hospital: duckdb.DuckDBPyConnection):
    treated = "SELECT DISTINCT person_id FROM drug_exposure WHERE drug_source_value = 'A10BA02'"
    share = f"SELECT avg((person_id IN ({treated}))::INT) FROM ({DIABETICS})"
    assert 0.65 < ask(hospital, share) < 0.9
    assert ask(hospital, f"SELECT count(*) FROM ({treated}) WHERE person_id NOT IN ({DIABETICS})") == 0


def test_glycated_haemoglobin_is_high_in_diabetics_and_rises(hospital: duckdb.DuckDBPyConnection):
    mean = (
        "SELECT avg(value_as_number) FROM measurement WHERE measurement_source_value = '4548-4' AND person_id"
    )
    assert 7.0 < ask(hospital, f"{mean} IN ({DIABETICS})") < 8.2
    assert 5.2 < ask(hospital, f"{mean} NOT IN ({DIABETICS})") < 5.8
    slope = f"""SELECT regr_slope(value_as_number, date_diff('day', first, measurement_date) / 365.25) FROM (
        SELECT *, min(measurement_date) OVER (PARTITION BY person_id) AS first FROM measurement
        WHERE measurement_source_value = '4548-4' AND person_id IN ({DIABETICS}))"""
    assert ask(hospital, slope) > 0.02


def test_only_women_of_age_give_birth(hospital: duckdb.DuckDBPyConnection):
    births = """FROM condition_occurrence JOIN person USING (person_id)
                WHERE condition_source_value SIMILAR TO 'O.*'"""
    assert ask(hospital, f"SELECT count(*) {births}") > 100
    assert ask(hospital, f"SELECT count(*) {births} AND gender_source_value = 'M'") == 0
    age = f"SELECT year(condition_start_date) - year_of_birth AS age {births}"
    youngest, oldest = hospital.execute(f"SELECT min(age), max(age) FROM ({age})").fetchall()[0]
    assert youngest >= 16
    assert oldest <= 46


def test_lutetium_is_given_to_neuroendocrine_tumours_alone_in_four_spaced_cycles():
    tables = generate_hospital("hcl", patients=12_000)
    drugs = tables["drug_exposure"]
    given = drugs["drug_source_value"] == "V10XX04"
    conditions = tables["condition_occurrence"]
    tumour = np.isin(conditions["condition_source_value"].astype(str), ["C17.1", "C17.2", "C25.4"])
    treated = set(drugs["person_id"][given].tolist())
    assert len(treated) >= 5
    assert treated <= set(conditions["person_id"][tumour].tolist())
    for person in treated:
        days = np.sort(drugs["drug_exposure_start_date"][given & (drugs["person_id"] == person)])
        assert len(days) <= 4
        gaps = np.diff(days).astype("timedelta64[D]").astype(int)
        assert np.all((gaps >= 42) & (gaps <= 70))


def test_covid_comes_in_waves_from_2020_to_2022(hospital: duckdb.DuckDBPyConnection):
    rows = hospital.execute(
        """SELECT condition_start_date::DATE, count(*) FROM condition_occurrence
           WHERE condition_source_value = 'U07.1' GROUP BY ALL"""
    ).fetchall()
    by_month: dict[str, int] = {}
    for day, number in rows:
        by_month[f"{day:%Y-%m}"] = by_month.get(f"{day:%Y-%m}", 0) + number
    assert min(by_month) >= "2020-03"
    assert max(by_month) <= "2023-02"
    assert by_month["2020-04"] > 5 * by_month.get("2020-07", 0)


def test_hip_fractures_are_of_old_women_and_are_operated(hospital: duckdb.DuckDBPyConnection):
    broken = """SELECT person_id, condition_start_date AS day, year(day) - year_of_birth AS age,
                gender_source_value AS sex, visit_occurrence_id FROM condition_occurrence
                JOIN person USING (person_id) WHERE condition_source_value LIKE 'S72%'
                QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY day) = 1"""
    assert ask(hospital, f"SELECT median(age) FROM ({broken})") > 78
    assert ask(hospital, f"SELECT avg((sex = 'F')::INT) FROM ({broken})") > 0.6
    operated = (
        "SELECT person_id FROM procedure_occurrence WHERE procedure_source_value SIMILAR TO 'NBCA.*|NEKA.*'"
    )
    assert ask(hospital, f"SELECT avg((person_id IN ({operated}))::INT) FROM ({broken})") > 0.85


def test_sepsis_stays_are_long_and_deadly(hospital: duckdb.DuckDBPyConnection):
    stays = """FROM condition_occurrence JOIN visit_occurrence USING (visit_occurrence_id)
               WHERE condition_source_value SIMILAR TO 'A4[01].*'"""
    assert ask(hospital, f"SELECT avg(visit_end_date::DATE - visit_start_date::DATE) {stays}") > 6
    assert 0.1 < ask(hospital, f"SELECT avg((discharged_to_source_value = '9')::INT) {stays}") < 0.45


def test_every_number_has_a_unit_and_is_possible(hospital: duckdb.DuckDBPyConnection):
    lacking = "SELECT count(*) FROM measurement WHERE NOT isnan(value_as_number) AND isnan(unit_concept_id)"
    assert ask(hospital, lacking) == 0
    impossible = """SELECT count(*) FROM measurement WHERE value_as_number < 0
        OR (measurement_source_value = '4548-4' AND value_as_number NOT BETWEEN 4 AND 16)
        OR (measurement_source_value = '8480-6' AND value_as_number NOT BETWEEN 50 AND 250)
        OR (measurement_source_value IN ('2708-6', '4544-3', '10230-1') AND value_as_number > 100)"""
    assert ask(hospital, impossible) == 0
    answered = "SELECT count(*) FROM measurement WHERE isnan(value_as_number) AND isnan(value_as_concept_id)"
    assert ask(hospital, answered) == 0


def test_kidney_values_agree(hospital: duckdb.DuckDBPyConnection):
    correlation = """SELECT corr(a.value_as_number, b.value_as_number) FROM measurement a JOIN measurement b
        USING (visit_occurrence_id, measurement_date)
        WHERE a.measurement_source_value = '14682-9' AND b.measurement_source_value = '77147-7'"""
    assert ask(hospital, correlation) < -0.5


def test_a_tumour_keeps_its_place(hospital: duckdb.DuckDBPyConnection):
    places = """SELECT max(n) FROM (
                SELECT count(DISTINCT condition_source_value) AS n FROM condition_occurrence
                WHERE condition_source_value SIMILAR TO 'C18.*|C19|C20' GROUP BY person_id)"""
    assert ask(hospital, places) == 1


def test_most_patients_live_in_the_department_of_their_hospital(hospital: duckdb.DuckDBPyConnection):
    rows: Mapping[str, int] = dict(
        hospital.execute(
            "SELECT zip, count(*) FROM person JOIN location USING (location_id) GROUP BY 1"
        ).fetchall()
    )
    assert rows["69"] / 6_000 > 0.5
    assert {"01", "38", "42"} <= rows.keys()


ERAS = """
    WITH event AS (SELECT person_id, {concept} AS concept_id, {start} AS s, {end} AS e FROM {table}),
    opened AS (SELECT *, max(e) OVER (PARTITION BY person_id, concept_id ORDER BY s, e
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached FROM event),
    numbered AS (SELECT *, sum((reached IS NULL OR s > reached + INTERVAL 30 DAY)::INT)
        OVER (PARTITION BY person_id, concept_id ORDER BY s, e ROWS UNBOUNDED PRECEDING) AS era FROM opened)
    SELECT person_id, concept_id, min(s), max(e), count(*) FROM numbered GROUP BY person_id, concept_id, era
"""


@pytest.mark.parametrize(
    ("table", "prefix", "start", "end", "era", "counted"),
    [
        (
            "drug_exposure",
            "drug",
            "drug_exposure_start_date",
            "drug_exposure_end_date",
            "drug_era",
            "drug_exposure_count",
        ),
        (
            "condition_occurrence",
            "condition",
            "condition_start_date",
            "condition_end_date",
            "condition_era",
            "condition_occurrence_count",
        ),
    ],
)
def test_eras_are_those_that_sql_finds(
    hospital: duckdb.DuckDBPyConnection,
    table: str,
    prefix: str,
    start: str,
    end: str,
    era: str,
    counted: str,
):
    expected = ERAS.format(concept=f"{prefix}_concept_id", start=start, end=end, table=table)
    ours = (
        f"""SELECT person_id, {prefix}_concept_id, {era}_start_date, {era}_end_date, {counted} FROM {era}"""
    )
    assert ask(hospital, f"SELECT count(*) FROM ({expected} EXCEPT ALL {ours})") == 0
    assert ask(hospital, f"SELECT count(*) FROM ({ours} EXCEPT ALL ({expected}))") == 0


def test_gap_days_are_the_days_no_exposure_covers(hospital: duckdb.DuckDBPyConnection):
    expected = """
        SELECT drug_era_id, gap_days, drug_era_end_date::DATE - drug_era_start_date::DATE + 1 AS length,
            count(DISTINCT day) AS covered
        FROM drug_era JOIN (
            SELECT person_id, drug_concept_id, unnest(generate_series(
                drug_exposure_start_date::TIMESTAMP, drug_exposure_end_date::TIMESTAMP, INTERVAL 1 DAY
            )) AS day
            FROM drug_exposure WHERE drug_source_value IN ('A10BA02', 'C03CA01', 'B01AB05')
        ) USING (person_id, drug_concept_id)
        WHERE day BETWEEN drug_era_start_date AND drug_era_end_date
        GROUP BY ALL"""
    wrong = f"SELECT count(*), count(*) FILTER (length - covered <> gap_days) FROM ({expected})"
    total, different = hospital.execute(wrong).fetchall()[0]
    assert total > 300
    assert different == 0


def test_intensive_care_is_said_of_the_place_and_of_the_stay(hospital: duckdb.DuckDBPyConnection):
    place = "SELECT care_site_id FROM care_site WHERE place_of_service_concept_id = 32037"
    stays = f"SELECT visit_occurrence_id FROM visit_occurrence WHERE care_site_id IN ({place})"
    details = "SELECT visit_occurrence_id FROM visit_detail WHERE visit_detail_concept_id = 32037"
    assert ask(hospital, f"SELECT count(*) FROM ({stays})") > 50
    assert ask(hospital, f"SELECT count(*) FROM (({stays}) EXCEPT ({details}))") == 0
    assert ask(hospital, f"SELECT count(*) FROM (({details}) EXCEPT ({stays}))") == 0
