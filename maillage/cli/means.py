"""What the commands on a cohort may take of the machine: their options."""

from typing import Annotated

import typer

from maillage.base.i18n import _
from maillage.base.sizes import spell_size

Memory = Annotated[
    str | None,
    typer.Option(
        parser=spell_size,
        metavar="SIZE",
        help=_(
            "La mémoire permise au moteur, par exemple 4Go ; sinon, quatre cinquièmes de celle de la machine."
        ),
    ),
]
Threads = Annotated[int | None, typer.Option(min=1, help=_("Les fils du moteur ; tous les cœurs sans cela."))]
TimeLimit = Annotated[
    float | None, typer.Option(min=0.001, metavar="SECONDS", help=_("Le temps permis, en secondes."))
]
