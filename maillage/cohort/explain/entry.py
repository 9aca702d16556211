"""Who enters: the entry events, the conditions that come with them, and how many a person may have."""

from collections.abc import Iterator

from maillage.base.i18n import _, ngettext
from maillage.cohort.explain.anchors import entry_anchor
from maillage.cohort.explain.criteria import criterion_item, group_items
from maillage.cohort.explain.grammar import clean, days
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.structure import Item, Section
from maillage.cohort.expression import CohortExpression, InclusionRule, Limit, PrimaryCriteria


def entry_section(primary: PrimaryCriteria, names: Names) -> Section:
    """The entry events, the observation around them, and which one when there are several."""
    return Section(
        "entry",
        _("Qui entre"),
        paragraphs=(
            ngettext(
                "Une personne entre dans la cohorte par l’événement suivant, appelé « événement d’entrée ». "
                "Sa date de début est la « date d’entrée ».",
                "Une personne entre dans la cohorte par l’un des {count} événements suivants, appelé "
                "« événement d’entrée ». Sa date de début est la « date d’entrée ».",
                len(primary.criteria),
            ).format(count=len(primary.criteria)),
        ),
        items=tuple(criterion_item(criterion, names) for criterion in primary.criteria),
        closing=(_observation(primary), _primary_limit(primary.limit)),
    )


def _observation(primary: PrimaryCriteria) -> str:
    before, after = days(primary.prior_days), days(primary.post_days)
    match primary.prior_days != 0, primary.post_days != 0:
        case False, False:
            return _(
                "La date d’entrée est dans une période d’observation de la personne ; rien n’est exigé "
                "avant ni après."
            )
        case True, False:
            return _(
                "Avant la date d’entrée, la personne est observée sans interruption depuis au moins {before}."
            ).format(before=before)
        case False, True:
            return _(
                "Après la date d’entrée, la personne est observée sans interruption pendant au moins {after}."
            ).format(after=after)
        case _:
            return _(
                "La personne est observée sans interruption depuis au moins {before} avant la date d’entrée, "
                "et pendant au moins {after} après."
            ).format(before=before, after=after)


def _primary_limit(limit: Limit) -> str:
    match limit:
        case Limit.FIRST:
            return _("Si plusieurs événements d’une personne conviennent, seul le premier est retenu.")
        case Limit.LAST:
            return _("Si plusieurs événements d’une personne conviennent, seul le dernier est retenu.")
        case Limit.ALL:
            return _("Si plusieurs événements d’une personne conviennent, tous sont retenus à cette étape.")


def additional_section(expression: CohortExpression, names: Names) -> Iterator[Section]:
    """The conditions that filter entry events before any inclusion rule."""
    if expression.additional is None:
        return
    yield Section(
        "additional",
        _("Conditions attachées à l’événement d’entrée"),
        paragraphs=(_("L’événement d’entrée n’est retenu qu’aux conditions suivantes."),),
        items=tuple(group_items(expression.additional, names, entry_anchor())),
        closing=_qualified_limit(expression),
    )


def _qualified_limit(expression: CohortExpression) -> tuple[str, ...]:
    if expression.primary.limit is not Limit.ALL:
        return ()
    match expression.qualified_limit:
        case Limit.FIRST:
            return (
                _("Parmi les événements d’une personne qui les remplissent, seul le premier est retenu."),
            )
        case Limit.LAST:
            return (
                _("Parmi les événements d’une personne qui les remplissent, seul le dernier est retenu."),
            )
        case Limit.ALL:
            return (_("Tous les événements d’une personne qui les remplissent sont retenus."),)


def rules_section(expression: CohortExpression, names: Names) -> Iterator[Section]:
    """The inclusion rules in their order, under the names that their author gave them."""
    if not expression.rules:
        return
    yield Section(
        "rules",
        _("Critères d’inclusion"),
        paragraphs=(
            ngettext(
                "L’événement d’entrée n’est gardé que s’il satisfait le critère suivant. "
                "Son nom vient de l’auteur ; la ligne au-dessous dit ce qui est vérifié.",
                "L’événement d’entrée n’est gardé que s’il satisfait les {count} critères suivants. "
                "Leurs noms viennent de l’auteur ; les lignes au-dessous disent ce qui est vérifié.",
                len(expression.rules),
            ).format(count=len(expression.rules)),
        ),
        items=tuple(_rule_item(rule, names) for rule in expression.rules),
        numbered=True,
    )


def rule_name(rule: InclusionRule) -> str:
    """The author's name for it, or that there is none."""
    return word_rule_name(rule.name)


def word_rule_name(name: str) -> str:
    """The same, of a name alone."""
    return clean(name) or _("Critère sans nom")


def _rule_item(rule: InclusionRule, names: Names) -> Item:
    note = clean(rule.description or "")
    notes = (Item(_("Note de l’auteur : {note}").format(note=note)),) if note else ()
    return Item(rule_name(rule), (*notes, *group_items(rule.group, names, entry_anchor())))


def limit_section(expression: CohortExpression) -> Iterator[Section]:
    """How many entries a person may have, where the steps before leave a choice."""
    if has_one_event(expression):
        return
    yield Section(
        "limit", _("Une ou plusieurs entrées par personne"), paragraphs=(_expression_limit(expression),)
    )


def _expression_limit(expression: CohortExpression) -> str:
    match expression.expression_limit:
        case Limit.FIRST:
            return _("Une personne n’entre qu’une fois : par le premier de ses événements retenus jusqu’ici.")
        case Limit.LAST:
            return _("Une personne n’entre qu’une fois : par le dernier de ses événements retenus jusqu’ici.")
        case Limit.ALL:
            return _(
                "Une personne peut entrer plusieurs fois : par chacun de ses événements retenus jusqu’ici."
            )


def has_one_event(expression: CohortExpression) -> bool:
    """Whether a person has at most one event left when the last limit comes: it then chooses nothing."""
    limited = expression.additional is not None and expression.qualified_limit is not Limit.ALL
    return limited or expression.primary.limit is not Limit.ALL
