"""Which codes count: one code, a named list, what is taken and what is left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from maillage.base.i18n import _
from maillage.cohort.errors import StudyError
from maillage.cohort.expression.values import Concept

Coded = str | int | Concept
"""A code such as "E11", the id of a concept, or a concept already known."""

_SHOWN = 4


@dataclass(frozen=True)
class Code:
    """One line of a code list; with its descendants unless said otherwise."""

    term: Coded
    descendants: bool = True
    mapped: bool = False
    exclude: bool = False

    def __post_init__(self) -> None:
        _check_term(self.term)


@dataclass(frozen=True)
class Codes:
    """A code list, the concept set of a definition. Equal lists are one set, whose id `number` may fix."""

    lines: tuple[Code, ...]
    name: str | None = None
    vocabulary: str | None = None
    number: int | None = None

    def exactly(self) -> "Codes":
        """Without the descendants of any line."""
        return replace(self, lines=tuple(replace(line, descendants=False) for line in self.lines))

    def mapped(self) -> "Codes":
        """With the source concepts that are mapped to any line."""
        return replace(self, lines=tuple(replace(line, mapped=True) for line in self.lines))

    def named(self, name: str) -> "Codes":
        """Under another name."""
        return replace(self, name=name)

    def __str__(self) -> str:
        if self.name:
            return self.name
        shown = [show_term(line.term) for line in self.lines if not line.exclude]
        return " ou ".join(shown[:_SHOWN]) + (" …" if len(shown) > _SHOWN else "")


Term = Coded | Code


@dataclass(frozen=True)
class Terms:
    """One of these concepts, without their descendants; none of them when `exclude`."""

    terms: tuple[Coded, ...]
    exclude: bool = False

    def __post_init__(self) -> None:
        if not self.terms:
            raise _no_code()
        for term in self.terms:
            _check_term(term)


@dataclass(frozen=True)
class Choice:
    """A concept of the list, out of it when `exclude`. Without a list: any concept, or none at all."""

    codes: Codes | None
    exclude: bool = False


def codes(
    *terms: Term,
    without: Sequence[Term] = (),
    name: str | None = None,
    vocabulary: str | None = None,
    number: int | None = None,
) -> Codes:
    """A code list: every term with its descendants, less those of `without`.

    `vocabulary` says whose codes they are where the domain does not (`"ICD10"`); `number` fixes the id of the
    concept set. Raises StudyError when there is no code.
    """
    if not any(not _line(term).exclude for term in terms):
        raise _no_code()
    lines = (*map(_line, terms), *map(excluded, without))
    return Codes(lines, name=name, vocabulary=vocabulary, number=number)


def exactly(term: Term) -> Code:
    """The code itself, without its descendants."""
    return replace(_line(term), descendants=False)


def mapped(term: Term) -> Code:
    """The code, and the source concepts that are mapped to it."""
    return replace(_line(term), mapped=True)


def excluded(term: Term) -> Code:
    """The code is left out of the list."""
    return replace(_line(term), exclude=True)


def one_of(*terms: Coded) -> Terms:
    """One of these concepts, as the value of an attribute."""
    return Terms(terms)


def none_of(*terms: Coded) -> Terms:
    """None of these concepts, as the value of an attribute."""
    return Terms(terms, exclude=True)


def not_in(listed: Codes) -> Choice:
    """A concept out of the list, as the value of an attribute."""
    return Choice(listed, exclude=True)


def read_codes(terms: Sequence[Term | Codes], *, vocabulary: str | None = None) -> Codes | None:
    """The list that is meant: one given whole, or made of the terms; None without any. Raises StudyError."""
    if not terms:
        return None
    single = [term for term in terms if not isinstance(term, Codes)]
    if len(single) == len(terms):
        return codes(*single, vocabulary=vocabulary)
    if len(terms) > 1 or vocabulary is not None:
        raise StudyError(
            _("Une liste de codes se donne seule."),
            why=_("Elle dit déjà ses codes et leur vocabulaire."),
            remedy=_("Réunissez tous les codes dans un seul codes(…, vocabulary=…)."),
        )
    return terms[0] if isinstance(terms[0], Codes) else None


def show_term(term: Coded) -> str:
    """How a code is named to people."""
    return term.name or term.code or str(term.id) if isinstance(term, Concept) else str(term)


def plain_lines(terms: Iterable[Coded]) -> tuple[Code, ...]:
    """The terms as lines without descendants."""
    return tuple(Code(term, descendants=False) for term in terms)


def _line(term: Term) -> Code:
    return term if isinstance(term, Code) else Code(term)


def _check_term(term: object) -> None:
    fits = isinstance(term, Concept) or (isinstance(term, int) and abs(term) < 2**63)
    fits = fits or (isinstance(term, str) and bool(term.strip()))
    if not fits or isinstance(term, bool):
        raise StudyError(
            _("{term!r} n’est pas un code.").format(term=term),
            why=_("Un code est un texte comme « E11 », ou l’identifiant d’un concept OMOP."),
            remedy=_('Une liste se fait par codes("E10", "E11").'),
        )


def _no_code() -> StudyError:
    return StudyError(
        _("La liste de codes est vide."),
        why=_("Aucun événement n’en ferait partie."),
        remedy=_(
            "Donnez au moins un code ; pour tous les événements d’un domaine, n’en donnez pas : condition()."
        ),
    )
