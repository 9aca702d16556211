"""Criteria, the events correlated with them, and groups of these, as nested lists."""

from maillage.base.i18n import _, ngettext
from maillage.cohort.explain.anchors import Anchor, event_anchor
from maillage.cohort.explain.conditions import condition_items, demographic_items
from maillage.cohort.explain.grammar import capital, sentence
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.structure import Item, Sense
from maillage.cohort.explain.windows import window_phrases
from maillage.cohort.explain.words.attributes import SAME
from maillage.cohort.explain.words.domains import CODED, NOUNS, UNCODED, Form
from maillage.cohort.expression import (
    Correlated,
    CountColumn,
    Criterion,
    Demographic,
    Group,
    GroupType,
    Occurrence,
    OccurrenceType,
)
from maillage.cohort.expression.values import CodesetRef


def criterion_item(criterion: Criterion, names: Names) -> Item:
    """An event that a criterion looks for, with the conditions that it must meet."""
    return _with_conditions(event_phrase(criterion, names), criterion, names, ranked=criterion.has("First"))


def event_phrase(criterion: Criterion, names: Names) -> str:
    """« un diagnostic de la liste … », « le premier acte de la liste … », without its conditions."""
    form = Form.FIRST if criterion.has("First") else Form.ONE
    return _coded(criterion, _(NOUNS[criterion.domain][form]), names)


def _coded(criterion: Criterion, event: str, names: Names) -> str:
    codeset = dict(criterion.attributes).get("CodesetId")
    if isinstance(codeset, CodesetRef):
        named = names.concept_set(codeset.codeset_id)
        return _(CODED[criterion.domain]).format(event=event, list=named)
    return _(UNCODED[criterion.domain]).format(event=event)


def _with_conditions(
    text: str, criterion: Criterion, names: Names, *, sense: Sense = Sense.STATES, ranked: bool = False
) -> Item:
    conditions = condition_items(criterion, names, ranked=ranked)
    if criterion.correlated is not None:
        conditions += group_items(criterion.correlated, names, event_anchor(criterion, names))
    if not conditions:
        return Item(sentence(text), sense=sense)
    meeting = ngettext(
        "{text}, remplissant cette condition :", "{text}, remplissant ces conditions :", len(conditions)
    )
    return Item(capital(meeting.format(text=text)), tuple(conditions), sense)


def group_items(group: Group, names: Names, anchor: Anchor) -> list[Item]:
    """The members of a group under the words that say how many must hold; a lone member stands for itself."""
    members = [correlated_item(member, names, anchor) for member in group.criteria]
    members += [_demographic_item(member, names, anchor) for member in group.demographics]
    for member in group.groups:
        members += group_items(member, names, anchor)
    if not members:
        return [Item(_("Aucune condition : toujours satisfait."))]
    if len(members) == 1 and not group.type.counts:
        return members
    return [Item(how_many(group, len(members)), tuple(members))]


def how_many(group: Group, total: int) -> str:
    """The words over the `total` members of a group."""
    if total == 1 and not group.type.counts:
        return _only_one()
    match group.type:
        case GroupType.ALL:
            return _("Toutes les conditions suivantes ({total}) :").format(total=total)
        case GroupType.ANY:
            return _("Au moins une des {total} conditions suivantes :").format(total=total)
        case GroupType.AT_LEAST:
            return _at_least(group.count or 0, total)
        case GroupType.AT_MOST:
            return _at_most(group.count or 0, total)


def _at_least(count: int, total: int) -> str:
    if count == total == 1:
        return _only_one()
    if total == 1:
        return _("Au moins {count} sur cette condition :").format(count=count)
    return _("Au moins {count} des {total} conditions suivantes :").format(count=count, total=total)


def _only_one() -> str:
    return _("Remplir la condition suivante :")


def _at_most(count: int, total: int) -> str:
    if count == 0:
        return ngettext(
            "Ne pas remplir la condition suivante :",
            "Ne remplir aucune des {total} conditions suivantes :",
            total,
        ).format(total=total)
    if total == 1:
        return _("Au plus {count} sur cette condition, donc toujours satisfait :").format(count=count)
    return _("Remplir au plus {count} des {total} conditions suivantes :").format(count=count, total=total)


def _demographic_item(demographic: Demographic, names: Names, anchor: Anchor) -> Item:
    lines = demographic_items(demographic, names, anchor)
    if not lines:
        return Item(_("Aucune condition sur la personne : toujours satisfait."))
    return lines[0] if len(lines) == 1 else Item(_("À la fois :"), tuple(lines))


def correlated_item(correlated: Correlated, names: Names, anchor: Anchor) -> Item:
    """« Avoir au moins un … débutant … », its conditions below."""
    text = correlated_phrase(correlated, names, anchor)
    return _with_conditions(text, correlated.criterion, names, sense=sense_of(correlated.occurrence))


def correlated_phrase(correlated: Correlated, names: Names, anchor: Anchor) -> str:
    """« Avoir au moins un … débutant … », without its conditions."""
    phrases = [*window_phrases(correlated, anchor), *scope_phrases(correlated, anchor)]
    return ", ".join([counted_events(correlated, names), *phrases])


def counted_events(correlated: Correlated, names: Names) -> str:
    """« Avoir au moins un … de la liste … », without when."""
    lead, event = _counted(correlated.criterion, correlated.occurrence)
    coded = _coded(correlated.criterion, event, names)
    return lead.format(event=coded, events=coded)


def sense_of(occurrence: Occurrence) -> Sense:
    """Whether events are asked for, forbidden, or their number limited."""
    if occurrence.type is OccurrenceType.AT_LEAST:
        return Sense.REQUIRES
    return Sense.FORBIDS if occurrence.count == 0 else Sense.LIMITS


def _counted(criterion: Criterion, occurrence: Occurrence) -> tuple[str, str]:
    """The verb, and the noun in the form that goes with it."""
    forms = NOUNS[criterion.domain]
    if occurrence.count == 0 and occurrence.type is not OccurrenceType.AT_LEAST:
        return _("N’avoir {events}"), _(forms[Form.NONE])
    if occurrence.count < 2:
        return _counted_once(occurrence), _(forms[Form.ONE])
    events = _(forms[Form.MANY]).format(count=occurrence.count)
    match occurrence.type:
        case OccurrenceType.AT_LEAST:
            return _("Avoir au moins {events}"), events
        case OccurrenceType.AT_MOST:
            return _("Avoir au plus {events}"), events
        case OccurrenceType.EXACTLY:
            return _("Avoir exactement {events}"), events


def _counted_once(occurrence: Occurrence) -> str:
    match occurrence.type:
        case OccurrenceType.AT_LEAST if occurrence.count == 0:
            return _("Avoir ou non, sans effet, {event}")
        case OccurrenceType.AT_LEAST:
            return _("Avoir au moins {event}")
        case OccurrenceType.AT_MOST:
            return _("Avoir au plus une fois {event}")
        case OccurrenceType.EXACTLY:
            return _("Avoir exactement une fois {event}")


def scope_phrases(correlated: Correlated, anchor: Anchor) -> list[str]:
    """The same stay, the observation period ignored, what counts once: each only where it is asked."""
    phrases: list[str] = []
    if correlated.restrict_visit:
        same = (
            _("qui est celui de {event}")
            if correlated.criterion.domain == "VisitOccurrence"
            else _("au cours du même séjour que {event}")
        )
        phrases.append(same.format(event=anchor.event))
    if correlated.ignore_observation_period:
        phrases.append(_("même hors de la période d’observation de {event}").format(event=anchor.event))
    if correlated.occurrence.distinct:
        column = correlated.occurrence.count_column or CountColumn.DOMAIN_CONCEPT
        phrases.append(_("sans compter deux fois {same}").format(same=_(SAME[column])))
    return phrases
