"""How the rows of each table find their person; a table that is not here tells nothing about a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maillage.warehouse.schema.tables import TABLES


@dataclass(frozen=True)
class ParentLink:
    """Rows that belong to the person of a parent row: `column` is the parent's id under the same name."""

    parent: str
    column: str


@dataclass(frozen=True)
class FactLink:
    """Rows that name facts of any table: a column for the domain, one for the id in that domain's table."""

    domain: str
    fact: str
    by_concept: bool
    """Whether the domain is given by its concept, or by its name."""


@dataclass(frozen=True)
class Fact:
    """A table that a `FactLink` may point to, under its domain's concept and name; None where it has none."""

    table: str
    id: str
    domain_concept_id: int | None = None
    domain_id: str | None = None


# A cohort's subject is a person in every practice known to us; another kind of subject would only be withheld
# too often.
PERSON_COLUMNS: Mapping[str, str] = MappingProxyType(
    {name: "person_id" for name, table in TABLES.items() if "person_id" in table.column_names}
    | {"cohort": "subject_id"}
)

SOURCE_VALUE = "person_source_value"
"""What the hospital itself calls a person, in the table of persons."""

PARENT_LINKS: Mapping[str, ParentLink] = MappingProxyType(
    {
        "note_nlp": ParentLink(parent="note", column="note_id"),
        "episode_event": ParentLink(parent="episode", column="episode_id"),
    }
)

FACT_LINKS: Mapping[str, tuple[FactLink, ...]] = MappingProxyType(
    {
        "cost": (FactLink(domain="cost_domain_id", fact="cost_event_id", by_concept=False),),
        "fact_relationship": (
            FactLink(domain="domain_concept_id_1", fact="fact_id_1", by_concept=True),
            FactLink(domain="domain_concept_id_2", fact="fact_id_2", by_concept=True),
        ),
    }
)

FACTS: tuple[Fact, ...] = (
    Fact("person", "person_id", 56, "Person"),
    Fact("visit_occurrence", "visit_occurrence_id", 8, "Visit"),
    Fact("visit_detail", "visit_detail_id", 8, "Visit"),
    Fact("procedure_occurrence", "procedure_occurrence_id", 10, "Procedure"),
    Fact("drug_exposure", "drug_exposure_id", 13, "Drug"),
    Fact("device_exposure", "device_exposure_id", 17, "Device"),
    Fact("condition_occurrence", "condition_occurrence_id", 19, "Condition"),
    Fact("measurement", "measurement_id", 21, "Measurement"),
    Fact("observation", "observation_id", 27, "Observation"),
    Fact("specimen", "specimen_id", 36, "Specimen"),
    Fact("episode", "episode_id", 32527, "Episode"),
    Fact("note", "note_id"),
)
"""A row whose domain is none of these may point to any of them: caution takes it for all."""

LINKED_TABLES: tuple[str, ...] = (*PERSON_COLUMNS, *PARENT_LINKS, *FACT_LINKS)
"""Every table from which the objection of a person takes rows away."""
