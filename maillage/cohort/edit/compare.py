"""What changed between two versions of a cohort, in sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from maillage.base.i18n import _, mark
from maillage.cohort.edit.draft import Document
from maillage.cohort.edit.model import Block, Card, Outline, Rule, TermLine
from maillage.cohort.edit.outline import outline
from maillage.cohort.explain.structure import Item, Section

_ALIKE = 0.34


class Verb(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    MOVED = "moved"


@dataclass(frozen=True)
class Change:
    """One part that changed. `text` says it whole; `before` and `after` are what only one version says."""

    verb: Verb
    text: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def compare(old: Document, new: Document) -> list[Change]:
    """The changes in the order of the new one, in the language in force; empty when both say the same.

    Raises ExpressionError for what is no expression.
    """
    before, after = outline(old), outline(new)
    changes = [
        *_replaced(_("Le titre a changé."), (before.title,), (after.title,)),
        *_parts(_entries(before), _entries(after), _ENTRY),
        *_settings(before, after),
        *_parts(_rules(before), _rules(after), _RULE),
        *_sections(before, after),
        *_lists(before, after),
    ]
    # Two concepts may bear one name: their numbers are told only where nothing else differs.
    return changes or list(_replaced(_("Les valeurs citées ont changé."), before.quoted, after.quoted))


@dataclass(frozen=True)
class _Part:
    """An entry event or a rule: its name and all that it says."""

    name: str
    lines: tuple[str, ...]
    exact: tuple[str, ...]
    """Its codes with the numbers of their concepts, told only where the lines say no difference."""


_ENTRY: Mapping[Verb, str] = {
    Verb.ADDED: mark("Événement d’entrée ajouté : {name}."),
    Verb.REMOVED: mark("Événement d’entrée retiré : {name}."),
    Verb.CHANGED: mark("Événement d’entrée modifié : {name}."),
    Verb.RENAMED: mark("Événement d’entrée renommé : « {former} » devient « {name} »."),
    Verb.MOVED: mark("Événements d’entrée mis dans un autre ordre."),
}
_RULE: Mapping[Verb, str] = {
    Verb.ADDED: mark("Critère ajouté : {name}."),
    Verb.REMOVED: mark("Critère retiré : {name}."),
    Verb.CHANGED: mark("Critère modifié : {name}."),
    Verb.RENAMED: mark("Critère renommé : « {former} » devient « {name} »."),
    Verb.MOVED: mark("Critères mis dans un autre ordre."),
}


def _entries(shown: Outline) -> list[_Part]:
    return [
        _Part(card.label, tuple(_card_lines(card)), tuple(_exact(card.below()))) for card in shown.entry.cards
    ]


def _rules(shown: Outline) -> list[_Part]:
    return [
        _Part(rule.name, tuple(_rule_lines(rule)), tuple(_exact(rule.body.cards()))) for rule in shown.rules
    ]


def _exact(cards: Iterable[Card]) -> Iterator[str]:
    return (f"{_term_line(term)} [{term.concept_id}]" for card in cards for term in card.terms)


def _rule_lines(rule: Rule) -> Iterator[str]:
    if rule.note:
        yield rule.note
    yield from _block_lines(rule.body, alone=True)


def _block_lines(block: Block, *, alone: bool = False) -> Iterator[str]:
    if len(block.members) != 1 or not alone or block.count is not None:
        yield block.words
    for member in block.members:
        yield from _card_lines(member) if isinstance(member, Card) else _block_lines(member)


def _card_lines(card: Card) -> Iterator[str]:
    yield card.sentence
    yield from (detail for detail in card.details if detail != card.sentence)
    yield from map(_term_line, card.terms)
    if card.around is not None:
        yield from _block_lines(card.around)


def _term_line(term: TermLine) -> str:
    named = " ".join(part for part in (term.code, f"({term.badge})" if term.badge else "", term.name) if part)
    reach = _("et tout ce qui en dépend") if term.descendants else _("ce code seul")
    if term.mapped:
        reach = _("{reach}, avec les codes d’origine").format(reach=reach)
    text = _("sauf {code}, {reach}") if term.excluded else _("{code}, {reach}")
    return text.format(code=named, reach=reach)


def _parts(old: Sequence[_Part], new: Sequence[_Part], words: Mapping[Verb, str]) -> Iterator[Change]:
    pairs = _matched(old, new)
    for place, part in enumerate(new):
        if place not in pairs:
            yield Change(Verb.ADDED, _(words[Verb.ADDED]).format(name=part.name), after=part.lines)
        else:
            yield from _changed(old[pairs[place]], part, words)
    for place, part in enumerate(old):
        if place not in pairs.values():
            yield Change(Verb.REMOVED, _(words[Verb.REMOVED]).format(name=part.name), before=part.lines)
    order = [pairs[place] for place in sorted(pairs)]
    if order != sorted(order):
        yield Change(Verb.MOVED, _(words[Verb.MOVED]))


def _changed(old: _Part, new: _Part, words: Mapping[Verb, str]) -> Iterator[Change]:
    text = _(words[Verb.CHANGED]).format(name=new.name)
    if old.lines != new.lines:
        yield Change(Verb.CHANGED, text, _only(old.lines, new.lines), _only(new.lines, old.lines))
    elif old.exact != new.exact:
        yield Change(Verb.CHANGED, text, _only(old.exact, new.exact), _only(new.exact, old.exact))
    elif old.name != new.name:
        yield Change(Verb.RENAMED, _(words[Verb.RENAMED]).format(former=old.name, name=new.name))


def _only(lines: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The lines that the other has not; all of them where only their order differs."""
    known = set(other)
    return tuple(line for line in lines if line not in known) or (tuple(lines) if set(lines) == known else ())


def _matched(old: Sequence[_Part], new: Sequence[_Part]) -> dict[int, int]:
    """The place in `old` of each part of `new` that was there: first the most alike."""
    scored = [
        (-_likeness(one, other), abs(place - former), place, former)
        for place, one in enumerate(new)
        for former, other in enumerate(old)
    ]
    pairs: dict[int, int] = {}
    for score, _distance, place, former in sorted(scored):
        if -score > _ALIKE and place not in pairs and former not in pairs.values():
            pairs[place] = former
    return pairs


def _likeness(one: _Part, other: _Part) -> float:
    mine, theirs = set(one.lines), set(other.lines)
    shared = len(mine & theirs) / (len(mine | theirs) or 1)
    return max(shared + (one.lines == other.lines), float(one.name == other.name)) + shared / 2


def _settings(before: Outline, after: Outline) -> Iterator[Change]:
    old, new = before.entry, after.entry
    yield from _replaced(_("L’observation exigée a changé."), (old.observation,), (new.observation,))
    yield from _replaced(
        _("Le choix de l’événement d’entrée a changé."),
        (old.which_words, *old.limits),
        (new.which_words, *new.limits),
    )
    text = _("Les conditions attachées à l’événement d’entrée ont changé.")
    told = list(_replaced(text, *(_also_lines(one.also) for one in (old, new))))
    yield from told or _replaced(text, *(_also_codes(one.also) for one in (old, new)))


def _also_lines(also: Block | None) -> tuple[str, ...]:
    return tuple(_block_lines(also)) if also else ()


def _also_codes(also: Block | None) -> tuple[str, ...]:
    return tuple(_exact(also.cards())) if also else ()


def _sections(before: Outline, after: Outline) -> Iterator[Change]:
    old = {section.key: section for section in before.kept}
    new = {section.key: section for section in after.kept}
    for key in dict.fromkeys((*new, *old)):
        title = (new.get(key) or old[key]).title
        text = _("« {section} » a changé.").format(section=title)
        yield from _replaced(text, _section_lines(old.get(key)), _section_lines(new.get(key)))


def _lists(before: Outline, after: Outline) -> Iterator[Change]:
    """Lists that no card shows: of a sex, of a place, of the treatment that lasts."""
    old, new = _hidden_lists(before), _hidden_lists(after)
    for name in dict.fromkeys((*new, *old)):
        text = _("La liste {list} a changé.").format(list=name)
        yield from _replaced(text, old.get(name, ()), new.get(name, ()))


def _hidden_lists(shown: Outline) -> dict[str, tuple[str, ...]]:
    on_cards = {card.terms for card in shown.cards()}
    return {
        one.name: tuple(f"{_term_line(term)} [{term.concept_id}]" for term in one.terms)
        for one in shown.lists
        if one.used and one.terms not in on_cards
    }


def _section_lines(section: Section | None) -> tuple[str, ...]:
    if section is None:
        return ()
    return (
        *section.paragraphs,
        *(line for item in section.items for line in _item_lines(item)),
        *section.closing,
    )


def _item_lines(item: Item) -> Iterator[str]:
    yield item.text
    for child in item.children:
        yield from _item_lines(child)


def _replaced(text: str, before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[Change]:
    if before != after:
        yield Change(Verb.CHANGED, text, _only(before, after), _only(after, before))
