"""The check before a release: four outcomes, one or two persons, and where a held answer may go from there.

The same rules hold at a node and at the hub's committee; each keeps the words in its own tables.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from maillage.base.errors import Kind
from maillage.base.i18n import _, mark
from maillage.base.moves import require_move
from maillage.exchange.errors import ExchangeError


class ReleaseError(ExchangeError):
    """The root of what can go wrong with the check of a release."""


class CheckerError(ReleaseError):
    """This person may not check this answer."""

    kind = Kind.REFUSED


class WordError(ReleaseError):
    """What the checker said is not usable."""


class ReleaseStateError(ReleaseError):
    """The answer is not in a state from which this can be done."""

    kind = Kind.CONFLICT


class Outcome(StrEnum):
    """What a checker says of an answer."""

    CONFORM = "conform"
    MASKED = "masked"
    EXAMINE = "examine"
    REFUSED = "refused"


class Standing(StrEnum):
    """Where a held answer stands. `seconded`: one of two persons has spoken; `dropped`: it will not leave."""

    WAITING = "waiting"
    SECONDED = "seconded"
    EXAMINED = "examined"
    RELEASED = "released"
    REFUSED = "refused"
    DROPPED = "dropped"


OPEN = frozenset({Standing.WAITING, Standing.SECONDED, Standing.EXAMINED})
"""Standings in which persons may still speak."""

_AFTER_A_WORD = frozenset(Standing) - {Standing.WAITING}
MOVES: Mapping[Standing, frozenset[Standing]] = {
    Standing.WAITING: _AFTER_A_WORD,
    # The second person ends the round, one way or another.
    Standing.SECONDED: _AFTER_A_WORD - {Standing.SECONDED},
    # A new round: words said before it no longer count.
    Standing.EXAMINED: _AFTER_A_WORD,
    Standing.RELEASED: frozenset(),
    Standing.REFUSED: frozenset(),
    # Computed anew, after somebody objected.
    Standing.DROPPED: frozenset({Standing.WAITING}),
}


def check_standing(name: str, *, present: Standing, to: Standing) -> None:
    """Raises ReleaseStateError unless the table allows the move."""
    require_move(MOVES, present, to=to, refused=lambda state: _over(name, present=state))


def check_open(name: str, *, present: Standing) -> None:
    """Raises ReleaseStateError when nobody is asked any more."""
    if present not in OPEN:
        raise _over(name, present=present)


def _over(name: str, *, present: Standing) -> ReleaseStateError:
    return ReleaseStateError(
        _("La réponse {name} n’attend plus de contrôle.").format(name=name),
        why=_("Elle est dans l’état « {state} ».").format(state=word_standing(present)),
    )


@dataclass(frozen=True)
class Word:
    """What one checker said. `masks` names the cells and parts to hide; `note` stays where it was written."""

    by: str
    outcome: Outcome
    masks: frozenset[str] = field(default_factory=frozenset[str])
    note: str = ""

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.MASKED) != bool(self.masks):
            raise WordError(
                _("Un masquage nomme ce qu’il masque, et rien d’autre n’en nomme."),
                remedy=_(
                    "Les cases et leurs noms : maillage node releases show, ou maillage hub releases show."
                ),
            )
        if self.outcome in (Outcome.EXAMINE, Outcome.REFUSED) and not self.note:
            raise WordError(_("Un refus ou un examen dit pourquoi."), remedy=_("Ajoutez --note."))


def weigh(word: Word, *, said: Sequence[Word], checkers: int) -> Standing:
    """Where a word puts the answer; `said` are the words of the present round before it.

    Two persons who do not say the same keep it held: the next word opens a new round.
    """
    if word.outcome is Outcome.EXAMINE:
        return Standing.EXAMINED
    if len(said) + 1 < checkers:
        return Standing.SECONDED
    if any((other.outcome, other.masks) != (word.outcome, word.masks) for other in said):
        return Standing.EXAMINED
    return Standing.REFUSED if word.outcome is Outcome.REFUSED else Standing.RELEASED


def check_checker(by: str, *, allowed: Collection[str], requester: str, said: Sequence[Word]) -> None:
    """Raises CheckerError: not named among the checkers, the one who asks, or one who has spoken already."""
    if not any(is_same_person(by, name) for name in allowed):
        raise CheckerError(
            _("{name} n’est pas parmi les personnes qui contrôlent les sorties.").format(name=by),
            remedy=_("Elles sont nommées dans « checkers » : policy.toml à l’hôpital, hub.toml au hub."),
        )
    if is_same_person(by, requester):
        raise CheckerError(_("Qui pose une question n’en contrôle pas la sortie."))
    if any(is_same_person(by, word.by) for word in said):
        raise CheckerError(
            _("{name} s’est déjà prononcé : la seconde personne est une autre.").format(name=by)
        )


def is_same_person(one: str, other: str) -> bool:
    """Whether two names differ at most by capitals, spaces, accents or the form of their characters."""
    return _fold(one) == _fold(other)


def _fold(name: str) -> str:
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return " ".join(bare.casefold().split())


_OUTCOMES: Mapping[Outcome, str] = {
    Outcome.CONFORM: mark("conforme"),
    Outcome.MASKED: mark("conforme après masquage"),
    Outcome.EXAMINE: mark("à examiner"),
    Outcome.REFUSED: mark("refusé"),
}
_STANDINGS: Mapping[Standing, str] = {
    Standing.WAITING: mark("à contrôler"),
    Standing.SECONDED: mark("attend une seconde personne"),
    Standing.EXAMINED: mark("à examiner"),
    Standing.RELEASED: mark("sortie"),
    Standing.REFUSED: mark("refusée"),
    Standing.DROPPED: mark("close sans sortie"),
}


def word_outcome(outcome: Outcome) -> str:
    """The outcome for people, in the language of the present context."""
    return _(_OUTCOMES[outcome])


def word_standing(standing: Standing) -> str:
    """The standing for people."""
    return _(_STANDINGS[standing])
