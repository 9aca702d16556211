"""From Circe JSON, the language of ATLAS, to nodes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from maillage.base.i18n import _
from maillage.cohort.circe.limits import MAX_RULES, read_bounded
from maillage.cohort.circe.parse_groups import read_criteria, read_group
from maillage.cohort.circe.reader import Reader
from maillage.cohort.circe.values import read_concept, read_period
from maillage.cohort.errors import ExpressionError, ExpressionTooLargeError
from maillage.cohort.expression import (
    CohortExpression,
    ConceptSet,
    ConceptSetItem,
    CustomEraExit,
    DateField,
    DateOffsetExit,
    InclusionRule,
    Limit,
    PrimaryCriteria,
)
from maillage.cohort.expression.values import Period

# What ATLAS and WebAPI write around a definition, and never read back to find persons.
_HARMLESS_ROOT_KEYS = (
    "id",
    "name",
    "description",
    "createdBy",
    "createdDate",
    "modifiedBy",
    "modifiedDate",
    "tags",
)
_HARMLESS_SET_KEYS = (
    *("description", "createdBy", "createdDate", "modifiedBy", "modifiedDate", "tags"),
    *("hasReadAccess", "hasWriteAccess"),
)


def parse_expression(source: bytes | str | Mapping[str, Any]) -> CohortExpression:
    """Read a Circe cohort expression.

    Raises ExpressionError with the JSON path and the remedy, ExpressionTooLargeError beyond 1 MiB, 60 levels,
    2,000 parts or 200 criteria, UnsupportedFeatureError for a domain outside CDM 5.4.
    """
    reader = Reader(read_bounded(source), "$")
    if not reader.has("PrimaryCriteria"):
        raise _not_an_expression(reader)
    return _read_expression(reader)


def _not_an_expression(reader: Reader) -> ExpressionError:
    remedy = (
        _("Donnez le contenu de la clé « expression », sans ce qui l’entoure.")
        if reader.has("expression")
        else _("Exportez la cohorte d’ATLAS en JSON (onglet « Export »).")
    )
    return reader.fail(_("la clé PrimaryCriteria manque."), remedy=remedy)


def _read_expression(reader: Reader) -> CohortExpression:
    concept_sets = tuple(_read_concept_set(child) for child in reader.children("ConceptSets"))
    _check_unique(reader, [concept_set.id for concept_set in concept_sets])
    _check_rules(reader)
    additional = reader.optional_child("AdditionalCriteria")
    window = reader.optional_child("CensorWindow")
    expression = CohortExpression(
        title=reader.optional_text("Title"),
        cdm_version_range=reader.optional_text("cdmVersionRange"),
        concept_sets=concept_sets,
        primary=_read_primary(reader.child("PrimaryCriteria")),
        additional=read_group(additional) if additional else None,
        qualified_limit=_read_limit(reader, "QualifiedLimit"),
        rules=tuple(_read_rule(child) for child in reader.children("InclusionRules")),
        expression_limit=_read_limit(reader, "ExpressionLimit"),
        exit=_read_exit(reader),
        censoring=tuple(read_criteria(reader, "CensoringCriteria")),
        era_pad=_read_era_pad(reader),
        censor_window=read_period(window) if window else Period(),
    )
    reader.finish(harmless=_HARMLESS_ROOT_KEYS)
    return expression


def _check_unique(reader: Reader, ids: list[int]) -> None:
    if len(ids) != len(set(ids)):
        raise reader.fail(
            _("deux listes de concepts ont le même id."),
            key="ConceptSets",
            remedy=_("Donnez un id différent à chaque liste de concepts."),
        )


def _check_rules(reader: Reader) -> None:
    if sum(1 for _rule in reader.children("InclusionRules")) > MAX_RULES:
        raise ExpressionTooLargeError(
            _("La cohorte a trop de critères d’inclusion."),
            why=_("La limite est de {limit}.").format(limit=MAX_RULES),
            remedy=_("Réunissez-en plusieurs dans un groupe."),
        )


def _read_concept_set(reader: Reader) -> ConceptSet:
    body = reader.optional_child("expression")
    items = tuple(_read_item(child) for child in body.children("items")) if body else ()
    if body:
        body.finish()
    found = ConceptSet(reader.integer("id"), reader.optional_text("name") or "", items)
    reader.finish(harmless=_HARMLESS_SET_KEYS)
    return found


def _read_item(reader: Reader) -> ConceptSetItem:
    item = ConceptSetItem(
        read_concept(reader.child("concept")),
        exclude=reader.flag("isExcluded"),
        descendants=reader.flag("includeDescendants"),
        mapped=reader.flag("includeMapped"),
    )
    reader.finish()
    return item


def _read_primary(reader: Reader) -> PrimaryCriteria:
    window = reader.optional_child("ObservationWindow")
    criteria = tuple(read_criteria(reader, "CriteriaList"))
    if not criteria:
        raise reader.fail(
            _("il faut au moins un événement d’entrée."),
            key="CriteriaList",
            remedy=_("Ajoutez un critère à CriteriaList."),
        )
    primary = PrimaryCriteria(
        criteria,
        prior_days=window.days("PriorDays", 0) if window else 0,
        post_days=window.days("PostDays", 0) if window else 0,
        limit=_read_limit(reader, "PrimaryCriteriaLimit"),
    )
    if window:
        window.finish()
    reader.finish()
    return primary


def _read_limit(reader: Reader, key: str) -> Limit:
    child = reader.optional_child(key)
    if child is None:
        return Limit.FIRST
    limit = child.choice("Type", Limit, Limit.FIRST)
    child.finish()
    return limit


def _read_rule(reader: Reader) -> InclusionRule:
    rule = InclusionRule(
        reader.optional_text("name") or "",
        read_group(reader.child("expression")),
        reader.optional_text("description"),
    )
    reader.finish()
    return rule


class _Collapse(StrEnum):
    ERA = "ERA"


def _read_era_pad(reader: Reader) -> int:
    child = reader.optional_child("CollapseSettings")
    if child is None:
        return 0
    child.choice("CollapseType", _Collapse, _Collapse.ERA)
    pad = _positive_days(child, "EraPad")
    child.finish()
    return pad


def _positive_days(reader: Reader, key: str) -> int:
    days = reader.days(key, 0)
    if days < 0:
        raise reader.fail(
            _("un nombre de jours négatif n’a pas de sens ici."), key=key, remedy=_("Donnez 0 ou plus.")
        )
    return days


def _read_exit(reader: Reader) -> DateOffsetExit | CustomEraExit | None:
    strategy = reader.optional_child("EndStrategy")
    if strategy is None:
        return None
    offset, era = strategy.optional_child("DateOffset"), strategy.optional_child("CustomEra")
    strategy.finish()
    if offset and era:
        raise strategy.fail(_("une seule règle de sortie est possible."), remedy=_("Gardez-en une."))
    if offset:
        return _read_date_offset(offset)
    return _read_custom_era(era) if era else None


def _read_date_offset(reader: Reader) -> DateOffsetExit:
    exit_rule = DateOffsetExit(
        reader.choice("DateField", DateField, DateField.START), reader.days("Offset", 0)
    )
    reader.finish()
    return exit_rule


def _read_custom_era(reader: Reader) -> CustomEraExit:
    supply = reader.optional_integer("DaysSupplyOverride")
    exit_rule = CustomEraExit(
        codeset_id=reader.integer("DrugCodesetId"),
        gap_days=_positive_days(reader, "GapDays"),
        offset=reader.days("Offset", 0),
        days_supply_override=None if supply is None else reader.days("DaysSupplyOverride"),
    )
    reader.finish()
    return exit_rule
