"""Arguments and options that the commands of `maillage node` share."""

from pathlib import Path
from typing import Annotated

import typer

from maillage.base.i18n import _

Folder = Annotated[Path, typer.Argument(metavar="DIR", help=_("Dossier du nœud."), show_default=False)]
By = Annotated[str, typer.Option(help=_("Qui décide : ce nom va au registre."), show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help=_("Un document JSON plutôt qu’un tableau."))]
