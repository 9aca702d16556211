"""A whole definition as Python source: its code lists, then its protocol."""

import keyword
from collections.abc import Iterator, Mapping, Sequence

from maillage.cohort.compile import compile_cohort
from maillage.cohort.dsl.python.events import write_criterion, write_members
from maillage.cohort.dsl.python.layout import Call, Source, call, chain, lay_out, names_in
from maillage.cohort.dsl.python.names import Names, Speller, name_lists
from maillage.cohort.dsl.python.order import Use, uses_of_lists
from maillage.cohort.dsl.python.values import write_codes, write_concept, write_text
from maillage.cohort.dsl.study import Cohort
from maillage.cohort.dsl.terminologies import vocabularies_of
from maillage.cohort.dsl.vocabulary import ShippedVocabulary, Vocabulary
from maillage.cohort.expression import (
    CohortExpression,
    ConceptSet,
    Criterion,
    CustomEraExit,
    DateField,
    DateOffsetExit,
    InclusionRule,
    Limit,
)

_NODES: Mapping[str, str] = {
    "date": "datetime",
    **dict.fromkeys(
        (
            "AdjustFrom",
            "CountColumn",
            "DateAdjustment",
            "GroupType",
            "Occurrence",
            "OccurrenceType",
            "Window",
        ),
        "maillage.cohort.expression",
    ),
    **dict.fromkeys(
        ("Comparison", "Concept", "DateRange", "NumberRange", "Period", "TextFilter", "TextMatch"),
        "maillage.cohort.expression.values",
    ),
}
_WORDS = "maillage.cohort.dsl"
_NAME_LENGTH = 40


def to_python(expression: CohortExpression, vocabulary: Vocabulary | None = None) -> str:
    """Source that defines `cohort`, whose `build(vocabulary)` equals the expression.

    Concepts are written by their code where the vocabulary (the shipped référentiel by default) gives the
    very concept back. Raises what compiling raises: only a definition that can be answered has its source.
    """
    compile_cohort(expression)
    names = Names(name_lists(expression.concept_sets), vocabulary or ShippedVocabulary())
    uses = uses_of_lists(expression)
    lists = _write_lists(expression.concept_sets, names, uses)
    order = list(dict.fromkeys(number for number, _domain, _attribute in uses))
    protocol = _write_protocol(expression, names, order)
    parts = [_write_imports([*lists.values(), protocol], variables=set(lists))]
    parts += [f"{name} = {lay_out(source, taken=len(name) + 3)}" for name, source in lists.items()]
    parts.append(f"cohort = (\n    {lay_out(protocol, indent=4)}\n)")
    return "\n\n".join(parts) + "\n"


def _write_lists(
    concept_sets: Sequence[ConceptSet], names: Names, uses: Sequence[Use]
) -> Mapping[str, Source]:
    numbered = _needs_numbers(concept_sets)
    return {
        names.lists[found.id]: write_codes(found, spell=_speller(found.id, names, uses), number=numbered)
        for found in concept_sets
    }


def _speller(number: int, names: Names, uses: Sequence[Use]) -> Speller:
    """By code only where every use of the list looks in the same vocabularies."""
    spellers = {
        tuple(vocabularies_of(domain, attribute)): names.speller(domain, attribute)
        for used, domain, attribute in uses
        if used == number
    }
    return next(iter(spellers.values())) if len(spellers) == 1 else write_concept


def _write_protocol(expression: CohortExpression, names: Names, order: Sequence[int]) -> Source:
    entries = [write_criterion(criterion, names) for criterion in expression.primary.criteria]
    head = entries[0] if len(entries) == 1 else call("entry", *entries)
    return chain(head, list(_write_words(expression, names, order)))


def _write_words(expression: CohortExpression, names: Names, order: Sequence[int]) -> Iterator[Call]:
    if expression.title is not None:
        yield call("titled", write_text(expression.title))
    yield from _write_observed(expression)
    if expression.additional is not None:
        yield call("qualifying", *write_members(expression.additional, names))
    yield from _write_limits(expression)
    for rule in expression.rules:
        yield _write_rule(rule, names)
    yield _write_exit(expression.exit, names)
    yield from _write_rest(expression, names, order)


def _write_observed(expression: CohortExpression) -> Iterator[Call]:
    days = {"before": expression.primary.prior_days, "after": expression.primary.post_days}
    if any(days.values()):
        yield call("observed", **{word: str(number) for word, number in days.items() if number})


def _write_limits(expression: CohortExpression) -> Iterator[Call]:
    limits = {
        "entries": (expression.primary.limit, Limit.ALL),
        "qualifying": (expression.qualified_limit, Limit.ALL),
        "results": (expression.expression_limit, Limit.FIRST),
    }
    said = {word: write_text(limit.lower()) for word, (limit, usual) in limits.items() if limit is not usual}
    if said:
        yield call("limits", **said)


def _write_rule(rule: InclusionRule, names: Names) -> Call:
    description = None if rule.description is None else write_text(rule.description)
    return call("rule", write_text(rule.name), *write_members(rule.group, names), description=description)


def _write_exit(exit_rule: DateOffsetExit | CustomEraExit | None, names: Names) -> Call:
    match exit_rule:
        case None:
            return call("until_end_of_observation")
        case DateOffsetExit(field, offset):
            return call("for_days", str(offset), from_end="True" if field is DateField.END else None)
        case CustomEraExit(number, gap, extra, supply):
            return call(
                "until_treatment_ends",
                names.lists[number],
                gap_days=str(gap),
                extra_days=str(extra) if extra else None,
                days_supply=None if supply is None else str(supply),
            )


def _write_rest(expression: CohortExpression, names: Names, order: Sequence[int]) -> Iterator[Call]:
    if expression.censoring:
        yield call("censored_by", *_write_all(expression.censoring, names))
    if expression.era_pad:
        yield call("era_pad", str(expression.era_pad))
    if window := expression.censor_window:
        dates = {"since": window.start, "until": window.end}
        yield call("in_calendar", **{word: write_text(day.isoformat()) for word, day in dates.items() if day})
    if expression.cdm_version_range != Cohort.cdm:
        version = expression.cdm_version_range
        yield call("cdm_version", "None" if version is None else write_text(version))
    ids = [found.id for found in expression.concept_sets]
    if order != ids:
        yield call("listing", *(names.lists[number] for number in ids))


def _write_all(criteria: Sequence[Criterion], names: Names) -> Iterator[Source]:
    return (write_criterion(criterion, names) for criterion in criteria)


def _needs_numbers(concept_sets: Sequence[ConceptSet]) -> bool:
    """Lists are numbered from zero in their order, and two equal lists would be one."""
    in_order = [found.id for found in concept_sets] == list(range(len(concept_sets)))
    return not in_order or len({(found.name, found.items) for found in concept_sets}) < len(concept_sets)


def _write_imports(sources: Sequence[Source], *, variables: set[str]) -> str:
    used = {name for source in sources for name in names_in(source)} - variables
    homes: dict[str, list[str]] = {}
    for name in sorted(name for name in used if name.isidentifier() and not keyword.iskeyword(name)):
        homes.setdefault(_NODES.get(name, _WORDS), []).append(name)
    return "\n".join(_write_import(home, homes[home]) for home in sorted(homes))


def _write_import(home: str, names: Sequence[str]) -> str:
    line = f"from {home} import {', '.join(names)}"
    if len(line) <= 100:
        return line
    return f"from {home} import (\n" + "".join(f"    {name},\n" for name in names) + ")"
