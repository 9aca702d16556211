"""Spark's errors as ours. Theirs quote values, so they are not even chained."""

from collections.abc import Callable
from typing import TypeVar

from py4j.protocol import Py4JError, Py4JJavaError  # pyright: ignore[reportMissingTypeStubs]
from pyspark.errors import AnalysisException, ParseException, PySparkException

from maillage.base.i18n import _
from maillage.warehouse.errors import EngineError, QueryInterruptedError

Answer = TypeVar("Answer")


def translated(work: Callable[[], Answer]) -> Answer:
    """Run, and turn the library's errors into ours."""
    try:
        return work()
    except (AnalysisException, ParseException) as error:
        # Found before any row is read: the text is about the query alone, and tells what is wrong with it.
        raise EngineError(_("La requête est mal formée."), why=str(error).splitlines()[0]) from None
    except (PySparkException, Py4JError) as error:
        raise _engine_error(error) from None


def _engine_error(error: PySparkException | Py4JError) -> EngineError:
    text = str(error)
    if "OutOfMemory" in text or "UNABLE_TO_ACQUIRE_MEMORY" in text:
        return QueryInterruptedError(
            _("La requête a dépassé la mémoire permise."),
            remedy=_("Posez une question plus étroite, ou augmentez la limite de mémoire du nœud."),
        )
    return EngineError(_("Le moteur n’a pas pu répondre."), why=_name(error))


def _name(error: PySparkException | Py4JError) -> str:
    """The condition's name where Spark gives one: a word of its own list, never a value."""
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    if condition:
        return condition
    return "Java" if isinstance(error, Py4JJavaError) else type(error).__name__
