"""When a person leaves, how periods merge, and the calendar that clips them."""

from collections.abc import Iterator

from maillage.base.i18n import _, ngettext
from maillage.cohort.explain.anchors import entry_anchor
from maillage.cohort.explain.criteria import criterion_item
from maillage.cohort.explain.entry import has_one_event
from maillage.cohort.explain.grammar import day, days
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.structure import Section
from maillage.cohort.explain.windows import point
from maillage.cohort.expression import CohortExpression, CustomEraExit, DateField, DateOffsetExit, Limit
from maillage.cohort.expression.values import Period


def exit_section(expression: CohortExpression, names: Names) -> Section:
    """The rule of exit, then the events that make a person leave sooner."""
    sooner = tuple(criterion_item(criterion, names) for criterion in expression.censoring)
    paragraphs = tuple(_strategy(expression, names))
    if sooner:
        paragraphs += (
            ngettext(
                "Elle sort plus tôt, le jour où débute l’événement suivant, s’il survient à la date d’entrée "
                "ou ensuite :",
                "Elle sort plus tôt, le jour où débute l’un des {count} événements suivants, "
                "s’il en survient un à la date d’entrée ou ensuite :",
                len(sooner),
            ).format(count=len(sooner)),
        )
    return Section("exit", _("Quand on sort"), paragraphs, sooner)


def _strategy(expression: CohortExpression, names: Names) -> Iterator[str]:
    match expression.exit:
        case None:
            yield _(
                "La personne reste dans la cohorte jusqu’à la fin de la période d’observation où elle est "
                "entrée."
            )
        case DateOffsetExit() as offset:
            yield from _offset(offset)
        case CustomEraExit() as era:
            yield from _era(era, names)


def _offset(offset: DateOffsetExit) -> Iterator[str]:
    anchor = entry_anchor()
    base = anchor.start if offset.field is DateField.START else anchor.end
    if offset.offset == 0:
        yield _(
            "La personne sort à {date}, ou à la fin de sa période d’observation si celle-ci finit avant."
        ).format(date=base)
    else:
        yield _(
            "La personne sort {point}, ou à la fin de sa période d’observation si celle-ci finit avant."
        ).format(point=point(offset.offset, base))
    if offset.offset < 0:
        yield _("Un événement d’entrée dont la sortie précéderait la date d’entrée ne compte pas.")


def _era(era: CustomEraExit, names: Names) -> Iterator[str]:
    yield _(
        "La personne sort à la fin de l’épisode de traitement en cours à la date d’entrée, par les "
        "médicaments de "
        "la liste {list} (reconnus par leur code ou par leur code d’origine), ou à la fin de sa période "
        "d’observation si celle-ci finit avant."
    ).format(list=names.concept_set(era.codeset_id))
    if era.days_supply_override is not None:
        yield _("Chaque prise est comptée pour {days}, quelle que soit sa durée notée.").format(
            days=days(era.days_supply_override)
        )
    if era.offset > 0:
        yield _("Chaque prise est prolongée de {days}.").format(days=days(era.offset))
    if era.offset < 0:
        yield _("Chaque prise est raccourcie de {days}.").format(days=days(-era.offset))
    yield _(
        "Deux prises forment un même épisode si la seconde débute au plus {days} après la fin de la "
        "première. "
        "Un événement d’entrée hors de tout épisode garde la fin de la période d’observation."
    ).format(days=days(era.gap_days))


def periods_section(expression: CohortExpression) -> Section:
    """How the periods of one person merge, where a person may have several."""
    single = has_one_event(expression) or expression.expression_limit is not Limit.ALL
    text = _one_period(expression.era_pad) if single else _merged(expression.era_pad)
    return Section("periods", _("Périodes d’une même personne"), (text,))


def _one_period(pad: int) -> str:
    if pad == 0:
        return _("Une personne a au plus une période dans cette cohorte.")
    return _(
        "Une personne a au plus une période dans cette cohorte : le réglage qui réunit les périodes "
        "distantes "
        "d’au plus {days} n’a rien à réunir."
    ).format(days=days(pad))


def _merged(pad: int) -> str:
    if pad == 0:
        return _("Les périodes qui se chevauchent, ou se touchent le même jour, n’en font qu’une.")
    return _(
        "Deux périodes n’en font qu’une si la seconde débute au plus {days} après la fin de la première."
    ).format(days=days(pad))


def calendar_section(window: Period) -> Iterator[Section]:
    """The dates out of which nothing of a period is kept."""
    if window:
        yield Section("calendar", _("Limites de calendrier"), (_calendar(window), _clipped()))


def _calendar(window: Period) -> str:
    match window.start, window.end:
        case None, None:
            return ""
        case start, None:
            return _("Seuls comptent les jours à partir du {start}, ce jour compris.").format(
                start=day(start)
            )
        case None, end:
            return _("Seuls comptent les jours jusqu’au {end}, ce jour compris.").format(end=day(end))
        case start, end:
            text = _("Seuls comptent les jours du {start} au {end}, ces deux jours compris.")
            return text.format(start=day(start), end=day(end))


def _clipped() -> str:
    return _(
        "Une période qui déborde est coupée à ces dates, une fois les périodes réunies ; "
        "une période hors de ces dates disparaît."
    )
