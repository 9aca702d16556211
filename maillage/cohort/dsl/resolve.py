"""What a study says, made nodes: codes become concepts, code lists become numbered concept sets."""

from collections.abc import Sequence
from itertools import count

from maillage.base.i18n import _
from maillage.cohort.dsl.codes import Choice, Code, Coded, Codes, Terms, show_term
from maillage.cohort.dsl.terminologies import is_standard, vocabularies_of
from maillage.cohort.dsl.vocabulary import NOT_STANDARD, Vocabulary
from maillage.cohort.errors import CodeError, StudyError, UnknownCodeError
from maillage.cohort.expression import ConceptSet, ConceptSetItem
from maillage.cohort.expression.values import (
    CodesetRef,
    Concept,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
    Value,
)

Asked = NumberRange | DateRange | TextFilter | Period | bool | Codes | Terms | Choice
"""What an attribute of a study may hold, codes not yet resolved."""

_UNKNOWN = Concept(0)


class Resolver:
    """One build: it numbers the code lists in the order in which it meets them, and collects bad codes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lists: dict[Codes, ConceptSet | None] = {}
        self._looked_in: dict[Codes, tuple[str, ...]] = {}
        self._numbers: dict[Codes, int] = {}
        self._problems: dict[str, CodeError] = {}

    def declare(self, lists: Sequence[Codes]) -> None:
        """Take the lists in this order, used or not."""
        for listed in lists:
            self._number(listed)

    def value(self, domain: str, attribute: str, asked: Asked, *, where: str) -> Value:
        """The value of an attribute of a domain; `where` names the place to people."""
        match asked:
            case Codes():
                return CodesetRef(self._codeset(domain, attribute, asked, where))
            case Choice():
                listed = asked.codes
                number = None if listed is None else self._codeset(domain, attribute, listed, where)
                return ConceptSetChoice(number, asked.exclude)
            case Terms():
                accepted = vocabularies_of(domain, attribute)
                found = (self._find(term, accepted, standard=False, where=where) for term in asked.terms)
                return ConceptList(tuple(found), asked.exclude)
            case _:
                return asked

    def codeset_of_drugs(self, listed: Codes) -> int:
        """The concept set whose exposures make an era."""
        return self._codeset("DrugExposure", "", listed, "until_treatment_ends")

    def finish(self) -> tuple[ConceptSet, ...]:
        """The concept sets of the build. Raises CodeError when a code has no concept of its own."""
        for listed, resolved in self._lists.items():
            if resolved is None:
                self._lists[listed] = self._resolve(listed, (), standard=False, where=str(listed))
        if self._problems:
            raise _as_one(self._problems)
        return tuple(found for found in self._lists.values() if found is not None)

    def _codeset(self, domain: str, attribute: str, listed: Codes, where: str) -> int:
        accepted = tuple(vocabularies_of(domain, attribute or "CodesetId"))
        number = self._number(listed)
        if self._lists[listed] is None:
            self._looked_in[listed] = accepted
            self._lists[listed] = self._resolve(
                listed, accepted, standard=is_standard(attribute), where=where
            )
        elif self._looked_in[listed] != accepted and _needs_vocabulary(listed):
            raise _two_vocabularies(listed, where)
        return number

    def _number(self, listed: Codes) -> int:
        if listed not in self._lists:
            self._numbers[listed] = self._free_number(listed)
            self._lists[listed] = None
        return self._numbers[listed]

    def _free_number(self, listed: Codes) -> int:
        taken = {number: other for other, number in self._numbers.items()}
        if listed.number is None:
            return next(number for number in count() if number not in taken)
        if listed.number in taken:
            raise _same_number(listed, taken[listed.number])
        return listed.number

    def _resolve(self, listed: Codes, accepted: Sequence[str], *, standard: bool, where: str) -> ConceptSet:
        looked_in = (listed.vocabulary,) if listed.vocabulary else accepted
        items = tuple(self._item(line, looked_in, standard=standard, where=where) for line in listed.lines)
        name = _name(items) if listed.name is None else listed.name
        return ConceptSet(self._number(listed), name, items)

    def _item(self, line: Code, accepted: Sequence[str], *, standard: bool, where: str) -> ConceptSetItem:
        concept = self._find(line.term, accepted, standard=standard and not line.exclude, where=where)
        return ConceptSetItem(concept, line.exclude, line.descendants, line.mapped)

    def _find(self, term: Coded, accepted: Sequence[str], *, standard: bool, where: str) -> Concept:
        if isinstance(term, Concept):
            return term
        try:
            found = look_up(self._vocabulary, term, accepted)
        except CodeError as error:
            self._problems.setdefault(f"{where} : {error.what}", error)
            return _UNKNOWN
        if standard and found.standard == NOT_STANDARD:
            problem = _not_standard(found)
            self._problems.setdefault(f"{where} : {problem.what}", problem)
        return found


def look_up(vocabulary: Vocabulary, term: str | int, accepted: Sequence[str]) -> Concept:
    """The concept of a code in the first of the vocabularies that has it. Raises CodeError."""
    if isinstance(term, int) or not accepted:
        return vocabulary.find(term)
    unknown: list[UnknownCodeError] = []
    for name in accepted:
        try:
            return vocabulary.find(term, name)
        except UnknownCodeError as error:
            unknown.append(error)
    # One is told, of the first vocabulary that has something to suggest: French ones come first.
    raise next((error for error in unknown if error.nearest), unknown[0])


def _needs_vocabulary(listed: Codes) -> bool:
    return listed.vocabulary is None and any(isinstance(line.term, str) for line in listed.lines)


def _name(items: Sequence[ConceptSetItem]) -> str:
    shown = [show_term(item.concept) for item in items if not item.exclude]
    return ", ".join(shown[:3]) + (" …" if len(shown) > 3 else "")


def _as_one(problems: dict[str, CodeError]) -> CodeError:
    if len(problems) == 1:
        ((what, error),) = problems.items()
        error.what = what
        return error
    whole = (f"{what} {error.why}".strip() for what, error in problems.items())
    return CodeError(
        _("{count} codes de l’étude ne désignent pas un concept.").format(count=len(problems)),
        why="\n".join(whole),
        remedy=_("Corrigez-les, ou dites leur vocabulaire : vocabulary=…"),
    )


def _not_standard(concept: Concept) -> CodeError:
    return CodeError(
        _("{code} ({vocabulary}) n’est pas un concept standard.").format(
            code=concept.code or concept.id, vocabulary=concept.vocabulary
        ),
        why=_("Les faits ne le portent que comme code d’origine : la cohorte serait vide."),
        remedy=_("Cherchez-le par .source(…), ou donnez le concept standard."),
    )


def _two_vocabularies(listed: Codes, where: str) -> StudyError:
    return StudyError(
        _("{where} : la liste « {name} » sert à deux domaines.").format(where=where, name=listed),
        why=_("Ses codes ne se cherchent pas dans le même vocabulaire."),
        remedy=_('Dites-le : codes(…, vocabulary="CIM10").'),
    )


def _same_number(listed: Codes, other: Codes) -> StudyError:
    return StudyError(
        _("Les listes « {one} » et « {other} » ont le même numéro.").format(one=listed, other=other),
        remedy=_("Donnez un autre number à l’une, ou à aucune."),
    )
