"""Our table of positions says what the public formats say, for six years and every field that we read."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from maillage.warehouse.batches.pmsi.positions import (
    ANY,
    NEXT,
    ZONES,
    Layout,
    read_layouts,
    zone,
    zone_length,
)
from tests.support.pmsi_lines import RSA_YEARS, YEARS

SUMMARY = {
    "finess": "NOFINESS",
    "stay": "NORSS",
    "admission": "NAS",
    "record": "NORUM",
    "birth": "DTNAIS",
    "sex": "SXPMSI",
    "unit": "CDURM",
    "entry": "D8EEUE",
    "entry_mode": "MDEEUE",
    "origin": "TYTRPR",
    "leave": "D8SOUE",
    "exit_mode": "MDSOUE",
    "destination": "TYTRDS",
    "residence": "CDRESI",
    "sessions": "NBSEAN",
    "associated": "NBDAS",
    "documentary": "NBDAD",
    "acts": "NBACTE",
    "principal": "DP",
    "related": "DR",
    "zones": "ZAD",
}
ACT = {"code": "CDCCAM", "extension": "DESCRI", "phase": "PHASE", "activity": "ACT", "executions": "NBEXEC"}
NAMES: Mapping[str, Mapping[str, str]] = {
    "rss": {"ghm": "CDGHM", **SUMMARY},
    "rsa": {
        "finess": "NOFINESS",
        "record": "CLE_RSA",
        "units": "NBRUM",
        "years": "AGEAN",
        "days": "AGEJR",
        "sex": "SEXE",
        "entry_mode": "ECHPMSI",
        "origin": "PROV",
        "exit_month": "MOISSOR",
        "exit_year": "ANSOR",
        "exit_mode": "SCHPMSI",
        "destination": "DEST",
        "nights": "DUREE",
        "residence": "CDGEO",
        "sessions": "NBSEANCE",
        "authorisations": "NBAUTPGV",
        "radiotherapies": "NB_RDTH",
        "principal": "DP",
        "related": "DR",
        "associated": "NDAS",
        "acts": "NA",
        "zones": "ZA",
    },
    "rum_act": {"date": "DTACTE", **ACT},
    "rsa_act": {"delay": "DELAI", **ACT},
    "rsa_unit": {
        "unit": "NSEQUM",
        "principal": "DPUM",
        "related": "DRUM",
        "associated": "NBDIAGAS",
        "acts": "NBACTE",
        "nights": "DUREESEJPART",
    },
    "ano": {
        "chain": "ILIASON",
        "finess": "NOFINESS",
        "birth": "DTNAIS",
        "record": "CLE_RSA",
        "entry": "DTENT",
        "leave": "DTSORT",
    },
    "ano_hosp": {"admission": "NODA", "patient": "IPP"},
}
TABLES = {
    "rss": "rum",
    "rsa": "rsa",
    "rum_act": "rum_actes",
    "rsa_act": "rsa_actes",
    "rsa_unit": "rsa_um",
    "ano": "rsa_ano",
    "ano_hosp": "rum_ano",
}

Places = Mapping[str, tuple[int, int | None]]


@pytest.fixture(scope="module")
def formats(shared_data: Path) -> Mapping[tuple[str, int], Places]:
    """Place and length of every field of the public formats, by table and year."""
    path = shared_data / "pmsi" / "formats.parquet"
    found: dict[tuple[str, int], dict[str, tuple[int, int | None]]] = {}
    with duckdb.connect() as connection:
        query = f"SELECT \"table\", an, nom, \"position\", longueur FROM '{path}' WHERE champ = 'mco'"
        for table, year, name, start, length in connection.execute(query).fetchall():
            if year.isdigit():
                found.setdefault((table, 2000 + int(year)), {})[name] = (start, length)
    return found


def layout_of(name: str, year: int) -> Layout:
    layouts = read_layouts()[name]
    if name in ("rss", "rsa"):
        return layouts[YEARS[year][name]]
    if name.startswith("ano"):
        first, later = layouts.values() if name == "ano" else (layouts["013"], layouts["014"])
        return first if year < 2022 else later
    return zone(name)


@pytest.mark.parametrize("year", RSA_YEARS)
@pytest.mark.parametrize("name", NAMES)
def test_a_field_lies_where_the_public_format_puts_it(
    formats: Mapping[tuple[str, int], Places], name: str, year: int
) -> None:
    public = formats[TABLES[name], year]
    for field in layout_of(name, year).values():
        if field.name in NAMES[name]:
            start, length = public[NAMES[name][field.name]]
            assert field.start == start, field.name
            assert field.name == ZONES or field.length == length, field.name


@pytest.mark.parametrize("year", RSA_YEARS)
def test_what_the_public_format_cuts_finer_lies_there_too(
    formats: Mapping[tuple[str, int], Places], year: int
) -> None:
    rsa, ano = formats["rsa", year], formats["rsa_ano", year]
    assert layout_of("rsa", year)["ghm"].start == rsa["RSACMD"][0]
    assert layout_of("rsa", year)["ghm"].length == rsa["RSACDRETR"][0] - rsa["RSACMD"][0]
    returns = layout_of("ano", year)["returns"]
    assert (returns.start, returns.start + (returns.length or 0)) == (ano["CRSECU"][0], ano["NOANON"][0])
    for name in ("rum_act", "rsa_act", "rsa_unit"):
        end = max(start + (length or 0) for start, length in formats[TABLES[name], year].values())
        version = YEARS[year]["rum"] if name == "rum_act" else ANY
        assert zone_length(name, version=version) == end - 1, name


def test_the_summaries_of_2026_have_thirteen_characters_more_and_their_acts_three() -> None:
    for name, first in (("rum", 191), ("rss", 206)):
        former, new = (read_layouts()[name][YEARS[year][name]] for year in (2025, 2026))
        assert new[ZONES].start == first == former[ZONES].start + 13
        assert {**new, ZONES: None} == {**former, ZONES: None}
        assert [zone_length("rum_act", version=YEARS[year][name]) for year in (2025, 2026)] == [29, 32]


def test_an_ungrouped_rum_is_a_grouped_one_without_its_head() -> None:
    for version, layout in read_layouts()["rum"].items():
        grouped = read_layouts()["rss"][f"1{version[1:]}"]
        for field in layout.values():
            assert (field.start + 15, field.length) == (grouped[field.name].start, grouped[field.name].length)


def test_every_field_is_compared() -> None:
    compared = {name: {*fields, NEXT, "ghm", "returns"} for name, fields in NAMES.items()}
    for name, layouts in read_layouts().items():
        for layout in layouts.values():
            known = compared.get("rss" if name == "rum" else name, {NEXT})
            assert layout.keys() <= known, name
