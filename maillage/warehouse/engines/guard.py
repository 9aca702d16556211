"""What a query may name: the tables of the model, their thin copies, its own temporary tables, nothing else.

Our compiler names nothing else either. This is the second lock: a mistake there, or a tree made elsewhere,
must not reach the rows of persons who objected.
"""

from collections.abc import Container

from sqlglot import exp

from maillage.base.i18n import _
from maillage.warehouse.errors import QueryRefusedError
from maillage.warehouse.layout import RESERVED

_ROW_SOURCES = (exp.Identifier, exp.GenerateSeries, exp.GenerateDateArray, exp.Unnest)
_COMMANDS = (
    exp.Command,
    exp.Describe,
    exp.Pragma,
    exp.Show,
    exp.Summarize,
    exp.DDL,
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.Into,
)


def check_query(query: exp.Query, sql: str, *, tables: Container[str]) -> None:
    """Raise QueryRefusedError unless every table of the query is in `tables`, or one of its own."""
    # The tree is what the query means, the text what will run: an identifier may hide text from the tree.
    if RESERVED in sql.lower():
        raise _refused()
    named, own = set[str](), set[str]()
    for node in query.find_all(exp.CTE, exp.Table, exp.Lateral, *_COMMANDS):
        match node:
            case exp.CTE():
                own.add(node.alias)
            case exp.Table() if node.args.get("db") or not isinstance(node.this, _ROW_SOURCES):
                raise _refused()
            case exp.Table() if isinstance(node.this, exp.Identifier):
                named.add(node.name)
            case exp.Lateral() if not isinstance(node.this, exp.Subquery | exp.Unnest):
                raise _refused()
            case _ if isinstance(node, _COMMANDS):
                raise _refused()
            case _:
                pass
    if any(name not in tables for name in named - own):
        raise _refused()


def _refused() -> QueryRefusedError:
    return QueryRefusedError(
        _("La requête nomme autre chose que les tables OMOP."),
        why=_("Un entrepôt ne répond que sur les tables du modèle, sans les personnes opposées."),
    )
