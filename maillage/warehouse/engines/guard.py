"""What a query may name: the tables of the model, their thin copies, its own temporary tables, nothing else.

Our compiler names nothing else either. This is the second lock: a mistake there, or a tree made elsewhere,
must not reach the rows of persons who objected.
"""

import re
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
_UNKNOWN = (exp.Anonymous, exp.AnonymousAggFunc, exp.CombinedAggFunc, exp.Dot, exp.Placeholder, exp.Parameter)
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_]+")


def check_query(query: exp.Query, sql: str, *, tables: Container[str]) -> None:
    """Raise QueryRefusedError unless every table of the query is in `tables`, or one of its own."""
    # The tree is what the query means, the text what will run: an identifier may hide text from the tree.
    if RESERVED in sql.lower():
        raise _refused()
    named, own = _sources(query)
    if any(name not in tables for name in named - own):
        raise _refused()


def check_in_place(query: exp.Query, *, tables: Container[str]) -> None:
    """The same for an engine that quotes every identifier, over a database that holds more than the model.

    No function that sqlglot does not know, for one of PostgreSQL runs a text as a query and one of Spark runs
    any method of Java; no word or number that is none, for these are written unquoted; no part of a query
    under the name of a table, for that name is about to be replaced.
    """
    named, own = _sources(query)
    if any(name not in tables for name in named - own) or any(name in tables for name in own):
        raise _refused()
    for node in query.find_all(*_UNKNOWN, exp.Literal, exp.Var):
        match node:
            case exp.Literal():
                plain = node.is_string or _NUMBER.fullmatch(node.this)
            case exp.Var():
                plain = _WORD.fullmatch(node.this)
            case _:
                plain = False
        if not plain:
            raise _refused()


def _sources(query: exp.Query) -> tuple[set[str], set[str]]:
    """The tables that the query names, and the parts that it defines; anything else it reads is refused."""
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
    return named, own


def _refused() -> QueryRefusedError:
    return QueryRefusedError(
        _("La requête nomme autre chose que les tables OMOP."),
        why=_("Un entrepôt ne répond que sur les tables du modèle, sans les personnes opposées."),
    )
