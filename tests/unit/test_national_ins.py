"""The INS: its key, its spellings, and that no text of it is ever printed."""

import duckdb
import pytest
from sqlglot import exp

from maillage.base.errors import MaillageError
from maillage.national.errors import InsError, NationalError
from maillage.national.ins import Authority, Ins, key_of, parse_ins
from maillage.national.ins_sql import holds_ins, looks_like_ins

EXAMPLE = "279035121518989"
"""The test patient of the Agence du numérique en santé."""
# Public samples whose key is wrong, with the key that was computed by hand.
WRONG = {
    "221042545611404": "83",
    "223042545611404": "82",
    "222127505611201": "47",
    "224027511583555": "12",
    "123456789012244": "12",
}
CORSICAN = ("180012A00400564", "180012B00400591")
NOT_ONE = (
    "",
    "27903512151898",
    "2790351215189899",
    "579035121518989",
    "27903512151898A",
    "27903512151898٩",
    "x" * 999,
)


@pytest.mark.parametrize(
    "text", [EXAMPLE, "2 79 03 51 215 189 89", " 2.79.03.51.215.189-89 ", "2\u00a079\u202f03 51215189 89"]
)
def test_a_matricule_is_read_however_it_is_spaced(text: str) -> None:
    assert parse_ins(text, authority=Authority.TEST).matricule == EXAMPLE


@pytest.mark.parametrize(("text", "key"), WRONG.items())
def test_public_samples_with_a_wrong_key_are_refused(text: str, key: str) -> None:
    with pytest.raises(InsError, match="clé"):
        parse_ins(text)
    assert parse_ins(text[:13] + key)


@pytest.mark.parametrize("text", CORSICAN)
def test_corsica_counts_19_and_18(text: str) -> None:
    number = int(text[:13].replace("2A", "19").replace("2B", "18"))
    assert parse_ins(text.lower()).matricule == text
    assert key_of(text[:13]) == f"{97 - number % 97:02d}"


@pytest.mark.parametrize("text", NOT_ONE)
def test_another_text_is_none(text: str) -> None:
    with pytest.raises(NationalError) as caught:
        parse_ins(text)
    assert isinstance(caught.value, MaillageError)


def test_each_digit_counts() -> None:
    for place in range(15):
        for digit in "0123456789":
            changed = EXAMPLE[:place] + digit + EXAMPLE[place + 1 :]
            if changed != EXAMPLE:
                with pytest.raises(InsError):
                    Ins(changed)


def test_it_is_never_printed() -> None:
    ins = parse_ins(EXAMPLE)
    shown = f"{ins} {ins!r} {[ins]} {ins!s}"
    with pytest.raises(InsError) as caught:
        parse_ins("2 79 03 51 215 189 88")
    for digits in ("27903", "215189", "2 79 03"):
        assert digits not in shown + str(caught.value)


def test_examples_are_no_persons() -> None:
    assert [one.name for one in Authority if one.is_real] == ["NIR", "NIA"]


def test_the_tree_says_what_the_value_says() -> None:
    texts = [EXAMPLE, *WRONG, *CORSICAN, *NOT_ONE, EXAMPLE[:13] + "00"]
    column = exp.column("text")
    query = exp.select(holds_ins(column), looks_like_ins(column)).from_("rows")
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE rows (text VARCHAR)")
        connection.executemany("INSERT INTO rows VALUES (?)", [(text,) for text in [*texts, None]])
        found = connection.execute(query.sql("duckdb")).fetchall()
    assert [holds for holds, _shape in found] == [is_one(text) for text in texts] + [False]
    assert found[1] == (False, True)
    assert found[-1] == (False, None)


def is_one(text: str) -> bool:
    try:
        return bool(Ins(text))
    except InsError:
        return False
