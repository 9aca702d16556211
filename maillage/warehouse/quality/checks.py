"""What cannot be, as data: a row whose condition holds is an error of the source, or of its load."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from maillage.base.i18n import mark
from maillage.warehouse.schema import EVENT_TABLES


@dataclass(frozen=True)
class Check:
    """`condition` is about a row `t` and the `life` of its person; `{today}` is the day of the report."""

    name: str
    condition: str


LABELS: Mapping[str, str] = MappingProxyType(
    {
        "invalid_ins": mark("INS dont la clé est fausse"),
        "born_in_future": mark("naissance dans l’avenir"),
        "too_old": mark("plus de 125 ans, sans décès"),
        "unknown_person": mark("personne absente de la table person"),
        "repeated_key": mark("identifiant déjà porté par une autre ligne"),
        "before_birth": mark("avant la naissance"),
        "after_death": mark("après le décès"),
        "in_future": mark("dans l’avenir"),
        "ends_before_start": mark("fin avant le début"),
    }
)
"""By the name of a check."""


UNKNOWN_PERSON = Check("unknown_person", "life.person_id IS NULL")
"""Nobody's row: a load leaves it out and tells how many, a base read in place shows it here."""


REPEATED_KEY = "repeated_key"
"""What a load tells; a base that keeps its keys has none of it."""


def _day(column: str) -> str:
    return f"(year({column}) * 10000 + month({column}) * 100 + day({column}))"


def _dated(start: str, end: str | None) -> tuple[Check, ...]:
    checks = (
        UNKNOWN_PERSON,
        Check("before_birth", f"{_day(f't.{start}')} < life.born"),
        Check("after_death", f"t.{start} > life.died"),
        Check("in_future", f"t.{start} > {{today}}"),
    )
    if end is None:
        return checks
    return (*checks, Check("ends_before_start", f"t.{end} < t.{start}"))


CHECKS: Mapping[str, Sequence[Check]] = MappingProxyType(
    {
        "person": (
            Check("invalid_ins", "{looks_like_ins} AND NOT {is_ins}"),
            Check("born_in_future", "t.year_of_birth > year({today})"),
            Check(
                "too_old",
                "year({today}) - t.year_of_birth > 125 AND life.died IS NULL",
            ),
        ),
        "death": tuple(check for check in _dated("death_date", None) if check.name != "after_death"),
        "observation_period": _dated("observation_period_start_date", "observation_period_end_date"),
        **{
            name: _dated(event.start, event.end)
            for name, event in EVENT_TABLES.items()
            if not name.endswith("_era")
        },
    }
)
"""By table. Eras are made from the other tables, and repeat their errors."""

SOURCE_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        name: event.concept.removesuffix("_concept_id") + "_source_value"
        for name, event in EVENT_TABLES.items()
        if not name.endswith("_era")
    }
)
"""By table of events: where the source's own code lies."""
