"""The root of the hub's own errors."""

from typing import ClassVar

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _


class HubError(MaillageError):
    """Trouble at the hub; `code` names it for programs, as the APIs answer it."""

    code: ClassVar[str] = "hub"


class HubUnavailableError(HubError):
    """The hub cannot start, or is not ready."""

    kind = Kind.UNAVAILABLE
    code = "hub_unavailable"


class DatabaseAwayError(HubError):
    """The database cannot be reached or takes no further connection. `retry_after` is in whole seconds."""

    kind = Kind.UNAVAILABLE
    code = "database_unavailable"
    retry_after = 5

    def __init__(self, told: str = "") -> None:
        """`told`, the database's own words, are for who runs the hub and may see its machine."""
        super().__init__(
            _("La base du hub ne répond pas."),
            why=told or _("Elle est arrêtée ou injoignable, ou toutes ses connexions sont prises."),
            remedy=_("Réessayez bientôt ; si cela dure, prévenez la personne qui tient le hub."),
        )


class UnheldError(HubError):
    """What was sent holds something that the database cannot keep: a NUL, a number out of all bounds."""

    code = "text_unheld"

    def __init__(self) -> None:
        super().__init__(
            _("Ce qui a été envoyé contient un caractère ou un nombre que la base ne peut pas garder."),
            remedy=_("Tapez-le à nouveau, sans le coller d’ailleurs."),
        )
