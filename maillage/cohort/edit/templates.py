"""Questions that come back, as the edits that begin them: « A, puis B dans les 30 jours »."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maillage.base.i18n import _, mark
from maillage.cohort.edit.edits import AddEntry, AddRule, Edit
from maillage.cohort.edit.model import Place, Sense
from maillage.cohort.edit.terms import Term
from maillage.cohort.edit.windows import at
from maillage.cohort.errors import EditError

_Make = Callable[[Term, int | None], AddRule]


@dataclass(frozen=True)
class Template:
    """A question with two blanks for terms, and one for days where it counts some."""

    key: str
    counts_days: bool
    rule: _Make

    @property
    def name(self) -> str:
        """The question with its blanks, in the language in force."""
        return _(_NAMES[self.key])

    def edits(self, first: Term, second: Term, *, days: int | None = None) -> tuple[Edit, ...]:
        """The edits of an empty draft. Raises EditError when the number of days is missing."""
        if self.counts_days and days is None:
            raise EditError(
                _("Il manque un nombre de jours."),
                remedy=_("Donnez le nombre de jours entre les deux événements."),
            )
        return (AddEntry(first), self.rule(second, days))


_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "then": mark("A, puis B dans les n jours"),
        "before": mark("A, et B dans les n jours qui précèdent"),
        "never-before": mark("A, sans B auparavant"),
        "same-stay": mark("A et B pendant le même séjour"),
    }
)

TEMPLATES: Mapping[str, Template] = MappingProxyType(
    {
        one.key: one
        for one in (
            Template("then", True, lambda term, days: AddRule(term, when=at(Place.AFTER, days))),
            Template("before", True, lambda term, days: AddRule(term, when=at(Place.ON_OR_BEFORE, days))),
            Template(
                "never-before", False, lambda term, _days: AddRule(term, Sense.EXCLUDE, at(Place.BEFORE))
            ),
            Template("same-stay", False, lambda term, _days: AddRule(term, when=at(Place.STAY))),
        )
    }
)
"""By key, in the order in which they are offered."""
