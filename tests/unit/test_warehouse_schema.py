"""The model as data: whole, and consistent with what the room derives from it."""

import pytest

from maillage.warehouse.layout import THIN_COPIES, sort_key
from maillage.warehouse.schema import EVENT_TABLES, TABLES, CdmType
from maillage.warehouse.schema.persons import FACT_LINKS, FACTS, LINKED_TABLES, PARENT_LINKS, PERSON_COLUMNS


def test_the_model_has_its_39_tables_and_432_columns() -> None:
    assert len(TABLES) == 39
    assert sum(len(table.columns) for table in TABLES.values()) == 432


def test_a_column_has_its_official_type_width_and_nullability() -> None:
    columns = {column.name: column for column in TABLES["person"].columns}
    assert list(columns)[:3] == ["person_id", "gender_concept_id", "year_of_birth"]
    assert columns["person_id"].type is CdmType.INTEGER
    assert columns["person_id"].required
    assert columns["birth_datetime"].type is CdmType.DATETIME
    assert not columns["birth_datetime"].required
    assert columns["person_source_value"].length == 50
    assert {column.name: column.length for column in TABLES["note"].columns}["note_text"] is None


def test_every_table_that_names_a_person_is_withheld_from() -> None:
    naming = {name for name, table in TABLES.items() if "person_id" in table.column_names}
    assert naming < set(LINKED_TABLES)


@pytest.mark.parametrize("name", sorted(PARENT_LINKS))
def test_a_parent_is_itself_withheld(name: str) -> None:
    link = PARENT_LINKS[name]
    assert link.parent in PERSON_COLUMNS
    assert link.column in TABLES[name].column_names
    assert link.column in TABLES[link.parent].column_names


def test_links_to_facts_name_columns_of_the_model() -> None:
    for name, links in FACT_LINKS.items():
        for link in links:
            assert {link.domain, link.fact} <= set(TABLES[name].column_names)
    for fact in FACTS:
        assert fact.table in PERSON_COLUMNS
        assert fact.id in TABLES[fact.table].column_names


@pytest.mark.parametrize("name", sorted(EVENT_TABLES))
def test_a_thin_copy_maps_columns_of_its_table(name: str) -> None:
    columns = THIN_COPIES[name].columns
    assert set(columns) <= set(TABLES[name].column_names)
    assert {"concept_id", "person_id", "event_id", "start_date"} <= set(columns.values())
    assert len(set(columns.values())) == len(columns)
    assert ("end_date" in columns.values()) == (name not in {"measurement", "observation"})


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_sort_key_names_columns_and_starts_with_the_person(name: str) -> None:
    names = TABLES[name].column_names
    assert set(sort_key(name)) <= set(names)
    if "person_id" in names:
        assert sort_key(name)[0] == "person_id"
