"""A cohort as a SQL script that a person can read and run."""

from sqlglot import exp

from maillage.base.i18n import _
from maillage.cohort.compile import Keep, compile_cohort
from maillage.cohort.compile.sql import select, table
from maillage.cohort.errors import CohortError
from maillage.cohort.execute import statements
from maillage.cohort.expression import CohortExpression
from maillage.warehouse.engines.dialects import DIALECTS, write_sql

_ONCE = "spark"
"""The engine whose views would be asked again at each use, with other row numbers."""


def cohort_sql(expression: CohortExpression, *, dialect: str = "duckdb") -> str:
    """The statements that find the cohort over the OMOP tables, in the order in which they run."""
    if dialect not in DIALECTS:
        raise CohortError(
            _("Le moteur {dialect} n’est pas connu.").format(dialect=dialect[:40]),
            remedy=_("Choisissez parmi : {dialects}.").format(dialects=", ".join(DIALECTS)),
        )
    plan = compile_cohort(expression, with_events=bool(expression.rules))
    parts = statements(plan, tables_for=lambda step: dialect == _ONCE and step.keep is Keep.ONCE)
    made = [_create(name, query, dialect) for name, query in parts]
    rows = write_sql(select([exp.Star()], table(plan.rows, "r")), engine=dialect, pretty=True)
    return ";\n\n".join([*made, rows]) + ";\n"


def _create(name: str, query: exp.Query, dialect: str) -> str:
    if dialect == _ONCE:
        return f"CACHE TABLE {name} AS\n{write_sql(query, engine=dialect, pretty=True)}"
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    create = exp.Create(this=exp.to_table(name), kind="TABLE", expression=query, properties=temporary)
    return write_sql(create, engine=dialect, pretty=True)
