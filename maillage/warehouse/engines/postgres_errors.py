"""PostgreSQL's errors as ours. Theirs quote values, so they are not even chained."""

from collections.abc import Callable
from typing import TypeVar

import psycopg

from maillage.base.i18n import _
from maillage.warehouse.errors import EngineError, QueryInterruptedError, WarehouseError

Answer = TypeVar("Answer")


def translated(work: Callable[[], Answer]) -> Answer:
    """Run, and turn the driver's errors into ours."""
    try:
        return work()
    except WarehouseError:
        raise
    except psycopg.errors.QueryCanceled:
        raise QueryInterruptedError(_("La requête a été arrêtée.")) from None
    except psycopg.errors.OperatorIntervention:
        raise QueryInterruptedError(_("La base a mis fin à la session.")) from None
    except psycopg.Error as error:
        raise _engine_error(error) from None


def _engine_error(error: psycopg.Error) -> EngineError:
    state = error.sqlstate or ""
    if state.startswith("53"):
        return QueryInterruptedError(
            _("La requête a dépassé les moyens de la base."),
            remedy=_("Posez une question plus étroite, ou donnez plus de mémoire ou de disque à la base."),
        )
    if state.startswith("42"):
        # Found before any row is read: the text is about the query alone, and tells what is wrong with it.
        return EngineError(_("La requête est mal formée."), why=error.diag.message_primary or "")
    return EngineError(_("Le moteur n’a pas pu répondre."), why=type(error).__name__)
