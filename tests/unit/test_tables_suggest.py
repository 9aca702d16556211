"""A mapping proposed for files that nothing is known of: what each column is, and that it loads as it is."""

from pathlib import Path

import pytest

from maillage.warehouse.batches.tables import stage_tables
from maillage.warehouse.batches.tables.report import BlockReport
from maillage.warehouse.batches.tables.suggest import suggest_mapping
from maillage.warehouse.batches.tables.suggest.recognise import recognise
from maillage.warehouse.batches.tables.suggest.sample import read_sample
from maillage.warehouse.errors import SourceError
from tests.support.headers import HeaderSet, read_sets, write_set

SETS = {one.name: one for one in read_sets()}
PATIENTS = "IPP;SEXE;DDN\n" + "".join(f"P{number};F;01/02/1950\n" for number in range(30))
STAYS = "NDA;IPP;DATE_ENTREE\n" + "".join(f"S{number};P{number};01/02/2020 08:00\n" for number in range(30))


def propose(folder: Path, **files: str) -> str:
    """The proposal for a patients' file, a stays' file and others."""
    whole = {"patients": PATIENTS, "sejours": STAYS, **files}
    paths = [folder / f"{name}.csv" for name in whole]
    for path, text in zip(paths, whole.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return suggest_mapping(paths)


def load(folder: Path, text: str) -> dict[tuple[str, str], BlockReport]:
    """What becomes of the rows, by table and source."""
    (folder / "m.yaml").write_text(text, encoding="utf-8")
    (folder / "staged").mkdir()
    reports = stage_tables(folder / "m.yaml", folder=folder, into=folder / "staged", tolerate=0.0)
    return {(one.table, one.source): one for one in reports}


def rows(line: str, *, count: int = 30) -> str:
    return "".join(line.format(n=number, d=number % 28 + 1) + "\n" for number in range(count))


@pytest.mark.parametrize("one", SETS.values(), ids=SETS)
def test_each_column_of_a_hospital_is_recognised(one: HeaderSet, tmp_path: Path) -> None:
    found = recognise(read_sample(write_set(one, tmp_path)))
    roles = {name: guess.role for guess in found.values() for name in (guess.column, *guess.others)}
    assert {name: roles.get(name, "unknown") for name in one.roles} == one.roles


def test_a_proposal_for_a_whole_extract_loads_as_it_is(tmp_path: Path) -> None:
    names = ["easily-patients", "sillage-stays", "diag-rows", "diag-cells", "pilot-rum", "acts-ccam"]
    names += ["glims", "vitals", "pharma-orders", "given"]
    paths = [write_set(SETS[name], tmp_path) for name in names]
    found = load(tmp_path, suggest_mapping(paths))
    assert {table for table, _source in found} == {
        "location",
        "person",
        "death",
        "visit_occurrence",
        "condition_occurrence",
        "procedure_occurrence",
        "measurement",
        "drug_exposure",
    }
    assert [one for one in found.values() if one.rejected_rows] == []
    # One code in two columns of a row, and many patients of one town.
    assert {one.source for one in found.values() if one.repeated} == {"easily_patients", "pilot_rum"}
    assert found["condition_occurrence", "diag_cells"].added > 0


def test_rows_of_numbered_columns_are_one_entry_and_the_principal_diagnosis_another(tmp_path: Path) -> None:
    text = propose(tmp_path, rum="NDA;DP;DAS1;DAS2\n" + rows("S{n};I10;I10;") + "S1;J18;E11.9;J18\n")
    assert 'code: {code: {concat: [DAS1, DAS2]}, vocabulary: CIM10, split: ";"}' in text
    assert "key: [NDA, DP, {constant: DP}]" in text
    reports = load(tmp_path, text)
    assert reports["condition_occurrence", "rum"].mapped == 32


def test_the_key_tells_apart_what_the_file_tells_apart(tmp_path: Path) -> None:
    lines = rows("S{n};P{n};{d:02}/03/2020;4548-4;5,1;A") + rows("S{n};P{n};{d:02}/03/2020;4548-4;6,2;A")
    text = propose(tmp_path, labo="NDA;IPP;DATE_PRELEVEMENT;CODE_LOINC;RESULTAT;VIDE\n" + lines)
    assert "key: [NDA, CODE_LOINC, DATE_PRELEVEMENT, RESULTAT]" in text
    assert load(tmp_path, text)["measurement", "labo"].mapped == 60


def test_what_a_key_cannot_tell_apart_is_left_to_the_engineer(tmp_path: Path) -> None:
    lines = rows("S{n};01/03/2020;4548-4;5,1;;A;B") + rows("S{n};01/03/2020;4548-4;5,1;tard;B;A")
    text = propose(tmp_path, labo="NDA;DATE_PRELEVEMENT;CODE_LOINC;RESULTAT;NOTE;NOM;PRENOM\n" + lines)
    assert "key: [NDA, CODE_LOINC, DATE_PRELEVEMENT]" in text
    assert "à décider : 30 lignes de l’échantillon ont la clé d’une ligne différente" in text


def test_local_codes_stand_in_where_there_is_no_loinc(tmp_path: Path) -> None:
    lines = rows("P{n};CREA;14682-9;01/03/2020") + rows("P{n};MAISON;;01/03/2020")
    reports = load(tmp_path, propose(tmp_path, labo="IPP;CODE_ANALYSE;CODE_LOINC;DATE_PRELEVEMENT\n" + lines))
    assert [one.mapped for (table, _source), one in reports.items() if table == "measurement"] == [30]
    text = (tmp_path / "m.yaml").read_text(encoding="utf-8")
    assert "where: [{column: CODE_LOINC, empty: true}]" in text
    assert "vocabulary: LABO" in text


def test_words_that_mean_nothing_and_dates_of_every_kind_are_read(tmp_path: Path) -> None:
    header = "IPP;SEXE;DATE_NAISSANCE;DATE_DECES\n"
    dates = ["01/02/1950;NR", "01/02/1950;2020-01-02T00:30:00+01:00", "01/02/1950;31/12/2020 08:00"]
    people = "".join(f"Q{number};Femme;{dates[number % 3]}\n" for number in range(30))
    text = propose(tmp_path, patients=header + people, sejours=STAYS.replace(";P", ";Q"))
    assert 'nulls: ["NR"]' in text
    assert "map: {Femme: 8532}" in text
    reports = load(tmp_path, text)
    assert reports["death", "patients"].mapped == 20
    assert reports["person", "patients"].mapped == 30


def test_a_year_of_two_digits_is_left_to_the_engineer(tmp_path: Path) -> None:
    people = "IPP;SEXE;DDN\n" + rows("P{n};F;{d:02}/03/50")
    text = propose(tmp_path, patients=people)
    assert "# à décider : année sur deux chiffres, illisible sans le siècle : DDN" in text


def test_who_a_patient_is_and_what_is_unknown_are_told_apart(tmp_path: Path) -> None:
    text = propose(tmp_path, patients="IPP;SEXE;DDN;NOM;PRENOM;ZORG\n" + rows("P{n};F;01/02/1950;SECRET;J;x"))
    told = "colonnes reconnues que cette proposition ne charge pas : NOM (identité), PRENOM (identité)"
    assert told in text
    assert "colonnes non reconnues : ZORG" in text
    assert "SECRET" not in text


def test_the_first_line_of_a_spreadsheet_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="celle d’un tableur"):
        propose(tmp_path, labo="sep=;\nIPP;CODE_LOINC\nP1;4548-4\n")


def test_files_in_which_no_table_is_seen_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Aucune table ne se reconnaît"):
        suggest_mapping([write_set(SETS["no-names"], tmp_path)])
