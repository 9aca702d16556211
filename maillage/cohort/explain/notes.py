"""What surprises in a definition: said once, and only when it can change who is found."""

from collections.abc import Iterator
from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.cohort.explain.conditions import picks_before
from maillage.cohort.explain.ends import end_notes
from maillage.cohort.explain.structure import Item, Section
from maillage.cohort.explain.windows import signed_days
from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    CohortExpression,
    Correlated,
    Criterion,
    Demographic,
    Limit,
    PrimaryCriteria,
    Window,
)
from maillage.cohort.expression.domains import Attribute, Derived, Place
from maillage.cohort.expression.values import (
    Comparison,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    TextFilter,
)
from maillage.cohort.walk import nodes_of

_DEMOGRAPHICS = {attribute.name: attribute for attribute in DEMOGRAPHICS}
_AGES = (Derived.AGE_AT_START, Derived.AGE_AT_END)


@dataclass(frozen=True)
class _Facts:
    """The nodes of an expression, and the attributes that its criteria set."""

    expression: CohortExpression
    nodes: tuple[object, ...]
    attributes: frozenset[Attribute]


def notes_section(expression: CohortExpression) -> Section:
    """The rules of reading that matter for this expression."""
    nodes = tuple(nodes_of(expression))
    facts = _Facts(expression, nodes, frozenset(_attributes(nodes)))
    texts = [*_on_delays(facts), *_on_events(facts), *_on_values(facts), *end_notes(expression, nodes)]
    return Section("notes", _("À savoir pour bien lire"), items=tuple(Item(text) for text in texts))


def _attributes(nodes: tuple[object, ...]) -> Iterator[Attribute]:
    for node in nodes:
        if isinstance(node, Criterion):
            yield from (DOMAINS[node.domain].by_name[name] for name, _value in node.attributes)
        if isinstance(node, Demographic):
            yield from (_DEMOGRAPHICS[name] for name, _value in node.attributes)


def _on_delays(facts: _Facts) -> Iterator[str]:
    correlated = [node for node in facts.nodes if isinstance(node, Correlated)]
    if correlated:
        yield _("Les délais se comptent en jours de calendrier ; leurs deux bornes sont comprises.")
    if any(not node.ignore_observation_period for node in correlated):
        yield _(
            "Un événement recherché autour d’un autre doit débuter dans la même période d’observation que "
            "lui, "
            "sauf mention contraire : ce qui s’est passé avant ou après n’est pas vu."
        )
    if any(node.restrict_visit for node in correlated):
        yield _(
            "Un événement qui n’est rattaché à aucun séjour n’est « au cours du même séjour » qu’aucun autre."
        )


def _on_events(facts: _Facts) -> Iterator[str]:
    expression = facts.expression
    yield _(
        "Une période d’observation est un temps pendant lequel l’entrepôt est réputé connaître les soins de "
        "la personne. Hors de ces périodes, nul n’entre."
    )
    if _may_find_itself(facts.nodes):
        yield _(
            "Un événement recherché autour d’un autre peut être cet autre lui-même, si le délai comprend sa "
            "date : il compte alors parmi ceux que l’on cherche."
        )
    if any(picks_before(node) for node in facts.nodes if isinstance(node, Criterion)):
        yield _(
            "Quand il faut le premier événement, il est choisi d’abord, les autres conditions sont regardées "
            "ensuite : s’il ne les remplit pas, un événement suivant qui les remplirait ne le remplace pas."
        )
    limits = (expression.primary.limit, expression.qualified_limit, expression.expression_limit)
    if any(limit is not Limit.ALL for limit in limits):
        yield _(
            "À date égale, l’événement retenu est celui dont le numéro est le plus petit dans l’entrepôt."
        )
    unused = expression.additional is None and expression.primary.limit is Limit.ALL
    if unused and expression.qualified_limit is not Limit.ALL:
        yield _(
            "Le fichier porte le réglage QualifiedLimit « {limit} » : il est sans effet, puisque aucune "
            "condition "
            "n’est attachée à l’événement d’entrée."
        ).format(limit=expression.qualified_limit.value)


def _on_values(facts: _Facts) -> Iterator[str]:
    if any(attribute.column in _AGES for attribute in facts.attributes):
        yield _(
            "L’âge est l’année de la date moins l’année de naissance : avant l’anniversaire, il compte un "
            "an de plus "
            "que l’âge révolu."
        )
    places = {attribute.place for attribute in facts.attributes} - {Place.CODE, Place.STRUCTURE}
    if places:
        yield _(
            "Une donnée qui manque ne remplit pas la condition qui la compare : l’événement ne compte pas."
        )
    if any(_is_negative(node) for node in facts.nodes):
        yield _(
            "Il en va de même de « tout sauf », « toute valeur sauf » et « hors de » : il faut une donnée, "
            "et qu’elle soit autre."
        )
    if Place.VISIT in places:
        yield _(
            "Un événement qui n’est rattaché à aucun séjour ni consultation ne remplit pas une condition "
            "sur leur type."
        )
    if any(isinstance(node, TextFilter) and set("%_") & set(node.text) for node in facts.nodes):
        yield _(
            "Dans un texte comparé, « % » vaut n’importe quelle suite de signes et « _ » n’importe quel "
            "signe."
        )
    if any(item.descendants for one in facts.expression.concept_sets for item in one.items):
        yield _(
            "« Tout ce qui en dépend » : les codes valides que le vocabulaire de l’hôpital range sous "
            "celui qui est cité. "
            "Un code qu’il ne connaît pas ne trouve rien."
        )


def _is_negative(node: object) -> bool:
    match node:
        case ConceptList():
            return node.exclude
        case ConceptSetChoice():
            return node.exclude and node.codeset_id is not None
        case NumberRange() | DateRange():
            return node.op in (Comparison.NOT_EQ, Comparison.NOT_BETWEEN)
        case TextFilter():
            return node.op.negated
        case _:
            return False


def _may_find_itself(nodes: tuple[object, ...]) -> bool:
    """Whether an event may be one of those that are looked for around it."""
    owners = {node.domain for node in nodes if isinstance(node, Criterion) and node.correlated}
    owners |= {
        criterion.domain for node in nodes if isinstance(node, PrimaryCriteria) for criterion in node.criteria
    }
    correlated = (node for node in nodes if isinstance(node, Correlated))
    return any(node.criterion.domain in owners and _holds_the_day(node.start_window) for node in correlated)


def _holds_the_day(window: Window) -> bool:
    low, high = signed_days(window.start), signed_days(window.end)
    # An event starts before its own end: one of the bounds then says nothing of the event itself.
    after = low is None or low <= 0 or (window.use_event_end and not window.use_index_end)
    before = high is None or high >= 0 or (window.use_index_end and not window.use_event_end)
    return bool(after and before)
