"""What sqlglot does not write as our trees mean it: only the differences, each with its reason.

The trees mean what they mean on DuckDB. `tests/conformance` holds each difference against every engine.
sqlglot's own writers are compiled and take no subclass: a tree is changed before it is written.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlglot import exp

Mend = Callable[[Any], None]
"""Changes a node of those that it is kept for, in its tree."""

_WHOLE = (exp.DType.INT, exp.DType.BIGINT, exp.DType.SMALLINT)


def _keep_backslashes(like: exp.Like) -> None:
    # Without an ESCAPE clause a backslash is a plain character to DuckDB and an escape to the two others.
    pattern = like.expression
    if isinstance(pattern, exp.Literal) and "\\" in pattern.this:
        like.set("expression", exp.Literal.string(pattern.this.replace("\\", "\\\\")))


def _narrow_to(digits: int) -> Mend:
    def narrow(kind: exp.DataType) -> None:
        if kind.this is exp.DType.INT128:
            kind.replace(exp.DataType.build(f"DECIMAL({digits}, 0)"))

    return narrow


def _split_as_postgres(split: exp.Split) -> None:
    split.replace(exp.Anonymous(this="STRING_TO_ARRAY", expressions=[split.this, split.expression]))


def _forget_materialized(cte: exp.CTE) -> None:
    # Spark has no MATERIALIZED; what must be asked once is a table there (`prefers_table`).
    cte.set("materialized", None)


def _number_anyhow(window: exp.Window) -> None:
    # Spark numbers rows in an order only, and then on one machine; here a number need only be its own.
    bare = not any(window.args.get(part) for part in ("partition_by", "order", "spec"))
    if bare and isinstance(window.this, exp.RowNumber):
        window.replace(exp.Anonymous(this="MONOTONICALLY_INCREASING_ID"))


def _round_half_to_even(cast: exp.Cast) -> None:
    # Spark cuts decimals off where the others round half to even. Only of columns: a mask is whole
    # already, and rounding costs.
    if cast.to.this in _WHOLE and isinstance(cast.this, exp.Column):
        cast.set("this", exp.Anonymous(this="BROUND", expressions=[cast.this]))


_MENDS: Mapping[str, Mapping[type[exp.Expr], Mend]] = MappingProxyType(
    {
        "duckdb": {},
        "postgres": {
            exp.Like: _keep_backslashes,
            # PostgreSQL has no integer of 128 bits; a number without decimals takes its place.
            exp.DataType: _narrow_to(39),
            exp.Split: _split_as_postgres,
        },
        "spark": {
            exp.Like: _keep_backslashes,
            # The widest number of Spark has 38 digits: masks of 126 rules fit, the 127th is an error and
            # never wrong.
            exp.DataType: _narrow_to(38),
            exp.CTE: _forget_materialized,
            exp.Window: _number_anyhow,
            exp.Cast: _round_half_to_even,
        },
    }
)

DIALECTS = tuple(_MENDS)
"""The names of the engines."""


def write_sql(query: exp.Expr, *, engine: str, **options: Any) -> str:
    """The text that this engine runs. The tree is left as it is."""
    mends, written = _MENDS[engine], query.copy()
    for kind, mend in mends.items():
        for node in list(written.find_all(kind)):
            mend(node)
    return written.sql(engine, copy=False, comments=False, **options)
