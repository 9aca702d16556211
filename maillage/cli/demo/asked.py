"""What may be said to `maillage demo`, beside how sources are read."""

from pathlib import Path
from typing import Annotated

import typer

from maillage.base.i18n import _
from maillage.cli.demo.permits import STANDING, STUDY

Once = Annotated[bool, typer.Option("--once", help=_("S’arrête après la réponse."))]
AsJson = Annotated[bool, typer.Option("--json", help=_("Un document JSON sur la sortie."))]
Patients = Annotated[int, typer.Option(min=100, max=2_000_000, help=_("Patients synthétiques par hôpital."))]
Data = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=SOURCE",
        help=_(
            "Les données d’un hôpital : dossier FHIR, PMSI, de tables ou OMOP, entrepôt, postgresql://…, "
            "à la place de celles de l’hôpital de ce nom ; répétable."
        ),
    ),
]
Question = Annotated[Path | None, typer.Option(help=_("Une cohorte ATLAS (JSON) à compter."))]
Permit = Annotated[
    str,
    typer.Option(
        help=_("L’autorisation : « {study} », nombres exacts, ou « {standing} », nombres bruités.").format(
            study=STUDY, standing=STANDING
        )
    ),
]
Refuse = Annotated[
    list[str] | None, typer.Option(metavar="SITE", help=_("Un hôpital qui refuse ; répétable."))
]
Hold = Annotated[
    list[str] | None, typer.Option(metavar="SITE", help=_("Un hôpital qui examine ; répétable."))
]
Home = Annotated[Path, typer.Option(help=_("Où garder les entrepôts."))]
Port = Annotated[int, typer.Option(help=_("Port du portail ; 0 : un port libre."))]
