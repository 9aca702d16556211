"""What engines answer differently to the same tree unless somebody minds: each trap is a tree and its rows.

A new engine is a line in `conftest.ENGINES`; it must answer all of these, and the answers are DuckDB's.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from sqlglot import exp, parse_one

from maillage.cohort.attrition import attrition
from maillage.cohort.compile.dates import (
    add_days,
    add_days_of,
    date_literal,
    days_between,
    earliest,
    first_known,
    latest,
    year_of,
)
from maillage.cohort.compile.sql import (
    cast,
    col,
    count,
    equal,
    in_numbers,
    in_query,
    inner_join,
    is_null,
    named,
    negate,
    num,
    numbers,
    ordered,
    rank_in,
    row_number,
    select,
    semi_join,
    subquery,
    table,
    text,
    union_all,
    when,
)
from maillage.cohort.run import CohortTables
from maillage.national.ins_sql import holds_ins, holds_nir
from maillage.warehouse.engines.base import Engine, Row
from tests.support.values import rows_of

DAY = datetime.date


@dataclass(frozen=True)
class Trap:
    """A tree over the rows `t` (a, b, …) and the answer, in any order unless the tree orders it."""

    name: str
    kinds: str
    rows: Sequence[Row]
    columns: Sequence[exp.Expr]
    answer: Sequence[Row]
    where: Sequence[exp.Expr] = ()
    group: Sequence[exp.Expr] = ()
    joins: Sequence[exp.Join] = field(default_factory=list)


def a() -> exp.Column:
    return col("t", "a")


def b() -> exp.Column:
    return col("t", "b")


def over_day(function: exp.Expr, *, descending: bool = False) -> exp.Window:
    return exp.Window(
        this=function,
        partition_by=[a()],
        order=exp.Order(expressions=[ordered(b(), descending=descending)]),
        spec=exp.WindowSpec(
            kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=num(1), end_side="PRECEDING"
        ),
    )


def keys(*values: int | None) -> exp.Query:
    return rows_of("BIGINT", [(value,) for value in values])


def no_keys() -> exp.Query:
    return select([col("k", "a")], subquery(keys(1), "k"), where=[exp.false()])


def among(*values: int | None) -> exp.Expr:
    return in_query(a(), keys(*values))


def like(pattern: str) -> exp.Expr:
    return exp.Like(this=a(), expression=text(pattern))


TEXTS: list[Row] = [
    ("a%c",),
    ("abc",),
    ("a\\c",),
    ("ABC",),
    ("abc ",),
    ("l'été",),
    ("L'ÉTÉ",),
    ('"',),
    (None,),
]


def matches(name: str, pattern: str, *expected: str) -> Trap:
    return Trap(name, "VARCHAR", TEXTS, [a()], [(one,) for one in expected], where=[like(pattern)])


LEAP: list[Row] = [(DAY(2020, 2, 28),), (DAY(1899, 12, 31),), (DAY(2999, 12, 31),), (None,)]
HUGE = 2**53 + 1
TRAPS = [
    Trap(
        "a date and a number of days is a date",
        "DATE",
        LEAP,
        [add_days(a(), 1), add_days(a(), -366), add_days(a(), 0)],
        [
            (DAY(2020, 2, 29), DAY(2019, 2, 27), DAY(2020, 2, 28)),
            (DAY(1900, 1, 1), DAY(1898, 12, 30), DAY(1899, 12, 31)),
            (DAY(3000, 1, 1), DAY(2998, 12, 30), DAY(2999, 12, 31)),
            (None, None, None),
        ],
    ),
    Trap(
        "a date and a column of days",
        "DATE BIGINT",
        [(DAY(2020, 2, 28), 2), (DAY(2020, 2, 28), -59), (DAY(2020, 2, 28), None), (None, 1)],
        [add_days_of(a(), b())],
        [(DAY(2020, 3, 1),), (DAY(2019, 12, 31),), (None,), (None,)],
    ),
    Trap(
        "days between count midnights, with their sign",
        "DATE DATE",
        [(DAY(2020, 2, 28), DAY(2020, 3, 1)), (DAY(2021, 1, 1), DAY(2020, 1, 1)), (None, DAY(2020, 1, 1))],
        [days_between(a(), b())],
        [(2,), (-366,), (None,)],
    ),
    Trap(
        "dates far away",
        "DATE",
        [(DAY(1, 1, 1),), (DAY(1582, 10, 4),), (DAY(9999, 12, 31),)],
        [a(), year_of(a()), days_between(date_literal(DAY(1970, 1, 1)), a())],
        [
            (DAY(1, 1, 1), 1, -719162),
            (DAY(1582, 10, 4), 1582, -141438),
            (DAY(9999, 12, 31), 9999, 2932896),
        ],
    ),
    Trap(
        "the first and the last date pass over nulls",
        "BIGINT DATE",
        [(1, DAY(2020, 1, 2)), (1, None), (1, DAY(2020, 1, 1)), (2, None)],
        [a(), exp.Min(this=b()), exp.Max(this=b())],
        [(1, DAY(2020, 1, 1), DAY(2020, 1, 2)), (2, None, None)],
        group=[a()],
    ),
    Trap(
        "the latest of several passes over nulls",
        "DATE DATE",
        [(DAY(2020, 1, 2), DAY(2020, 1, 1)), (None, DAY(2020, 1, 3)), (None, None)],
        [latest(a(), b())],
        [(DAY(2020, 1, 2),), (DAY(2020, 1, 3),), (None,)],
    ),
    Trap(
        "the earliest of several passes over nulls",
        "DATE DATE",
        [(DAY(2020, 1, 2), DAY(2020, 1, 1)), (None, DAY(2020, 1, 3)), (None, None)],
        [earliest(a(), b()), first_known(a(), b())],
        [
            (DAY(2020, 1, 1), DAY(2020, 1, 2)),
            (DAY(2020, 1, 3), DAY(2020, 1, 3)),
            (None, None),
        ],
    ),
    Trap(
        "counts leave out nulls, distinct ones too",
        "BIGINT BIGINT",
        [(1, 5), (1, 5), (1, None), (2, None)],
        [a(), count(b()), count(b(), distinct=True), exp.Count(this=exp.Star())],
        [(1, 2, 1, 3), (2, 0, 0, 1)],
        group=[a()],
    ),
    Trap(
        "NOT IN a list with a null holds for nothing",
        "BIGINT",
        [(1,), (2,)],
        [a()],
        [],
        where=[exp.Not(this=among(1, None))],
    ),
    Trap(
        "a null is not out of a list",
        "BIGINT",
        [(1,), (2,), (None,)],
        [a()],
        [(2,)],
        where=[exp.Not(this=among(1))],
    ),
    Trap(
        "everything is out of an empty list, a null too",
        "BIGINT",
        [(1,), (None,)],
        [a()],
        [(1,), (None,)],
        where=[exp.Not(this=in_query(a(), no_keys()))],
    ),
    Trap(
        "a negated comparison with a null holds for nothing",
        "BIGINT",
        [(1,), (3,), (None,)],
        [a()],
        [(3,)],
        where=[negate(exp.Between(this=a(), low=num(0), high=num(2)))],
    ),
    Trap(
        "a set asked about in a column of the answer",
        "BIGINT",
        [(1,), (2,)],
        [
            a(),
            when(among(2), num(1), num(0)),
            when(exp.Not(this=among(2)), num(1), num(0)),
        ],
        [(1, 0, 1), (2, 1, 0)],
    ),
    Trap(
        "a row with two pairs comes once from a semi-join",
        "BIGINT",
        [(1,), (2,), (None,)],
        [a()],
        [(1,)],
        joins=[semi_join(subquery(keys(1, 1, None), "k"), [equal(col("k", "a"), a())])],
    ),
    Trap(
        "whole numbers divide to fractions, and by nothing to nothing",
        "BIGINT BIGINT",
        [(7, 2), (-7, 2), (1, 0), (1, None)],
        [exp.Div(this=a(), expression=exp.Nullif(this=b(), expression=num(0)))],
        [(3.5,), (-3.5,), (None,), (None,)],
    ),
    Trap(
        "a fraction becomes the nearest whole number, halves the even one",
        "DOUBLE",
        [(0.5,), (1.5,), (2.5,), (-0.5,), (-1.5,), (2.4,), (None,)],
        [cast(a(), "BIGINT")],
        [(0,), (2,), (2,), (0,), (-2,), (2,), (None,)],
    ),
    Trap(
        "ids beyond 2^53, negative too, keep every digit",
        "BIGINT",
        [(HUGE,), (HUGE + 1,), (-HUGE,), (2**63 - 1,), (-(2**63) + 1,)],
        [a(), cast(a(), "BIGINT")],
        [(HUGE, HUGE), (-HUGE, -HUGE), (2**63 - 1, 2**63 - 1)],
        where=[in_numbers(a(), [HUGE, -HUGE, 2**63 - 1])],
    ),
    Trap(
        "a sum of bits is wide enough",
        "BIGINT",
        [(1,), (2,)],
        [cast(exp.Add(this=when(equal(a(), num(1)), num(2**30), num(0)), expression=num(2**31)), "BIGINT")],
        [(2**31 + 2**30,), (2**31,)],
    ),
    Trap(
        "a number of 126 bits",
        "BIGINT",
        [(1,), (2,)],
        [cast(exp.Add(this=when(equal(a(), num(1)), num(2**125), num(0)), expression=num(1)), "INT128")],
        [(2**125 + 1,), (1,)],
    ),
    Trap(
        "decimals compare with a double as it is",
        "DOUBLE",
        [(6.5,), (0.1,)],
        [a()],
        [(0.1,)],
        where=[exp.EQ(this=a(), expression=num(0.1))],
    ),
    matches("% stands for any text", "a%", "a%c", "abc", "a\\c", "abc "),
    matches("_ stands for one character, of any width", "l'_t_", "l'été"),
    matches("a backslash is a character", "a\\c", "a\\c"),
    matches("a backslash escapes nothing", "a\\%", "a\\c"),
    matches("a quote is a character", "%'%", "l'été", "L'ÉTÉ"),
    matches("a double quote is a character", '"', '"'),
    matches("case and accents differ", "%été", "l'été"),
    matches("a space at the end counts", "abc", "abc"),
    matches("nothing of this process stands in a text", "${env:HOME}"),
    Trap(
        "texts are equal byte for byte", "VARCHAR", TEXTS, [a()], [("abc",)], where=[equal(a(), text("abc"))]
    ),
    Trap(
        "texts sort by their bytes, whatever the language",
        "VARCHAR",
        [("a",), ("B",), ("é",), ("z",), ("",)],
        [exp.Min(this=a()), exp.Max(this=a())],
        [("", "é")],
    ),
    Trap(
        "texts compare by their bytes",
        "VARCHAR",
        [("a",), ("B",), ("é",)],
        [a()],
        [("a",), ("é",)],
        where=[exp.GT(this=a(), expression=text("Z"))],
    ),
    Trap(
        "a text of numbers becomes them, every digit kept",
        "VARCHAR",
        [(f"{HUGE} -{HUGE} 7",), ("0",)],
        [exp.Explode(this=numbers(exp.Split(this=a(), expression=text(" "))))],
        [(HUGE,), (-HUGE,), (7,), (0,)],
    ),
    Trap(
        "an empty text is no null", "VARCHAR", [("",), (None,)], [a()], [("",)], where=[negate(is_null(a()))]
    ),
    Trap(
        "nulls come last in a rank, forwards",
        "BIGINT DATE",
        [(1, None), (1, DAY(2020, 1, 1)), (1, DAY(2019, 1, 1))],
        [b(), rank_in(a(), [ordered(b())])],
        [(DAY(2019, 1, 1), 1), (DAY(2020, 1, 1), 2), (None, 3)],
    ),
    Trap(
        "nulls come last in a rank, backwards too",
        "BIGINT DATE",
        [(1, None), (1, DAY(2020, 1, 1)), (1, DAY(2019, 1, 1))],
        [b(), rank_in(a(), [ordered(b(), descending=True)])],
        [(DAY(2020, 1, 1), 1), (DAY(2019, 1, 1), 2), (None, 3)],
    ),
    Trap(
        "ties of a rank follow the next key",
        "BIGINT VARCHAR",
        [(1, "b"), (1, "B"), (1, "é"), (1, "a")],
        [b(), rank_in(a(), [ordered(a()), ordered(b())])],
        [("B", 1), ("a", 2), ("b", 3), ("é", 4)],
    ),
    Trap(
        "a running maximum leaves the row itself out",
        "BIGINT DATE",
        [(1, DAY(2020, 1, 1)), (1, DAY(2020, 1, 3)), (2, DAY(2020, 1, 2))],
        [a(), b(), over_day(exp.Max(this=b()))],
        [
            (1, DAY(2020, 1, 1), None),
            (1, DAY(2020, 1, 3), DAY(2020, 1, 1)),
            (2, DAY(2020, 1, 2), None),
        ],
    ),
    Trap(
        "the row after",
        "BIGINT BIGINT",
        [(1, 1), (1, 3), (2, 2)],
        [
            a(),
            b(),
            exp.Window(
                this=exp.Lead(this=b()), partition_by=[a()], order=exp.Order(expressions=[ordered(b())])
            ),
        ],
        [(1, 1, 3), (1, 3, None), (2, 2, None)],
    ),
    Trap(
        "truth is a value",
        "BIGINT BIGINT",
        [(1, 1), (1, 2), (1, None)],
        [equal(a(), b())],
        [(True,), (False,), (None,)],
    ),
    Trap(
        "true and false are conditions",
        "BIGINT",
        [(1,)],
        [a()],
        [(1,)],
        where=[exp.true(), negate(exp.false())],
    ),
    Trap(
        "a join on no equality",
        "BIGINT",
        [(1,), (2,)],
        [a(), col("k", "a")],
        [(2, 1)],
        joins=[inner_join(subquery(keys(1, 2), "k"), [exp.LT(this=col("k", "a"), expression=a())])],
    ),
]


@pytest.mark.parametrize("trap", TRAPS, ids=[trap.name for trap in TRAPS])
def test_a_trap_is_answered_as_the_tree_means(engine: Engine, trap: Trap) -> None:
    columns = [named(column, f"c{rank}") for rank, column in enumerate(trap.columns)]
    source = subquery(rows_of(trap.kinds, trap.rows), "t")
    query = select(columns, source, joins=trap.joins, where=trap.where, group=trap.group)
    assert sorted(engine.fetch(query.copy()), key=repr) == sorted(trap.answer, key=repr)


def test_row_numbers_are_each_their_own_and_stay_so(engine: Engine) -> None:
    numbered = select([named(row_number(), "n"), a()], subquery(rows_of("BIGINT", [(1,), (2,), (2,)]), "t"))
    engine.create_temp("numbered", numbered)
    try:
        once = engine.fetch(select([col("t", "n"), a()], table("numbered", "t")))
        assert len({number for number, _value in once}) == 3
        assert sorted(engine.fetch(select([col("t", "n"), a()], table("numbered", "t")))) == sorted(once)
    finally:
        engine.drop_temp("numbered")


def test_an_array_becomes_rows_and_all_rows_stay_in_a_union(engine: Engine) -> None:
    array = exp.Explode(this=exp.Array(expressions=[num(1), num(2**40), num(1)]))
    rows = exp.Select(expressions=[named(num(7), "a"), named(array, "b")])
    query = union_all([rows, rows.copy()])
    assert sorted(engine.fetch(query)) == sorted([(7, 1), (7, 2**40), (7, 1)] * 2)


@pytest.mark.parametrize("rules", [5, 40, 70, 126])
def test_the_mask_of_many_rules_is_read_bit_by_bit(engine: Engine, rules: int) -> None:
    kind = "BIGINT" if rules <= 62 else "INT128"
    full = 2**rules - 1
    masks = [(1, full), (2, full - 2 ** (rules - 1)), (2, 0), (3, full - 2)]
    events = rows_of(f"BIGINT {kind}", masks, names=("person_id", "inclusion_mask"))
    engine.create_temp("masks", events)
    try:
        found = dict(engine.fetch(attrition(CohortTables("", "masks", rules))))
    finally:
        engine.drop_temp("masks")
    assert found == {0: 3, 1: 3} | dict.fromkeys(range(2, rules), 2) | {rules: 1}


def test_a_literal_is_never_syntax(engine: Engine) -> None:
    hostile = [
        "'; DROP TABLE person; --",
        "\\'",
        "''",
        "\\",
        "\n",
        "$$",
        "%s",
        "{x}",
        "\\u0041",
        "/*",
    ]
    columns = [named(text(one), f"c{rank}") for rank, one in enumerate(hostile)]
    assert engine.fetch(exp.Select(expressions=columns)) == [tuple(hostile)]


def test_a_text_is_judged_an_ins_on_each_engine_alike(engine: Engine) -> None:
    texts = [
        "279035121518989",
        "279035121518988",
        "180012A00400564",
        "180012B00400565",
        "2790351215189",
        "né",
    ]
    rows = " UNION ALL ".join(f"SELECT {rank} AS rank, '{text}' AS t" for rank, text in enumerate(texts))
    query = parse_one(f"SELECT rank FROM ({rows} UNION ALL SELECT 9, NULL) AS s ORDER BY rank")
    assert isinstance(query, exp.Select)
    value = exp.column("t")
    found = engine.fetch(query.select(holds_ins(value), holds_nir(value)))
    assert [row[1:] for row in found] == [
        (True, True),
        (False, False),
        (True, True),
        (False, False),
        (False, True),
        (False, False),
        (False, False),
    ]
