"""Pieces of columns that several tables share."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import numpy.typing as npt

from maillage.warehouse.build.tables import Columns
from maillage.warehouse.synthetic.draws import Flags, Ints
from maillage.warehouse.synthetic.facts import NO_ANSWER, Facts
from maillage.warehouse.synthetic.happenings import KINDS, Happenings, Numbering
from maillage.warehouse.synthetic.vocabulary import read_vocabulary

Texts = npt.NDArray[np.object_]

STAY = KINDS.index("HC")
_SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class ConceptColumns:
    """The vocabulary by column, in the order of its places."""

    ids: Ints
    codes: Texts
    domains: Texts


@cache
def concept_columns() -> ConceptColumns:
    """Made once: every fact is looked up in them."""
    concepts = read_vocabulary().concepts
    return ConceptColumns(
        ids=np.array([concept.id for concept in concepts]),
        codes=texts([concept.code for concept in concepts]),
        domains=texts([concept.domain for concept in concepts]),
    )


class EventRows:
    """The facts of one domain, ready to become columns."""

    def __init__(self, happenings: Happenings, persons: Ints, chosen: Ints) -> None:
        facts = happenings.facts
        self.facts = Facts(**{column.name: getattr(facts, column.name)[chosen] for column in fields(facts)})
        self.persons = persons
        self.stay = happenings.kind[self.facts.visit - happenings.visits.id[0]] == STAY
        self.count = len(chosen)

    def common(self, prefix: str, table: str, numbering: Numbering) -> Columns:
        """The columns that every table of events has."""
        concepts = concept_columns()
        return {
            f"{table}_id": numbering.take(table, self.count),
            "person_id": self.persons[self.facts.person],
            f"{prefix}_concept_id": concepts.ids[self.facts.concept],
            f"{prefix}_source_concept_id": concepts.ids[self.facts.concept],
            f"{prefix}_source_value": concepts.codes[self.facts.concept],
            "visit_occurrence_id": self.facts.visit,
        }

    def answers(self) -> Columns:
        """The coded answers, null where there is none."""
        absent = self.facts.answer == NO_ANSWER
        concepts = concept_columns()
        return {
            "value_as_concept_id": np.where(absent, np.nan, concepts.ids[self.facts.answer]),
            "value_source_value": nulled(absent, concepts.codes[self.facts.answer]),
        }


def concept_id(code: str) -> int:
    """The id of a code's concept. Raises KeyError."""
    return read_vocabulary().find(code).id


def dates(days: Ints) -> npt.NDArray[np.datetime64]:
    """Days since 1970 as dates, by the second: the coarsest unit that DuckDB reads."""
    return (days * _SECONDS_A_DAY).view("datetime64[s]")


def nulled(absent: Flags, values: Texts) -> Texts:
    """The texts, of which those that are absent are null."""
    kept = values.copy()
    kept[absent] = None
    return kept


def same(value: int, count: int) -> Ints:
    """A column with one value."""
    return np.full(count, value, dtype=np.int64)


def texts(values: Sequence[str | None]) -> Texts:
    """A column of texts, null where None."""
    return np.array(values, dtype=object)
