"""What the cohort's commands share: what they may take of the machine, and reading a definition."""

from pathlib import Path
from typing import Annotated

import typer

from maillage.base.i18n import _
from maillage.cohort.circe.limits import MAX_BYTES
from maillage.cohort.errors import CohortError

Memory = Annotated[
    str | None,
    typer.Option(
        help=_(
            "La mémoire permise au moteur, par exemple 4GB ; sinon, quatre cinquièmes de celle de la machine."
        )
    ),
]
Threads = Annotated[int | None, typer.Option(min=1, help=_("Les fils du moteur ; tous les cœurs sans cela."))]
TimeLimit = Annotated[
    float | None, typer.Option(min=0.001, metavar="SECONDS", help=_("Le temps permis, en secondes."))
]


def read_definition(path: Path) -> bytes:
    """The bytes of a definition, at most one more than a definition may have."""
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise CohortError(
            _("{path} est illisible.").format(path=path), why=error.strerror or type(error).__name__
        ) from error
