"""A cohort as a SQL script that a person can read and run."""

from sqlglot import exp

from maillage.base.i18n import _
from maillage.cohort.compile import compile_cohort
from maillage.cohort.compile.sql import select, table
from maillage.cohort.errors import CohortError
from maillage.cohort.execute import statements
from maillage.cohort.expression import CohortExpression

DIALECTS = ("duckdb", "postgres", "spark")


def cohort_sql(expression: CohortExpression, *, dialect: str = "duckdb") -> str:
    """The statements that find the cohort over the OMOP tables, in the order in which they run."""
    if dialect not in DIALECTS:
        raise CohortError(
            _("Le moteur {dialect} n’est pas connu.").format(dialect=dialect[:40]),
            remedy=_("Choisissez parmi : {dialects}.").format(dialects=", ".join(DIALECTS)),
        )
    plan = compile_cohort(expression, with_events=bool(expression.rules))
    made = [_create(name, query).sql(dialect, pretty=True) for name, query in statements(plan)]
    rows = select([exp.Star()], table(plan.rows, "r")).sql(dialect, pretty=True)
    return ";\n\n".join([*made, rows]) + ";\n"


def _create(name: str, query: exp.Query) -> exp.Create:
    temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
    return exp.Create(this=exp.to_table(name), kind="TABLE", expression=query, properties=temporary)
