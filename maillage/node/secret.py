"""The site's secret, in `releases.key`: it seals what was released, keys the noise, seals what is held."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes

from maillage.base.i18n import _
from maillage.node.errors import ReleasesBrokenError

SECRET_BYTES = 32


def read_secret(folder: Path) -> bytes:
    """The secret, made at its first use. A lost one makes what it sealed unreadable."""
    path = folder / "releases.key"
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise releases_broken()
    return secret


def releases_broken() -> ReleasesBrokenError:
    """What was sealed cannot be opened."""
    return ReleasesBrokenError(
        _("Les réponses déjà données ne peuvent pas être relues."),
        why=_("releases.sqlite et releases.key ne vont pas ensemble, ou l’un des deux est abîmé."),
        remedy=_("Restaurez les deux d’une même sauvegarde ; sans eux, rien ne part."),
    )
