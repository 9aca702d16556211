"""How a source is read, on the command lines that take one. Light: a node's own commands carry no engine."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from maillage.base.i18n import _
from maillage.base.sizes import spell_size

DEFAULT_VOCABULARY = "maillage"

Vocabulary = Annotated[
    str | None,
    typer.Option(
        metavar="VOCABULARY",
        help=_(
            "fhir, pmsi, tables : maillage (par défaut), edsnlp, version du référentiel, export d’Athena."
        ),
    ),
]
ObjectionList = Annotated[
    Path | None,
    typer.Option("--objections", help=_("postgres : CSV ou Parquet des personnes opposées (person_id).")),
]
Schema = Annotated[
    str | None, typer.Option("--schema", help=_("postgres : schéma des tables OMOP ; trouvé sans cela."))
]
VocabularySchema = Annotated[
    str | None,
    typer.Option("--vocabulary-schema", help=_("postgres : schéma du vocabulaire ; trouvé sans cela.")),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(help=_("postgres : fichier qui contient le seul mot de passe ; sinon ~/.pgpass.")),
]
Memory = Annotated[
    str | None,
    typer.Option(parser=spell_size, metavar="SIZE", help=_("La mémoire permise, par exemple 8Go ou 8GB.")),
]


@dataclass(frozen=True)
class Reading:
    """What was said of the sources; what is of PostgreSQL serves its addresses alone."""

    vocabulary: str | None = None
    memory: str | None = None
    objections: Path | None = None
    cdm_schema: str | None = None
    vocabulary_schema: str | None = None
    password_file: Path | None = None

    @property
    def of_database(self) -> list[str]:
        """The options given that a database alone heeds."""
        given = {
            "--objections": self.objections,
            "--schema": self.cdm_schema,
            "--vocabulary-schema": self.vocabulary_schema,
            "--password-file": self.password_file,
        }
        return [name for name, value in given.items() if value is not None]
