"""`maillage permit …`: the committee's desk. Files in, files out; nothing here speaks to a hub or a node."""

import json
from pathlib import Path
from typing import Annotated

import typer

from maillage.base.clock import utc_now
from maillage.base.i18n import _
from maillage.base.keys import PublicKey, SigningKey
from maillage.exchange.envelope import open_permit, seal_permit, seal_revocation
from maillage.exchange.permit import Permit, Revocation
from maillage.governance.committee import DRAFT, make_key, read_draft

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=_("Le comité : sa clé, les autorisations qu’il signe.")
)

KeyFile = Annotated[Path, typer.Option(help=_("Clé privée du comité."), show_default=False)]
PublicKeyText = Annotated[str, typer.Option(help=_("Clé publique du comité, ed25519:…"), show_default=False)]
Target = Annotated[Path, typer.Option(help=_("Fichier à écrire."), show_default=False)]
PermitFile = Annotated[
    Path, typer.Argument(metavar="PERMIT", help=_("Autorisation signée."), show_default=False)
]


@app.command(help=_("Crée la clé du comité, à garder hors ligne."))
def key(path: Annotated[Path, typer.Argument(help=_("Fichier de la clé privée."))]) -> None:
    """Make the key and say what the hospitals compare."""
    made = make_key(path)
    typer.echo(_("Clé publique : {key}").format(key=made.public.text))
    typer.echo(_("Empreinte :    {print}").format(print=made.public.fingerprint))
    typer.echo(_("Chaque hôpital la reconnaît : maillage node committee trust DIR --key …"))


@app.command(help=_("Écrit un modèle d’autorisation à remplir."))
def draft(out: Target) -> None:
    """A file to start from; an existing one is never overwritten."""
    with out.open("x", encoding="utf-8") as file:
        file.write(DRAFT)
    typer.echo(_("Modèle écrit dans {path}.").format(path=out))


@app.command(help=_("Signe une autorisation."))
def sign(
    source: Annotated[Path, typer.Argument(metavar="DRAFT", help=_("Autorisation en TOML."))],
    key: KeyFile,
    out: Target,
) -> None:
    """Read the draft, sign it, print what was signed."""
    permit = read_draft(source, issued_at=utc_now())
    envelope = seal_permit(permit, key=SigningKey.load(key))
    with out.open("xb") as file:
        file.write(envelope)
    _print(permit)
    typer.echo(_("Signée dans {path}.").format(path=out))


@app.command(help=_("Montre une autorisation et vérifie sa signature."))
def show(permit: PermitFile, key: PublicKeyText) -> None:
    """Raises EnvelopeError when the key did not sign it."""
    signer = PublicKey.parse(key)
    opened = open_permit(permit.read_bytes(), signers={signer.fingerprint: signer})
    _print(opened.message)
    typer.echo(_("Empreinte de l’autorisation : {hash}").format(hash=opened.payload_hash))


@app.command(help=_("Signe à nouveau une autorisation, avec une nouvelle clé du comité."))
def renew(permit: PermitFile, former_key: PublicKeyText, key: KeyFile, out: Target) -> None:
    """The same permit, so that the hospitals' acceptances still hold."""
    former = PublicKey.parse(former_key)
    opened = open_permit(permit.read_bytes(), signers={former.fingerprint: former})
    with out.open("xb") as file:
        file.write(seal_permit(opened.message, key=SigningKey.load(key)))
    typer.echo(_("Signée à nouveau dans {path}.").format(path=out))


@app.command(help=_("Signe la reprise d’une autorisation : elle ne sert plus, définitivement."))
def revoke(permit: PermitFile, key: KeyFile, out: Target) -> None:
    """The key must be the one that signed the permit, or its successor: the hospitals judge."""
    signing = SigningKey.load(key)
    opened = open_permit(permit.read_bytes(), signers={signing.public.fingerprint: signing.public})
    taken_back = Revocation(permit=opened.payload_hash, network=opened.message.network, revoked_at=utc_now())
    with out.open("xb") as file:
        file.write(seal_revocation(taken_back, key=signing))
    typer.echo(_("Reprise signée dans {path}.").format(path=out))


def _print(permit: Permit) -> None:
    typer.echo(json.dumps(permit.model_dump(mode="json"), ensure_ascii=False, indent=2))
