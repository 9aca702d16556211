"""The edits of a draft, one frozen record each; `change` applies them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from maillage.cohort.edit.model import Distinct, Mode, Occurs, Sense, Times, Value, When, Which
from maillage.cohort.edit.terms import Term


@dataclass(frozen=True)
class AddEntry:
    """One more event by which a person may enter; `value` is what its result must be."""

    term: Term
    value: Value | None = None


@dataclass(frozen=True)
class AddRule:
    """A new rule of one card. Without `when`, the window that suits the term and the sense.

    `occurs` is how many events there are to be, or not to be where they are excluded.
    """

    term: Term
    sense: Sense = Sense.INCLUDE
    when: When | None = None
    value: Value | None = None
    occurs: Occurs | None = None


@dataclass(frozen=True)
class AddTo:
    """A card added to a rule or a group; to a card among others, it makes a group of the two.

    `mode` is that of a group of two made so: rules are joined by « and » already.
    """

    path: str
    term: Term
    sense: Sense = Sense.INCLUDE
    when: When | None = None
    value: Value | None = None
    mode: Mode = Mode.ANY
    occurs: Occurs | None = None


@dataclass(frozen=True)
class AddTermTo:
    """One more code in a card's list."""

    path: str
    term: Term


@dataclass(frozen=True)
class PasteTerms:
    """Codes of a protocol: into a card's list, or as a new rule (`rule`) or entry event (`entry`)."""

    path: str
    terms: tuple[Term, ...]
    sense: Sense = Sense.INCLUDE


@dataclass(frozen=True)
class RemoveTerm:
    """A code out of a card's list."""

    path: str
    concept_id: int


@dataclass(frozen=True)
class ToggleDescendants:
    """A code with everything under it, or alone."""

    path: str
    concept_id: int


@dataclass(frozen=True)
class ExcludeTerm:
    """A code that does not count, though another of the list has it under it."""

    path: str
    term: Term


@dataclass(frozen=True)
class SetSense:
    """A card or a rule required, or forbidden."""

    path: str
    sense: Sense


@dataclass(frozen=True)
class SetWindow:
    """When the events of a card lie. Replaces what the card says of it."""

    path: str
    when: When


@dataclass(frozen=True)
class SetOccurrence:
    """How many events."""

    path: str
    times: Times
    count: int
    distinct: Distinct = Distinct.NOTHING


@dataclass(frozen=True)
class SetValue:
    """What the result must be; None asks nothing of it."""

    path: str
    value: Value | None


@dataclass(frozen=True)
class SetAge:
    """Age at the event, bounds included; of `entry`, at the entry event. Both None asks nothing."""

    path: str
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class SetSex:
    """`F` or `M`, by the keys of `OPTIONS`; empty asks nothing. Of `entry`, of all its cards."""

    path: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetYears:
    """Dates between which the event starts, included; of `entry`, the entry event."""

    path: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class SetLength:
    """How many days the event lasts, bounds included. Both None asks nothing."""

    path: str
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class SetFirst:
    """Only the person's first event of its kind ever."""

    path: str
    first: bool = True


@dataclass(frozen=True)
class SetWhich:
    """By which event a person enters."""

    which: Which


@dataclass(frozen=True)
class SetObservation:
    """Days of observation required before and after the entry date."""

    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class SetStay:
    """Kinds of stay in which the event takes place, by the keys of `OPTIONS`; empty asks nothing."""

    path: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetStatus:
    """Rank of a diagnosis, by the keys of `OPTIONS`; empty asks nothing."""

    path: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetPlace:
    """Kinds of place of a stay, by the keys of `OPTIONS`; empty asks nothing."""

    path: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetAnswer:
    """The result in words of a test, by the keys of `OPTIONS`; empty asks nothing."""

    path: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Cards or groups of one parent, or whole rules, put together."""

    paths: tuple[str, ...]
    mode: Mode = Mode.ANY
    count: int | None = None


@dataclass(frozen=True)
class Ungroup:
    """Members of a group handed to its parent; those of a rule become rules."""

    path: str


@dataclass(frozen=True)
class SetMode:
    """How many members of a rule or a group must hold."""

    path: str
    mode: Mode
    count: int | None = None


@dataclass(frozen=True)
class Duplicate:
    """A copy right after, with its own list of codes."""

    path: str


@dataclass(frozen=True)
class Move:
    """Up (negative) or down among its like."""

    path: str
    by: int


@dataclass(frozen=True)
class MoveTo:
    """A criterion, a group or a rule put elsewhere.

    `into` is the path of a rule or a group; `rule`: a rule of its own, at `rank` among them or at the end;
    `group`: a new group where it is, which others may join. `sense` is what a rule of its own is to be.
    """

    path: str
    into: str
    rank: int | None = None
    sense: Sense | None = None


@dataclass(frozen=True)
class Remove:
    """An entry event, a rule, a group or a card taken away, with the lists that nothing else used."""

    path: str


@dataclass(frozen=True)
class Rename:
    """A rule's name, a card's list's name; empty gives the automatic name back."""

    path: str
    name: str


@dataclass(frozen=True)
class SetTitle:
    """The cohort's title."""

    title: str


Edit = (
    AddEntry
    | AddRule
    | AddTo
    | AddTermTo
    | PasteTerms
    | RemoveTerm
    | ToggleDescendants
    | ExcludeTerm
    | SetSense
    | SetWindow
    | SetOccurrence
    | SetValue
    | SetAge
    | SetSex
    | SetYears
    | SetLength
    | SetFirst
    | SetWhich
    | SetObservation
    | SetStay
    | SetStatus
    | SetPlace
    | SetAnswer
    | Group
    | Ungroup
    | SetMode
    | Duplicate
    | Move
    | MoveTo
    | Remove
    | Rename
    | SetTitle
)

EDITS: Mapping[str, type[Edit]] = MappingProxyType(
    {
        "add-entry": AddEntry,
        "add-rule": AddRule,
        "add-to": AddTo,
        "add-term": AddTermTo,
        "paste-terms": PasteTerms,
        "remove-term": RemoveTerm,
        "toggle-descendants": ToggleDescendants,
        "exclude-term": ExcludeTerm,
        "set-sense": SetSense,
        "set-window": SetWindow,
        "set-occurrence": SetOccurrence,
        "set-value": SetValue,
        "set-age": SetAge,
        "set-sex": SetSex,
        "set-years": SetYears,
        "set-length": SetLength,
        "set-first": SetFirst,
        "set-which": SetWhich,
        "set-observation": SetObservation,
        "set-stay": SetStay,
        "set-status": SetStatus,
        "set-place": SetPlace,
        "set-answer": SetAnswer,
        "group": Group,
        "ungroup": Ungroup,
        "set-mode": SetMode,
        "duplicate": Duplicate,
        "move": Move,
        "move-to": MoveTo,
        "remove": Remove,
        "rename": Rename,
        "set-title": SetTitle,
    }
)
"""By the name that a form sends in its field `edit`."""
