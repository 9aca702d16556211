"""What sqlglot does not write as our trees mean it: only the differences, each with its reason.

The trees mean what they mean on DuckDB. `tests/conformance` holds each difference against every engine.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.postgres import Postgres
from sqlglot.dialects.spark import Spark
from sqlglot.generators.postgres import PostgresGenerator
from sqlglot.generators.spark import SparkGenerator

_WHOLE = (exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT)


def _literal_backslashes(expression: exp.Like) -> exp.Like:
    # Without an ESCAPE clause a backslash is a plain character to DuckDB and an escape to the two others.
    pattern = expression.expression
    if not isinstance(pattern, exp.Literal) or "\\" not in pattern.this:
        return expression
    doubled = exp.Literal.string(pattern.this.replace("\\", "\\\\"))
    return exp.Like(this=expression.this.copy(), expression=doubled)


class _PostgresSql(PostgresGenerator):
    # PostgreSQL has no integer of 128 bits; a number without decimals takes its place.
    TYPE_MAPPING = PostgresGenerator.TYPE_MAPPING | {exp.DType.INT128: "NUMERIC(39, 0)"}

    def like_sql(self, expression: exp.Like) -> str:
        return super().like_sql(_literal_backslashes(expression))

    def split_sql(self, expression: exp.Split) -> str:
        return self.func("STRING_TO_ARRAY", expression.this, expression.expression)


class _SparkSql(SparkGenerator):
    # The widest number of Spark has 38 digits: masks of 126 rules fit, the 127th is an error and never wrong.
    TYPE_MAPPING = SparkGenerator.TYPE_MAPPING | {exp.DType.INT128: "DECIMAL(38, 0)"}

    def like_sql(self, expression: exp.Like) -> str:
        return super().like_sql(_literal_backslashes(expression))

    def cte_sql(self, expression: exp.CTE) -> str:
        # Spark has no MATERIALIZED; what must be asked once is a table there (`prefers_table`).
        return super().cte_sql(exp.CTE(**expression.args | {"materialized": None}))

    def window_sql(self, expression: exp.Window) -> str:
        # Spark numbers rows in an order only, and then on one machine; here a number need only be its own.
        bare = not any(expression.args.get(part) for part in ("partition_by", "order", "spec"))
        if bare and isinstance(expression.this, exp.RowNumber):
            return "MONOTONICALLY_INCREASING_ID()"
        return super().window_sql(expression)

    def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
        # Spark cuts decimals off where the others round half to even. Only of columns: a mask
        # is whole already, and rounding costs.
        if expression.to.this in _WHOLE and isinstance(expression.this, exp.Column):
            return f"CAST(BROUND({self.sql(expression, 'this')}) AS {self.sql(expression, 'to')})"
        return super().cast_sql(expression, safe_prefix)


class MaillagePostgres(Postgres):
    """PostgreSQL, 12 or newer."""

    Generator = _PostgresSql


class MaillageSpark(Spark):
    """Spark 4, ANSI mode."""

    Generator = _SparkSql


DIALECTS: Mapping[str, type[Dialect]] = MappingProxyType(
    {"duckdb": DuckDB, "postgres": MaillagePostgres, "spark": MaillageSpark}
)
"""By the name of the engine."""


def write_sql(query: exp.Expr, *, engine: str, **options: Any) -> str:
    """The text that this engine runs."""
    return query.sql(DIALECTS[engine], comments=False, **options)
