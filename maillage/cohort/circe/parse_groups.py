"""From Circe JSON to criteria and the groups that correlate them."""

from collections.abc import Iterator

from maillage.base.i18n import _
from maillage.cohort.circe.reader import Reader
from maillage.cohort.circe.values import read_attributes
from maillage.cohort.errors import ExpressionError, UnsupportedFeatureError
from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    AdjustFrom,
    Correlated,
    CountColumn,
    Criterion,
    DateAdjustment,
    Demographic,
    Endpoint,
    Group,
    GroupType,
    Occurrence,
    OccurrenceType,
    Window,
)

_REFUSED_DOMAIN = "LocationRegion"


def read_criteria(reader: Reader, key: str) -> Iterator[Criterion]:
    """The criteria of a list, in its order."""
    return (_read_criterion(child) for child in reader.children(key))


def _read_criterion(wrapper: Reader) -> Criterion:
    domain = _read_domain(wrapper)
    reader = wrapper.child(domain)
    wrapper.finish()
    correlated = reader.optional_child("CorrelatedCriteria")
    adjustment = reader.optional_child("DateAdjustment")
    criterion = Criterion(
        domain,
        read_attributes(reader, DOMAINS[domain].attributes),
        correlated=_non_empty(read_group(correlated)) if correlated else None,
        date_adjustment=_read_adjustment(adjustment) if adjustment else None,
    )
    # ATLAS writes `First` under every criterion, also where the domain has none.
    reader.finish(harmless=("First",))
    return criterion


def _non_empty(group: Group) -> Group | None:
    return group or None


def _read_domain(wrapper: Reader) -> str:
    names = [name for name in wrapper.value if wrapper.has(name)]
    if _REFUSED_DOMAIN in names:
        raise UnsupportedFeatureError(
            _("{path} : le critère LocationRegion n’est pas disponible.").format(path=wrapper.path),
            why=_("Il lit la table LOCATION_HISTORY, qui n’est pas dans OMOP CDM 5.4."),
            remedy=_("Retirez ce critère de la cohorte."),
        )
    if len(names) == 1 and names[0] in DOMAINS:
        return names[0]
    raise _unknown_domain(wrapper)


def _unknown_domain(wrapper: Reader) -> ExpressionError:
    return wrapper.fail(
        _("un critère porte le nom d’un seul domaine OMOP."),
        why=_("Les clés sont : {keys}.").format(keys=", ".join(key[:40] for key in wrapper.value) or "–"),
        remedy=_("Les domaines sont : {domains}.").format(domains=", ".join(DOMAINS)),
    )


def _read_adjustment(reader: Reader) -> DateAdjustment:
    adjustment = DateAdjustment(
        start_with=reader.choice("StartWith", AdjustFrom, AdjustFrom.START),
        start_offset=reader.days("StartOffset", 0),
        end_with=reader.choice("EndWith", AdjustFrom, AdjustFrom.END),
        end_offset=reader.days("EndOffset", 0),
    )
    reader.finish()
    return adjustment


def read_group(reader: Reader) -> Group:
    """A group and all that it holds. Depth was bounded before."""
    kind = reader.choice("Type", GroupType, GroupType.ALL)
    group = Group(
        kind,
        count=reader.integer("Count") if kind.counts else reader.optional_integer("Count"),
        criteria=tuple(_read_correlated(child) for child in reader.children("CriteriaList")),
        demographics=tuple(_read_demographic(child) for child in reader.children("DemographicCriteriaList")),
        groups=tuple(read_group(child) for child in reader.children("Groups")),
    )
    reader.finish()
    return group


def _read_demographic(reader: Reader) -> Demographic:
    demographic = Demographic(read_attributes(reader, DEMOGRAPHICS))
    reader.finish()
    return demographic


def _read_correlated(reader: Reader) -> Correlated:
    end_window = reader.optional_child("EndWindow")
    correlated = Correlated(
        criterion=_read_criterion(reader.child("Criteria")),
        occurrence=_read_occurrence(reader.child("Occurrence")),
        start_window=_read_window(reader.child("StartWindow")),
        end_window=_read_window(end_window) if end_window else None,
        restrict_visit=reader.flag("RestrictVisit"),
        ignore_observation_period=reader.flag("IgnoreObservationPeriod"),
    )
    reader.finish()
    return correlated


def _read_occurrence(reader: Reader) -> Occurrence:
    kind, count = reader.integer("Type"), reader.integer("Count")
    if kind not in tuple(OccurrenceType):
        raise reader.fail(
            _("un nombre d’occurrences est exact (0), maximal (1) ou minimal (2)."),
            key="Type",
            remedy=_("Donnez 0, 1 ou 2."),
        )
    if count < 0:
        raise reader.fail(_("un nombre négatif."), key="Count", remedy=_("Donnez 0 ou plus."))
    column = reader.choice("CountColumn", CountColumn) if reader.has("CountColumn") else None
    reader.get("CountColumn")
    occurrence = Occurrence(OccurrenceType(kind), count, reader.flag("IsDistinct"), column)
    reader.finish()
    return occurrence


def _read_window(reader: Reader) -> Window:
    window = Window(
        _read_endpoint(reader.child("Start")),
        _read_endpoint(reader.child("End")),
        use_index_end=reader.optional_flag("UseIndexEnd"),
        use_event_end=reader.optional_flag("UseEventEnd"),
    )
    reader.finish()
    return window


def _read_endpoint(reader: Reader) -> Endpoint:
    days = None if reader.optional_integer("Days") is None else reader.days("Days")
    direction = reader.integer("Coeff")
    if direction not in (-1, 1):
        raise reader.fail(
            _("le sens d’une borne est avant (-1) ou après (1)."), key="Coeff", remedy=_("Donnez -1 ou 1.")
        )
    reader.finish()
    return Endpoint(days, direction)
