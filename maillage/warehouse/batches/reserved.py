"""The names of batches that Maillage gives by itself: another load under one would take its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maillage.base.i18n import _, mark
from maillage.warehouse.errors import BatchError

INITIAL = "initial"
"""What a warehouse that was loaded whole held before its first batch."""
REFERENTIEL = "referentiel"
"""The group's release: the batch's name and its kind."""
WAREHOUSE = "warehouse"
"""The kind of the batch `initial`."""


@dataclass(frozen=True)
class _Owner:
    """The only kind of batch that may bear a name, and what that batch is, for people."""

    kind: str
    what: str


_OWNERS: Mapping[str, _Owner] = MappingProxyType(
    {
        INITIAL: _Owner(WAREHOUSE, mark("Ce lot est ce que l’entrepôt contenait avant d’avoir des lots.")),
        REFERENTIEL: _Owner(
            REFERENTIEL, mark("Ce lot est le référentiel du groupe (maillage vocabulary apply).")
        ),
    }
)


def refuse_reserved(name: str, *, kind: str) -> None:
    """Raise BatchError when a batch of this kind may not bear the name."""
    owner = _OWNERS.get(name)
    if owner is not None and owner.kind != kind:
        raise BatchError(
            _("« {name} » est un nom de lot que Maillage se réserve.").format(name=name),
            why=_(owner.what),
            remedy=_("Donnez à ce lot un autre nom, par exemple celui de sa source."),
        )
