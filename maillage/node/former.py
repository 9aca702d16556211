"""Whether what this node told before is still there: the store knows `releases.sqlite` and `releases.key`.

A file that is gone looks like that of a new node, and each number would be told anew without comparison. So
the store remembers a mark of file and secret from their first opening on, and no others are opened before a
named person said so.
"""

import hmac
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from maillage.base.i18n import _, mark
from maillage.node.errors import ReleasesBrokenError
from maillage.node.store import Store

FILE = "releases.sqlite"
_FACT = "releases"
_ALLOWED = ""
"""The mark of no file: a person let this node begin anew, and the next opening makes one."""


class Former(StrEnum):
    """What there is of former answers."""

    NONE = "none"
    KEPT = "kept"
    LOST = "lost"


_WORDS: Mapping[Former, str] = {
    Former.NONE: mark("aucune encore"),
    Former.KEPT: mark("conservées"),
    Former.LOST: mark("perdues : rien ne part (maillage node releases begin-anew)"),
}


def word_former(former: Former) -> str:
    """The same for people."""
    return _(_WORDS[former])


def find_former(store: Store, *, folder: Path) -> Former:
    """By the file's presence alone; whether it is the right one shows when the worker opens it."""
    if (folder / FILE).exists():
        return Former.KEPT
    known = _read(store)
    has_told = bool(known) if known is not None else store.row("has_told") is not None
    return Former.LOST if has_told else Former.NONE


def require_kept(store: Store, *, folder: Path) -> None:
    """Before the file is opened, which would make it. Raises ReleasesBrokenError when it is lost."""
    if find_former(store, folder=folder) is Former.LOST:
        raise _lost(_("{file} manque.").format(file=FILE))


def bind(store: Store, *, identity: bytes, secret: bytes) -> None:
    """Remember this file with this secret, or compare. Raises ReleasesBrokenError for others than before."""
    found = hmac.new(secret, identity, "sha256").hexdigest()
    known = _read(store)
    if known and not hmac.compare_digest(known, found):
        raise _lost(_("releases.sqlite et releases.key ne sont pas ceux d’avant."))
    if not known:
        with store.transaction():
            store.change("set_fact", name=_FACT, value=found)


def allow_new(store: Store) -> None:
    """The next opening makes a file and remembers it; inside the caller's transaction."""
    store.change("set_fact", name=_FACT, value=_ALLOWED)


def _read(store: Store) -> str | None:
    row = store.row("fact", name=_FACT)
    return row["value"] if row else None


def _lost(why: str) -> ReleasesBrokenError:
    return ReleasesBrokenError(
        _("Ce que ce nœud a déjà répondu n’est plus là : rien ne part."),
        why=why,
        remedy=_(
            "Restaurez releases.sqlite et releases.key d’une même sauvegarde. S’il n’y en a pas, une "
            "personne le dit : maillage node releases begin-anew."
        ),
    )
