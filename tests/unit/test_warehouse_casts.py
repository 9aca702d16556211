"""Casts keep a value whole or stop: `cannot_cast` says true exactly where `strict_cast` stops."""

from datetime import date, datetime

import duckdb
import pytest

from maillage.warehouse.build.casts import Kind, cannot_cast, kind_of, strict_cast
from maillage.warehouse.schema import CdmType

BIG = 9223372036854775807
REFUSED = "refused"

CASES: list[tuple[str, CdmType, object]] = [
    ("'12'", CdmType.INTEGER, 12),
    ("' 12 '", CdmType.INTEGER, 12),
    ("'-12'", CdmType.INTEGER, -12),
    ("'12.0'", CdmType.INTEGER, 12),
    (f"'{BIG}'", CdmType.INTEGER, BIG),
    (f"'-{BIG}'", CdmType.INTEGER, -BIG),
    ("'9007199254740993.0'", CdmType.INTEGER, 9007199254740993),
    ("'9223372036854775808'", CdmType.INTEGER, REFUSED),
    ("'1.5'", CdmType.INTEGER, REFUSED),
    ("'1e3'", CdmType.INTEGER, REFUSED),
    ("'0x10'", CdmType.INTEGER, REFUSED),
    ("'1_000'", CdmType.INTEGER, REFUSED),
    ("'douze'", CdmType.INTEGER, REFUSED),
    ("12::UTINYINT", CdmType.INTEGER, 12),
    (f"{BIG}::HUGEINT", CdmType.INTEGER, BIG),
    (f"{BIG}::HUGEINT + 1", CdmType.INTEGER, REFUSED),
    ("12.000::DECIMAL(18,3)", CdmType.INTEGER, 12),
    ("12.500::DECIMAL(18,3)", CdmType.INTEGER, REFUSED),
    ("12::DOUBLE", CdmType.INTEGER, 12),
    ("1.5::DOUBLE", CdmType.INTEGER, REFUSED),
    ("9007199254740994::DOUBLE", CdmType.INTEGER, REFUSED),
    ("'nan'::DOUBLE", CdmType.INTEGER, None),
    ("true", CdmType.INTEGER, REFUSED),
    ("DATE '2020-01-01'", CdmType.INTEGER, REFUSED),
    ("'1.5'", CdmType.FLOAT, 1.5),
    ("'1e3'", CdmType.FLOAT, 1000.0),
    ("'1,5'", CdmType.FLOAT, REFUSED),
    ("'nan'", CdmType.FLOAT, REFUSED),
    ("'inf'", CdmType.FLOAT, REFUSED),
    ("'1e400'", CdmType.FLOAT, REFUSED),
    ("'inf'::DOUBLE", CdmType.FLOAT, REFUSED),
    ("'nan'::DOUBLE", CdmType.FLOAT, None),
    ("1.500::DECIMAL(18,3)", CdmType.FLOAT, 1.5),
    ("'2020-02-29'", CdmType.DATE, date(2020, 2, 29)),
    ("'20200229'", CdmType.DATE, date(2020, 2, 29)),
    ("'2020-02-29 00:00:00'", CdmType.DATE, date(2020, 2, 29)),
    ("'2020-02-30'", CdmType.DATE, REFUSED),
    ("'29/02/2020'", CdmType.DATE, REFUSED),
    ("'infinity'", CdmType.DATE, REFUSED),
    ("TIMESTAMP '2020-02-29 10:00:00'", CdmType.DATE, date(2020, 2, 29)),
    ("20200229", CdmType.DATE, REFUSED),
    ("'2020-02-29 10:20:30'", CdmType.DATETIME, datetime(2020, 2, 29, 10, 20, 30)),  # noqa: DTZ001
    ("'2020-02-29T10:20:30Z'", CdmType.DATETIME, datetime(2020, 2, 29, 10, 20, 30)),  # noqa: DTZ001
    ("'2020-02-29 10:20:30 UTC'", CdmType.DATETIME, datetime(2020, 2, 29, 10, 20, 30)),  # noqa: DTZ001
    ("'epoch'", CdmType.DATETIME, REFUSED),
    ("'hier'", CdmType.DATETIME, REFUSED),
    ("TIMESTAMPTZ '2020-02-29 12:00:00+02'", CdmType.DATETIME, datetime(2020, 2, 29, 10)),  # noqa: DTZ001
    ("42", CdmType.VARCHAR, "42"),
    ("[1, 2]", CdmType.VARCHAR, REFUSED),
    ("NULL::BOOLEAN", CdmType.DATE, None),
    ("NULL::VARCHAR", CdmType.INTEGER, None),
    ("NULL::INTEGER", CdmType.DATETIME, None),
]


@pytest.mark.parametrize(("value", "target", "expected"), CASES, ids=lambda case: str(case)[:40])
def test_a_value_is_kept_whole_or_refused(value: str, target: CdmType, expected: object) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE source AS SELECT {value} AS x")
        kind = kind_of(str(connection.table("source").types[0]))
        cast = strict_cast('"x"', kind=kind, target=target)
        refused = cannot_cast('"x"', kind=kind, target=target)
        assert connection.sql(f"SELECT {refused} FROM source").fetchall() == [(expected == REFUSED,)]
        if expected == REFUSED:
            with pytest.raises(duckdb.Error):
                connection.sql(f"SELECT {cast} FROM source").fetchall()
        else:
            assert connection.sql(f"SELECT {cast} FROM source").fetchall() == [(expected,)]


def test_types_are_known_by_family() -> None:
    assert kind_of("DECIMAL(18,3)") is Kind.DECIMAL
    assert kind_of("ENUM('a', 'b')") is Kind.TEXT
    assert kind_of("STRUCT(a INTEGER)") is Kind.OTHER
