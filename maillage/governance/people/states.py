"""In what state a person and a role that was given are, and where they may go from there."""

from collections.abc import Mapping
from enum import StrEnum

from maillage.base.i18n import _, mark
from maillage.base.moves import require_move
from maillage.governance.people.errors import PersonStateError


class PersonState(StrEnum):
    """Only an active person is let in; one who was invited has no way in yet."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEPARTED = "departed"


MOVES: Mapping[PersonState, frozenset[PersonState]] = {
    PersonState.INVITED: frozenset({PersonState.ACTIVE, PersonState.DEPARTED}),
    PersonState.ACTIVE: frozenset({PersonState.SUSPENDED, PersonState.DEPARTED}),
    PersonState.SUSPENDED: frozenset({PersonState.ACTIVE, PersonState.DEPARTED}),
    # For good: the name is never given to somebody else, whose questions it would seem to have asked.
    PersonState.DEPARTED: frozenset(),
}


class GrantState(StrEnum):
    """Beside its dates, which are looked at each time: withdrawn is for good, a role is then given anew."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


GRANT_MOVES: Mapping[GrantState, frozenset[GrantState]] = {
    GrantState.GIVEN: frozenset({GrantState.WITHDRAWN}),
    GrantState.WITHDRAWN: frozenset(),
}

_WORDS: Mapping[PersonState, str] = {
    PersonState.INVITED: mark("invitée, pas encore entrée"),
    PersonState.ACTIVE: mark("active"),
    PersonState.SUSPENDED: mark("suspendue"),
    PersonState.DEPARTED: mark("partie"),
}


def word_state(state: PersonState) -> str:
    """The state for people, in the language of the present context."""
    return _(_WORDS[state])


def check_move(*, name: str, current: str, to: PersonState) -> None:
    """Raises PersonStateError when the table does not allow it."""
    require_move(
        MOVES,
        current,
        to=to,
        refused=lambda state: PersonStateError(
            _("{name} ne peut pas passer de l’état « {current} » à l’état « {to} ».").format(
                name=name, current=word_state(state), to=word_state(to)
            )
        ),
    )


def check_grant_move(current: str, *, to: GrantState) -> None:
    """Raises PersonStateError when the table does not allow it."""
    require_move(
        GRANT_MOVES,
        current,
        to=to,
        refused=lambda _state: PersonStateError(_("Ce rôle a déjà été retiré.")),
    )
