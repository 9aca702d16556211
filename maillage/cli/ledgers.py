"""Options and sentences that the ledgers of node and hub share on the command line."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from maillage.base.i18n import _
from maillage.exchange.manifest import Manifest
from maillage.exchange.testimony import Comparison, ForkError, write_proof

_DATE = ["%Y-%m-%d"]

Target = Annotated[Path, typer.Argument(metavar="FILE", help=_("Fichier à écrire ; il n’existe pas encore."))]
Since = Annotated[
    datetime | None, typer.Option("--from", formats=_DATE, help=_("Premier jour, en UTC ; sinon tout."))
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=_DATE, help=_("Jour d’après le dernier, en UTC ; sinon tout.")),
]
Before = Annotated[
    datetime,
    typer.Option("--before", formats=_DATE, help=_("Le détail des lignes d’avant ce jour est retiré.")),
]
Against = Annotated[
    Path | None,
    typer.Option("--against", metavar="EXPORT", help=_("Compare avec l’export du registre de l’autre.")),
]
Proof = Annotated[
    Path | None,
    typer.Option("--proof", metavar="FILE", help=_("Où écrire la preuve d’une fourche, s’il y en a une.")),
]


def at_midnight(day: datetime | None) -> datetime | None:
    """The instant at which a day begins, in UTC."""
    return None if day is None else day.replace(tzinfo=UTC)


def tell_export(manifest: Manifest, path: Path) -> None:
    """What was written, and what holds its ends."""
    typer.echo(
        _("{path} : lignes {first} à {last}, détails {bodies}.").format(
            path=path, first=manifest.first, last=manifest.last, bodies=manifest.bodies
        )
    )
    typer.echo(_("Dernière empreinte : {hash}").format(hash=manifest.hash))


def tell_comparison(found: Comparison | int) -> None:
    """What agrees. Nothing to compare is said, not passed over."""
    match found:
        case int(common):
            typer.echo(
                _("Lignes du journal du hub que les deux connaissent, et qui concordent : {count}").format(
                    count=common
                )
            )
        case Comparison(theirs=theirs, ours=ours):
            typer.echo(
                _(
                    "Concordent : {theirs} lignes de l’autre signées ici, {ours} lignes d’ici signées là-bas."
                ).format(theirs=theirs, ours=ours)
            )
    if found in (0, Comparison(0, 0)):
        typer.echo(_("Rien n’a pu être comparé : aucune tête signée ne parle de ces lignes."))


@contextmanager
def proving(proof: Path | None) -> Generator[None]:
    """A fork leaves its two signed envelopes in the file that was named."""
    try:
        yield
    except ForkError as error:
        if proof is not None:
            write_proof(proof, error.fork)
            typer.echo(_("Preuve écrite dans {path}.").format(path=proof))
        for envelope in (error.fork.first, error.fork.second):
            typer.echo(envelope.decode())
        raise
