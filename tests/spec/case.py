"""What a chapter is made of: scenes of small tables, and the questions asked of each."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

from tests.spec.text_tables import TextTable, read_table, read_tables, to_rows
from tests.support.circe import A_YEAR, Json, concepts
from tests.support.engines import Tables
from tests.support.omop import Rows


@dataclass(frozen=True, eq=False)
class Case:
    """One question in words and in Circe JSON, and its answer.

    `expected` is a text table of some of subject_id, cohort_start_date, cohort_end_date; `events`, when it is
    given, one of person_id, start_date and the numbers of the inclusion rules that the event satisfies.
    """

    title: str
    words: str
    expression: Json
    expected: str
    events: str = ""

    @property
    def slug(self) -> str:
        """The title as a terminal can show and type it."""
        letters = unicodedata.normalize("NFKD", self.title.lower().replace("’", " "))
        return re.sub(r"[^a-z0-9]+", "-", letters.encode("ascii", "ignore").decode()).strip("-")

    @property
    def rows(self) -> TextTable:
        """The expected rows."""
        return read_table(self.expected)


@dataclass(frozen=True, eq=False)
class Scene:
    """Tables as text, and what is asked of them."""

    title: str
    tables: str
    cases: tuple[Case, ...]

    @property
    def written(self) -> tuple[TextTable, ...]:
        """The tables as they are written."""
        return read_tables(self.tables)

    @property
    def persons(self) -> list[int]:
        """Everyone whom a table names."""
        tables = [table for table in self.written if "person_id" in table.columns]
        return sorted({int(cell) for table in tables for cell in table.column("person_id")})


@dataclass(frozen=True, eq=False)
class Chapter:
    """A part of the language, in the order in which a protocol is written."""

    title: str
    intro: str
    scenes: tuple[Scene, ...]


@cache
def load_scene(scene: Scene) -> Tables:
    """The rows of a scene and what the page says of whatever it leaves out; the same object each time."""
    said = {table.name: to_rows(table) for table in scene.written}
    left_out: dict[str, Rows] = {
        "observation_period": [
            {"observation_period_id": one, "person_id": one, **A_YEAR} for one in scene.persons
        ],
        "concept": concepts(*sorted(_named_concepts(scene))),
    }
    return {**left_out, **said, "person": _everyone(scene, said.get("person", ()))}


def _everyone(scene: Scene, described: Rows) -> Rows:
    by_id: dict[object, dict[str, Any]] = {row["person_id"]: dict(row) for row in described}
    born = {"year_of_birth": 1950}
    return [{"person_id": one, **born, **by_id.get(one, {})} for one in scene.persons]


def _named_concepts(scene: Scene) -> set[int]:
    sets = [one for case in scene.cases for one in case.expression["ConceptSets"]]
    return {item["concept"]["CONCEPT_ID"] for one in sets for item in one["expression"]["items"]}
