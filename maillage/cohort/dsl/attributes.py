"""What is asked of an event or of a person: each attribute once, checked at the call."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from operator import itemgetter
from typing import ClassVar, Self

from maillage.base.i18n import _
from maillage.cohort.compile.filters import check_supported
from maillage.cohort.dsl.codes import (
    Choice,
    Coded,
    Codes,
    Term,
    Terms,
    codes,
    one_of,
    plain_lines,
    read_codes,
)
from maillage.cohort.dsl.comparisons import read_text
from maillage.cohort.dsl.resolve import Asked, Resolver
from maillage.cohort.errors import StudyError
from maillage.cohort.expression.domains import Attribute, Derived, Shape
from maillage.cohort.expression.values import (
    Attributes,
    Concept,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
)

_KINDS: Mapping[Shape, tuple[type, str]] = {
    Shape.FLAG: (bool, "True"),
    Shape.CODESET: (Codes, 'codes("E11")'),
    Shape.CONCEPTS: (Terms, 'one_of("F")'),
    Shape.CONCEPT_SET: (Choice, 'codes("F")'),
    Shape.NUMBER: (NumberRange, "above(8)"),
    Shape.DATE: (DateRange, "DateRange(Comparison.GT, date(2024, 1, 1))"),
    Shape.TEXT: (TextFilter, 'contains("toux")'),
    Shape.PERIOD: (Period, "Period(date(2024, 1, 1), None)"),
}


@dataclass(frozen=True, repr=False)
class Filtered:
    """Attributes by their Circe name, in alphabetical order. `known` is the table of those that there are."""

    known: ClassVar[Mapping[str, Attribute]] = {}
    domain: ClassVar[str] = ""
    word: ClassVar[str] = ""

    attributes: tuple[tuple[str, Asked], ...] = ()

    def where(self, **attributes: Asked | Coded) -> Self:
        """Any attribute by its Circe name: `where(Refills=above(2))`. Raises StudyError.

        A number takes a comparison, a date a DateRange, a text a text or `contains(…)`, concepts `one_of(…)`
        or `none_of(…)`, a code list `codes(…)`, a name in `…CS` also `not_in(codes(…))`, a flag True.
        """
        changed = self
        for name, value in attributes.items():
            changed = changed._having_attribute(name, value)
        return changed

    def _having_attribute(self, name: str, value: Asked | Coded) -> Self:
        if name not in self.known:
            raise self._unknown(name)
        if name in dict(self.attributes):
            raise self._twice(name)
        check_supported(self.known[name])
        given = (*self.attributes, (name, _fit(self.known[name], value)))
        return replace(self, attributes=tuple(sorted(given, key=itemgetter(0))))

    def _concepts(self, name: str, terms: tuple[Coded | Codes, ...], *, exclude: bool) -> Self:
        """Concepts one by one where the attribute takes them so, else as a code list."""
        single = [term for term in terms if not isinstance(term, Codes)]
        listed = None if len(single) == len(terms) else read_codes(terms)
        if listed is not None or not single:
            return self._having_attribute(f"{name}CS", Choice(listed or codes(*single), exclude))
        one_by_one = self.known.get(name)
        if one_by_one is not None and (one_by_one.exclude_flag or not exclude):
            return self._having_attribute(name, Terms(tuple(single), exclude))
        return self._having_attribute(f"{name}CS", Choice(Codes(plain_lines(single)), exclude))

    def _coded(self, name: str, terms: tuple[Term | Codes, ...], vocabulary: str | None = None) -> Self:
        listed = read_codes(terms, vocabulary=vocabulary)
        return self if listed is None else self._having_attribute(name, listed)

    def _derived(self, derived: Derived) -> str:
        """The name of the attribute that reads what is derived from the event."""
        return next(name for name, attribute in self.known.items() if attribute.column == derived)

    def _nodes(self, resolver: Resolver) -> Attributes:
        return tuple(
            (name, resolver.value(self.domain, name, asked, where=str(self)))
            for name, asked in self.attributes
        )

    def __repr__(self) -> str:
        asked = ", ".join(name for name, _asked in self.attributes)
        return f"<{self} : {asked}>" if asked else f"<{self}>"

    def _unknown(self, name: str) -> StudyError:
        near = get_close_matches(name, self.known, n=3) or sorted(self.known)
        return StudyError(
            _("{word} n’a pas d’attribut {name}.").format(word=self.word, name=name),
            remedy=_("Il y a : {names}.").format(names=", ".join(near)),
        )

    def _twice(self, name: str) -> StudyError:
        return StudyError(
            _("{word} : {name} est dit deux fois.").format(word=self.word, name=name),
            why=_("Un événement n’a qu’une condition sur chaque attribut."),
            remedy=_("Réunissez-les, par exemple between(18, 80) ; ou ajoutez une règle."),
        )


def _fit(attribute: Attribute, value: Asked | Coded) -> Asked:
    fitted = _convert(attribute.shape, value)
    kind, example = _KINDS[attribute.shape]
    if (isinstance(fitted, str | int | Concept) and fitted is not True) or not isinstance(fitted, kind):
        raise StudyError(
            _("{name} ne prend pas {value!r}.").format(name=attribute.name, value=value),
            remedy=_("Donnez par exemple {example}.").format(example=example),
        )
    if isinstance(fitted, Terms) and fitted.exclude and attribute.exclude_flag is None:
        raise StudyError(
            _("{name} ne se prend pas à l’envers.").format(name=attribute.name),
            remedy=_("Écrivez {name}CS=not_in(codes(…)).").format(name=attribute.name),
        )
    return fitted


def _convert(shape: Shape, value: Asked | Coded) -> Asked | Coded:
    match shape, value:
        case Shape.TEXT, str():
            return read_text(value)
        case Shape.CODESET, str() | int() | Concept():
            return codes(value)
        case Shape.CONCEPTS, str() | int() | Concept():
            return one_of(value)
        case Shape.CONCEPT_SET, Codes():
            return Choice(value)
        case _:
            return value
