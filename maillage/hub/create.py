"""Make a hub's folder: settings, signing key, secret. The database comes with its first migration."""

import os
import secrets
from pathlib import Path

from pydantic import ValidationError

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.base.keys import PublicKey, SigningKey
from maillage.base.settings import SettingsError, describe_validation
from maillage.hub.errors import HubError
from maillage.hub.settings import DATABASE_FILE, KEY_FILE, SECRET_FILE, SETTINGS_FILE, HubSettings

_TEMPLATE = """\
# What each line means: docs/hub.md
name = "{name}"
address = "{address}"
floor = 11
minimum_sites = 3
"""


class HubExistsError(HubError):
    """There is a hub in that folder already."""

    kind = Kind.CONFLICT
    code = "hub_exists"


def create_hub(folder: Path, *, name: str, address: str) -> PublicKey:
    """Write a new hub's files; its public key, which nodes pin. Nothing is ever overwritten."""
    _check(name=name, address=address)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / SETTINGS_FILE).exists() or (folder / KEY_FILE).exists():
        raise HubExistsError(
            _("Le dossier {folder} contient déjà un hub.").format(folder=folder),
            remedy=_("Choisissez un autre dossier."),
        )
    (folder / SETTINGS_FILE).write_text(_TEMPLATE.format(name=name, address=address), encoding="utf-8")
    key = SigningKey.generate()
    key.save(folder / KEY_FILE)
    _write_private(folder / SECRET_FILE, secrets.token_urlsafe(64) + "\n")
    # SQLite takes an empty file for an empty database and gives its own files the same rights: answers that
    # are only for a total are in there.
    _write_private(folder / DATABASE_FILE, "")
    return key.public


def _check(*, name: str, address: str) -> None:
    try:
        HubSettings(name=name, address=address)
    except ValidationError as error:
        raise SettingsError(
            _("Un hub ne peut pas avoir ce nom ou cette adresse."),
            why=describe_validation(error),
            remedy=_("Un nom sans espace ; une adresse comme https://hub.exemple.fr, sans chemin."),
        ) from error


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
