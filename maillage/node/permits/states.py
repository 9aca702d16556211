"""The life of a permit at a node, as data."""

from collections.abc import Mapping
from enum import StrEnum

from maillage.base.i18n import _
from maillage.base.moves import require_move
from maillage.node.errors import MoveError


class PermitState(StrEnum):
    """Where a permit stands in this hospital. Only an accepted one lets anything out."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


MOVES: Mapping[PermitState, frozenset[PermitState]] = {
    PermitState.OFFERED: frozenset({PermitState.ACCEPTED, PermitState.REVOKED}),
    PermitState.ACCEPTED: frozenset({PermitState.WITHDRAWN, PermitState.REVOKED}),
    # A steward may change their mind; it takes a new signature.
    PermitState.WITHDRAWN: frozenset({PermitState.ACCEPTED, PermitState.REVOKED}),
    PermitState.REVOKED: frozenset(),
}


def check_permit_move(name: str, *, present: PermitState, to: PermitState) -> None:
    """Raises MoveError unless the table allows the move."""
    require_move(
        MOVES,
        present,
        to=to,
        refused=lambda state: MoveError(
            _("L’autorisation {name} est dans l’état « {state} ».").format(name=name, state=state),
            why=_("Elle ne peut pas passer à « {state} ».").format(state=to),
        ),
    )
