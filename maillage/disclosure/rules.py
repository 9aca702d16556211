"""The minimum number of distinct persons in a released cell, and the gate for one number (S4)."""

from dataclasses import dataclass

from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.disclosure.values import Cell, Count, Suppressed, Suppression

NETWORK_FLOOR = 11
"""The smallest released cell of the network; ten and fewer is what most European bodies suppress."""


class DisclosureError(MaillageError):
    """The root of this room's errors."""


class FloorError(DisclosureError):
    """A floor under the network's."""


class InexactError(DisclosureError):
    """A table or a sum was asked of a gate whose numbers are not exact."""

    def __init__(self) -> None:
        super().__init__(
            _("Cette analyse ne se fait qu’en nombres exacts."),
            why=_("L’autorisation donne des nombres bruités ou par tranches."),
            remedy=_("Posez la question sous une autorisation de nombres exacts."),
        )


@dataclass(frozen=True)
class DisclosureRules:
    """What a site applies to everything it releases. `floor` is in distinct persons.

    A site may raise the network's floor, never lower it; `network_floor` differs from 11 only in a test
    network, which its node and its hub each declare.
    """

    floor: int = NETWORK_FLOOR
    network_floor: int = NETWORK_FLOOR

    def __post_init__(self) -> None:
        if self.network_floor < 1:
            raise FloorError(_("Le seuil du réseau est d’au moins une personne."))
        if self.floor < self.network_floor:
            raise FloorError(
                _("Le seuil de {floor} personnes est inférieur à celui du réseau.").format(floor=self.floor),
                why=_("Le réseau masque toute case de moins de {floor} personnes.").format(
                    floor=self.network_floor
                ),
                remedy=_("Un hôpital peut relever ce seuil, jamais l’abaisser."),
            )


def protect_count(persons: int, *, rules: DisclosureRules) -> Cell:
    """The gate for one number of distinct persons: at the floor or above it is shown, zero never is."""
    if persons < 0:
        raise ValueError("a number of persons is not negative")
    if persons < rules.floor:
        return Suppressed(Suppression.BELOW_FLOOR)
    return Count(persons)
