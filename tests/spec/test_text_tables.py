"""Tables as text: what is read, what is refused."""

import pytest

from tests.spec.text_tables import read_table, read_tables, to_rows

TWO = """
    person
    person_id | gender_concept_id
    1         |
    2         | 8532

    measurement
    person_id | value_as_number | measurement_date | remarque
    1         | 6.5             | 2020-03-01       | haute
"""


def test_blocks_are_tables_by_their_names() -> None:
    person, measurement = read_tables(TWO)
    assert (person.name, person.columns) == ("person", ("person_id", "gender_concept_id"))
    assert person.rows == (("1", ""), ("2", "8532"))
    assert measurement.column("value_as_number") == ["6.5"]


def test_rows_have_the_types_of_the_model_and_a_number_of_their_own() -> None:
    person, measurement = map(to_rows, read_tables(TWO))
    assert person == [
        {"person_id": 1, "gender_concept_id": None},
        {"person_id": 2, "gender_concept_id": 8532},
    ]
    assert measurement == [
        {"measurement_id": 1, "person_id": 1, "value_as_number": 6.5, "measurement_date": "2020-03-01"}
    ]


def test_a_header_alone_is_a_table_without_rows() -> None:
    assert read_table("subject_id").rows == ()


@pytest.mark.parametrize(
    "text",
    ["person_id | remarque\n1 | trop court", "person_id | remarque\n1         |"],
    ids=["bars not aligned", "nothing explained"],
)
def test_a_table_that_misleads_its_reader_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_table(text)
