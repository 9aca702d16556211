"""What tells two rows of a table apart: of two with one key, the one loaded later is the truth."""

from collections.abc import Mapping
from types import MappingProxyType

from maillage.warehouse.schema.tables import TABLES

_KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "death": ("person_id",),
        "cohort": ("cohort_definition_id", "subject_id", "cohort_start_date"),
        "concept_ancestor": ("ancestor_concept_id", "descendant_concept_id"),
        "concept_relationship": ("concept_id_1", "concept_id_2", "relationship_id"),
        "concept_synonym": ("concept_id", "concept_synonym_name", "language_concept_id"),
        "drug_strength": ("drug_concept_id", "ingredient_concept_id", "valid_start_date"),
        "episode_event": ("episode_id", "event_id", "episode_event_field_concept_id"),
        "fact_relationship": (
            *("domain_concept_id_1", "fact_id_1", "domain_concept_id_2", "fact_id_2"),
            "relationship_concept_id",
        ),
        "source_to_concept_map": ("source_code", "source_vocabulary_id", "target_concept_id"),
    }
)


def key_of(table: str) -> tuple[str, ...]:
    """The columns of a table's key: the first column where the model gives the rows a number or a name."""
    return _KEYS.get(table, TABLES[table].column_names[:1])
