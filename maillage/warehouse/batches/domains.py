"""A diagnosis goes to the table of its concept's domain, as the conventions of OMOP CDM 5.4 have it.

Sources call a diagnosis whatever has a code of the CIM-10, a family history or a stay for chemotherapy too;
cohorts look for those among observations. The rank of the diagnosis is kept as the observation's qualifier.
"""

from collections.abc import Mapping
from types import MappingProxyType

import duckdb

DIAGNOSES = "condition_occurrence"

_TO_OBSERVATION: Mapping[str, str] = MappingProxyType(
    {
        "condition_occurrence_id": "observation_id",
        "person_id": "person_id",
        "condition_concept_id": "observation_concept_id",
        "condition_start_date": "observation_date",
        "condition_start_datetime": "observation_datetime",
        "condition_type_concept_id": "observation_type_concept_id",
        "condition_status_concept_id": "qualifier_concept_id",
        "condition_status_source_value": "qualifier_source_value",
        "provider_id": "provider_id",
        "visit_occurrence_id": "visit_occurrence_id",
        "visit_detail_id": "visit_detail_id",
        "condition_source_value": "observation_source_value",
        "condition_source_concept_id": "observation_source_concept_id",
    }
)
_ROUTES: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {"observation": ("Observation", _TO_OBSERVATION)}
)
"""By table: the domain whose diagnoses it takes, and what becomes of their columns."""

DESTINATIONS = frozenset(_ROUTES)
"""The tables that diagnoses may go to."""


def staying(diagnoses: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Diagnoses, their codes looked up, without those of other domains."""
    if "domain_id" not in diagnoses.columns:
        return diagnoses
    domains = ", ".join(f"'{domain}'" for domain, _columns in _ROUTES.values())
    return diagnoses.filter(f"coalesce(domain_id, '') NOT IN ({domains})")


def moving(diagnoses: duckdb.DuckDBPyRelation, *, to: str) -> duckdb.DuckDBPyRelation:
    """The diagnoses, their codes looked up, that are rows of another table, as such."""
    domain, columns = _ROUTES[to]
    renamed = ", ".join(f"{old} AS {new}" for old, new in columns.items() if old in diagnoses.columns)
    return diagnoses.filter(f"domain_id = '{domain}'").project(renamed)


def arriving(table: str) -> frozenset[str]:
    """The columns of a table that diagnoses may bring; none for a table where none goes."""
    return frozenset(_ROUTES[table][1].values()) if table in _ROUTES else frozenset()
