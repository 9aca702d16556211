"""From a draft to what a builder shows of it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from maillage.base.i18n import LANGUAGES, _, current_language, in_language
from maillage.cohort.edit.cards import Lists, entry_card, event_card, person_card, read_terms
from maillage.cohort.edit.draft import Document, missing, read_draft
from maillage.cohort.edit.model import Block, Card, CodeList, Entry, Mode, Outline, Rule, Sense
from maillage.cohort.edit.naming import automatic_name
from maillage.cohort.edit.which import read_which, which_words
from maillage.cohort.explain.anchors import Anchor, entry_anchor, event_anchor
from maillage.cohort.explain.codes import concept_line
from maillage.cohort.explain.cohort import ending_sections, typeset_section
from maillage.cohort.explain.criteria import how_many
from maillage.cohort.explain.entry import additional_section, entry_section, limit_section, rule_name
from maillage.cohort.explain.grammar import clean, typeset
from maillage.cohort.explain.names import names_of
from maillage.cohort.expression import (
    CohortExpression,
    Criterion,
    CustomEraExit,
    Group,
    GroupType,
    InclusionRule,
)
from maillage.cohort.expression.values import CodesetRef, ConceptSetChoice
from maillage.cohort.walk import nodes_of

# Characters. A draft of everyday size; larger ones would fill the memory.
_MOST_KEPT = 50_000

_MODES = {
    GroupType.ALL: Mode.ALL,
    GroupType.ANY: Mode.ANY,
    GroupType.AT_LEAST: Mode.AT_LEAST,
    GroupType.AT_MOST: Mode.AT_MOST,
}


def outline(document: Document) -> Outline:
    """The draft as cards, in the language in force. Raises ExpressionError for what is no expression."""
    text = json.dumps(document)
    return _outline(document) if len(text) > _MOST_KEPT else _outline_again(text, current_language())


# An edit looks at the draft before and after it several times, the next edit at the same again: that was
# most of its time.
@lru_cache(maxsize=64)
def _outline_again(text: str, _language: str) -> Outline:
    return _outline(json.loads(text))


def _outline(document: Document) -> Outline:
    expression = read_draft(document)
    lists = lists_of(expression)
    return Outline(
        clean(expression.title or ""),
        _entry(expression, lists),
        tuple(_rule(index, rule, lists) for index, rule in enumerate(expression.rules)),
        tuple(map(typeset_section, ending_sections(expression, lists.names))),
        tuple(_code_lists(expression, lists)),
        tuple(map(concept_line, lists.names.quoted)),
        tuple(missing(document)),
    )


def lists_of(expression: CohortExpression) -> Lists:
    """The lists of an expression and their uses."""
    references = (
        node.codeset_id
        for node in nodes_of(expression)
        if isinstance(node, CodesetRef | ConceptSetChoice | CustomEraExit)
    )
    uses = Counter(one for one in references if one is not None)
    return Lists(names_of(expression), {one.id: one for one in expression.concept_sets}, uses)


def _code_lists(expression: CohortExpression, lists: Lists) -> Iterator[CodeList]:
    for one in expression.concept_sets:
        yield CodeList(lists.names.concept_set(one.id), read_terms(one), used=lists.uses[one.id] > 0)


def _entry(expression: CohortExpression, lists: Lists) -> Entry:
    primary = expression.primary
    cards = tuple(
        _with_around(entry_card(f"entry.{index}", criterion, lists), criterion, lists)
        for index, criterion in enumerate(primary.criteria)
    )
    which = read_which(expression)
    observation, *limits = _closing(expression, lists)
    additional = expression.additional
    return Entry(
        cards,
        which,
        which_words(which),
        primary.prior_days,
        primary.post_days,
        typeset(observation),
        age=_shared(cards, "age"),
        sex=_shared(cards, "sex"),
        years=_shared(cards, "years"),
        stay=_shared(cards, "stay"),
        limits=tuple(map(typeset, limits)),
        also=None if additional is None else block("also", additional, lists, entry_anchor()),
    )


def _closing(expression: CohortExpression, lists: Lists) -> Iterator[str]:
    """Sentences: the observation required, then which events are kept."""
    yield from entry_section(expression.primary, lists.names).closing
    for section in additional_section(expression, lists.names):
        yield from section.closing
    for section in limit_section(expression):
        yield from section.paragraphs


def _shared(cards: tuple[Card, ...], name: str) -> Any:
    """What all the cards say alike; None otherwise."""
    values = {getattr(card, name) for card in cards}
    return values.pop() if len(values) == 1 else None


def _rule(index: int, rule: InclusionRule, lists: Lists) -> Rule:
    body = block(f"rule.{index}", rule.group, lists, entry_anchor())
    return Rule(
        body.path,
        rule_name(rule),
        named=not _follows(rule, body, lists),
        asks=automatic_name(body),
        sense=_rule_sense(body),
        body=body,
        note=clean(rule.description or ""),
    )


def _follows(rule: InclusionRule, body: Block, lists: Lists) -> bool:
    """Whether the rule is called by what it asks, in whichever language it got its name; or not at all."""
    if rule.name in ("", automatic_name(body)):
        return True
    others = (language for language in LANGUAGES if language != current_language())
    return any(rule.name == _named_in(language, rule, lists) for language in others)


def _named_in(language: str, rule: InclusionRule, lists: Lists) -> str:
    with in_language(language):
        return automatic_name(block("rule", rule.group, lists, entry_anchor()))


def _rule_sense(body: Block) -> Sense:
    only = body.members[0] if len(body.members) == 1 and body.mode in (Mode.ALL, Mode.ANY) else None
    return only.sense if only else body.sense


def block(path: str, group: Group, lists: Lists, anchor: Anchor) -> Block:
    """A group of the document; its members are in the order of their paths."""
    members = (
        *_events(path, group, lists, anchor),
        *(
            person_card(f"{path}.d{index}", one, lists, anchor)
            for index, one in enumerate(group.demographics)
        ),
        *(block(f"{path}.g{index}", one, lists, anchor) for index, one in enumerate(group.groups)),
    )
    words = how_many(group, len(members)) if members else _("Aucune condition : toujours satisfait.")
    return Block(path, _MODES[group.type], group.count, typeset(words), _sense(group), members)


def _events(path: str, group: Group, lists: Lists, anchor: Anchor) -> Iterator[Card]:
    for index, correlated in enumerate(group.criteria):
        card = event_card(f"{path}.c{index}", correlated, lists, anchor)
        yield _with_around(card, correlated.criterion, lists)


def _sense(group: Group) -> Sense:
    if group.type is not GroupType.AT_MOST:
        return Sense.INCLUDE
    return Sense.EXCLUDE if group.count == 0 else Sense.LIMIT


def _with_around(card: Card, criterion: Criterion, lists: Lists) -> Card:
    if criterion.correlated is None:
        return card
    anchor = event_anchor(criterion, lists.names)
    return replace(card, around=block(f"{card.path}.with", criterion.correlated, lists, anchor))
