"""The same check as a tree that every engine runs, for who must judge a column and not a value.

The warehouse, a floor below, is handed these functions: the arithmetic has one home, and no row leaves the
engine.
"""

from sqlglot import exp

from maillage.national.ins import BARE_SHAPE, CORSICA, LENGTH, MODULUS, SHAPE


def looks_like_ins(column: exp.Expr) -> exp.Expr:
    """Whether a text has the shape of a matricule; null for null."""
    return exp.RegexpLike(this=column.copy(), expression=exp.Literal.string(SHAPE))


def holds_ins(column: exp.Expr) -> exp.Expr:
    """Whether a text is a matricule whose key holds; never null."""
    # A CASE, for only then is a text that is no number never read as one.
    check = exp.Case(ifs=[exp.If(this=looks_like_ins(column), true=_key_holds(column))], default=exp.false())
    return exp.Paren(this=check)


def holds_nir(column: exp.Expr) -> exp.Expr:
    """Whether a text is a matricule whose key holds, or the 13 characters without a key; never null."""
    bare = exp.RegexpLike(this=column.copy(), expression=exp.Literal.string(BARE_SHAPE))
    return exp.Paren(
        this=exp.Or(this=holds_ins(column), expression=exp.Coalesce(this=bare, expressions=[exp.false()]))
    )


def _key_holds(column: exp.Expr) -> exp.Expr:
    department: exp.Expr = _part(column, 6, 2)
    choices = [
        exp.If(this=department.eq(exp.Literal.string(letters)), true=exp.Literal.string(digits))
        for letters, digits in CORSICA.items()
    ]
    counted = exp.Case(ifs=choices, default=_part(column, 6, 2))
    digits = exp.DPipe(
        this=exp.DPipe(this=_part(column, 1, 5), expression=counted), expression=_part(column, 8, 6)
    )
    remainder = exp.Mod(this=exp.cast(digits, exp.DType.BIGINT), expression=exp.Literal.number(MODULUS))
    key = exp.cast(_part(column, LENGTH - 1, 2), exp.DType.BIGINT)
    return exp.EQ(this=key, expression=exp.Sub(this=exp.Literal.number(MODULUS), expression=remainder))


def _part(column: exp.Expr, start: int, length: int) -> exp.Expr:
    return exp.Substring(
        this=column.copy(), start=exp.Literal.number(start), length=exp.Literal.number(length)
    )
