"""A warehouse as a hospital's own CSV files, with the mapping that says what their columns mean.

French as hospitals write it: Windows-1252, semicolons, decimal commas, days before months. Not carried: codes
of other vocabularies than the mapping's, the hospital's codes of visits; periods and eras are derived again.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

MAPPING = """\
version: 1
name: Centre hospitalier
sources:
  patients: {file: patients.csv, encoding: windows-1252, date_formats: ["%d/%m/%Y"]}
  stays: {file: sejours.csv, encoding: windows-1252, date_formats: ["%d/%m/%Y"]}
  diagnoses: {file: diagnostics.csv, encoding: windows-1252, date_formats: ["%d/%m/%Y"]}
  acts: {file: actes.csv, encoding: windows-1252, date_formats: ["%d/%m/%Y"]}
  drugs: {file: medicaments.csv, encoding: windows-1252, date_formats: ["%d/%m/%Y"]}
  results: {file: biologie.csv, encoding: windows-1252, decimal: ",", date_formats: ["%d/%m/%Y"]}
tables:
  - table: person
    source: patients
    key: [ipp]
    columns:
      person_source_value: {column: ipp}
      gender_concept_id: {column: sexe, map: {M: 8507, F: 8532}}
      year_of_birth: {column: naissance, part: year}
      month_of_birth: {column: naissance, part: month}
      day_of_birth: {column: naissance, part: day}
  - table: death
    source: patients
    where:
      - {column: deces, empty: false}
    columns:
      person_id: {ref: person, by: [ipp]}
      death_date: {column: deces}
  - table: visit_occurrence
    source: stays
    key: [sejour]
    columns:
      person_id: {ref: person, by: [ipp]}
      visit_concept_id: {column: nature, map: {H: 9201, C: 9202, U: 9203}}
      visit_start_date: {column: entree}
      visit_end_date: {column: sortie}
  - table: condition_occurrence
    source: diagnoses
    key: [numero]
    code: {code: {column: cim10}, vocabulary: CIM10}
    columns:
      person_id: {ref: person, by: [ipp]}
      visit_occurrence_id: {ref: visit_occurrence, by: [sejour]}
      condition_status_concept_id: {column: rang, map: {DP: 32902, DA: 32908}, default: 0}
      condition_start_date: {column: debut}
      condition_end_date: {column: fin}
  - table: procedure_occurrence
    source: acts
    key: [numero]
    code: {code: {column: ccam}, vocabulary: CCAM}
    columns:
      person_id: {ref: person, by: [ipp]}
      visit_occurrence_id: {ref: visit_occurrence, by: [sejour]}
      procedure_date: {column: jour}
  - table: drug_exposure
    source: drugs
    key: [numero]
    code: {code: {column: atc}, vocabulary: ATC}
    columns:
      person_id: {ref: person, by: [ipp]}
      visit_occurrence_id: {ref: visit_occurrence, by: [sejour]}
      drug_exposure_start_date: {column: debut}
      drug_exposure_end_date: {column: fin}
      days_supply: {column: jours}
  - table: measurement
    source: results
    key: [numero]
    code: {code: {column: loinc}, vocabulary: LOINC}
    unit: {column: unite}
    columns:
      person_id: {ref: person, by: [ipp]}
      visit_occurrence_id: {ref: visit_occurrence, by: [sejour]}
      measurement_date: {column: jour}
      value_as_number: {column: resultat}
      value_source_value: {column: resultat}
"""

_FILES: Mapping[str, str] = {
    "patients": """
        SELECT person_id AS IPP, if(gender_concept_id = 8507, 'M', 'F') AS SEXE,
            {birth} AS NAISSANCE, {death_date} AS DECES
        FROM person LEFT JOIN death USING (person_id)""",
    "sejours": """
        SELECT visit_occurrence_id AS SEJOUR, person_id AS IPP,
            CASE visit_concept_id WHEN 9201 THEN 'H' WHEN 9202 THEN 'C' WHEN 9203 THEN 'U' END AS NATURE,
            {visit_start_date} AS ENTREE, {visit_end_date} AS SORTIE
        FROM visit_occurrence""",
    "diagnostics": """
        SELECT condition_occurrence_id AS NUMERO, person_id AS IPP, visit_occurrence_id AS SEJOUR,
            concept_code AS CIM10,
            CASE condition_status_concept_id WHEN 32902 THEN 'DP' WHEN 32908 THEN 'DA' END AS RANG,
            {condition_start_date} AS DEBUT, {condition_end_date} AS FIN
        FROM condition_occurrence JOIN concept ON concept_id = condition_source_concept_id""",
    "actes": """
        SELECT procedure_occurrence_id AS NUMERO, person_id AS IPP, visit_occurrence_id AS SEJOUR,
            concept_code AS CCAM, {procedure_date} AS JOUR
        FROM procedure_occurrence JOIN concept ON concept_id = procedure_source_concept_id
        WHERE vocabulary_id = 'CCAM'""",
    "medicaments": """
        SELECT drug_exposure_id AS NUMERO, person_id AS IPP, visit_occurrence_id AS SEJOUR,
            concept_code AS ATC, {drug_exposure_start_date} AS DEBUT, {drug_exposure_end_date} AS FIN,
            days_supply AS JOURS
        FROM drug_exposure JOIN concept ON concept_id = drug_source_concept_id
        WHERE vocabulary_id = 'ATC'""",
    "biologie": """
        SELECT measurement_id AS NUMERO, person_id AS IPP, visit_occurrence_id AS SEJOUR,
            code.concept_code AS LOINC, {measurement_date} AS JOUR,
            replace(CAST(value_as_number AS VARCHAR), '.', ',') AS RESULTAT, unit.concept_code AS UNITE
        FROM measurement JOIN concept AS code ON code.concept_id = measurement_source_concept_id
        LEFT JOIN concept AS unit ON unit.concept_id = unit_concept_id
        WHERE code.vocabulary_id = 'LOINC'""",
}
_DAYS = (
    *("death_date", "visit_start_date", "visit_end_date", "condition_start_date", "condition_end_date"),
    *("procedure_date", "drug_exposure_start_date", "drug_exposure_end_date", "measurement_date"),
)


def write_tables(warehouse: Path, folder: Path) -> Path:
    """Write the persons of a warehouse and what befell them into an empty folder, the mapping beside."""
    folder.mkdir(parents=True, exist_ok=True)
    days = {name: f"strftime({name}, '%d/%m/%Y')" for name in _DAYS}
    days["birth"] = "strftime(make_date(year_of_birth, month_of_birth, day_of_birth), '%d/%m/%Y')"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for name, query in _FILES.items():
            connection.sql(query.format(**days)).write_csv(str(folder / f"{name}.csv"), sep=";")
    (folder / "correspondance.yaml").write_text(MAPPING, encoding="utf-8")
    return folder
