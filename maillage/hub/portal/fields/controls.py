"""A field of a page, with everything that its template shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maillage.hub.portal.fields.filled import SEEN, WAS, WRITTEN

if TYPE_CHECKING:
    from maillage.hub.portal.fields.naming import Chip
    from maillage.hub.portal.fields.shapes import Widget
    from maillage.hub.terms.suggest import Found

START = "p."
"""Before the name of each field of an analysis, in the page."""


@dataclass(frozen=True)
class Choice:
    """One value of several, in words."""

    value: str
    label: str


@dataclass(frozen=True)
class Tick(Choice):
    """One value, and whether it is on."""

    is_on: bool = False


@dataclass(frozen=True)
class Search:
    """The search of a field that terms fill: what was typed, what it found."""

    name: str
    text: str
    found: Sequence["Found"]
    kinds: str
    is_known: bool

    @property
    def near(self) -> bool:
        """Whether nothing says all that was typed."""
        return bool(self.found) and self.found[0].near

    @property
    def unsaid(self) -> bool:
        """Whether some have no number of patients."""
        return any(one.bucket is None for one in self.found)


@dataclass(frozen=True)
class Control:
    """A field of the page. `name` is what it is sent as; `at` is its name for the buttons; `texts` are what
    its controls hold, by their part of the name.
    """

    name: str
    at: str
    widget: "Widget"
    label: str
    hint: str
    error: str
    is_required: bool
    is_focused: bool
    texts: Mapping[str, str]
    minimum: float | None = None
    maximum: float | None = None
    choices: Sequence[Choice] = ()
    offers: Sequence[Choice] = ()
    plain: Sequence["Control"] = ()
    fine: Sequence["Control"] = ()
    cards: Sequence["Control"] = ()
    chips: Sequence["Chip"] = ()
    search: Search | None = None
    is_here: bool = False
    here: str = ""
    kind: str = ""
    domain: str = ""
    title: str = ""
    badge: str = ""
    can_copy: bool = False

    @property
    def id(self) -> str:
        """Its id in the page."""
        return self.name.replace(".", "-").replace("~", "")

    @property
    def ticks(self) -> Sequence["Tick"]:
        """Its choices, of which several may be on."""
        return [Tick(one.value, one.label, self.texts.get(one.value) == "on") for one in self.choices]

    @property
    def described(self) -> str:
        """The ids of what describes it, for assistive tools."""
        parts = [f"{self.id}-erreur"] if self.error else []
        return " ".join([*parts, *([f"{self.id}-aide"] if self.hint else [])])

    @property
    def is_wrong(self) -> bool:
        """Whether something is wrong in it, or in a field inside it."""
        return bool(self.error) or any(one.is_wrong for one in (*self.plain, *self.fine, *self.cards))

    @property
    def has_focus(self) -> bool:
        """Whether one goes on in it, or in a field inside it."""
        return self.is_focused or any(one.has_focus for one in (*self.plain, *self.fine, *self.cards))


@dataclass(frozen=True)
class Section:
    """The form of one analysis in its page."""

    analysis_id: str
    title: str
    control: Control
    document: str
    document_error: str
    was: str
    seen: str
    prefix: str
    fits: Sequence[Any] = ()
    """Models whose coefficients it may take."""

    @property
    def names(self) -> Mapping[str, str]:
        """The names of the fields that go with the form."""
        start = f"{START}{self.prefix}"
        return {"was": start + WAS, "json": start + WRITTEN, "seen": start + SEEN}
