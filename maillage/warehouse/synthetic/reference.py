"""The tables that do not depend on patients: vocabulary, places, and what the data are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from maillage.warehouse.build.tables import Columns
from maillage.warehouse.schema import CDM_VERSION
from maillage.warehouse.synthetic.courses import read_courses
from maillage.warehouse.synthetic.population import read_departments
from maillage.warehouse.synthetic.sites import Site
from maillage.warehouse.synthetic.vocabulary import Concept, read_ancestry, read_vocabularies, read_vocabulary

SYNTHETIC = "données synthétiques"
INTENSIVE_CARE = "OMOP4822460"
INTENSIVE_SERVICES = ("Médecine intensive et réanimation", "Unité neurovasculaire")
"""Services that give intensive care: their care site says so, and so does the detail of each stay there."""
VOCABULARY_VERSION = "Maillage démo 1"
_VALID_FROM, _VALID_UNTIL = np.datetime64("1970-01-01", "s"), np.datetime64("2099-12-31", "s")
_RELEASE = np.datetime64("2026-01-01", "s")
_RELATIONS = (
    ("Maps to", "Non-standard to Standard map (OMOP)", "0", "0", "Mapped from"),
    ("Mapped from", "Standard to Non-standard map (OMOP)", "0", "0", "Maps to"),
    ("Is a", "Is a", "1", "0", "Subsumes"),
    ("Subsumes", "Subsumes", "1", "1", "Is a"),
)
_VENUE_CONCEPTS = {"CS": "OP", "URG": "ER", "HC": "IP", "HDJ": "OP", "SEANCE": "OP"}


def describe_site(site: Site) -> Mapping[str, Columns]:
    """Every table of a hospital that holds no patient."""
    return {
        "cdm_source": _source(site),
        "location": _locations(),
        "care_site": _care_sites(site),
        **_vocabulary_tables(),
    }


def source_name(site: Site) -> str:
    """The hospital's name, never without the mention that its data are synthetic."""
    return f"{site.name} ({SYNTHETIC})"


def venue_concept(kind: str) -> int:
    """The standard visit concept of a French kind of visit."""
    return read_vocabulary().find(_VENUE_CONCEPTS[kind]).id


@cache
def services() -> tuple[str, ...]:
    """The services of a hospital, in alphabetical order; a care site's number is its place here, from 1."""
    return tuple(sorted({visit.service for course in read_courses() for visit in course.visits}))


def care_site_id(site: Site, place: int) -> int:
    """The identifier of a service of a hospital; place -1 is the hospital itself."""
    return site.number * 1000 + place + 1


def _source(site: Site) -> Columns:
    return {
        "cdm_source_name": _texts([source_name(site)]),
        "cdm_source_abbreviation": _texts([f"SYN-{site.id}"]),
        "cdm_holder": _texts([SYNTHETIC.capitalize()]),
        "source_description": _texts(["Patients inventés par Maillage : aucun n’existe."]),
        "source_release_date": np.array([_RELEASE]),
        "cdm_release_date": np.array([_RELEASE]),
        "cdm_version": _texts([CDM_VERSION]),
        "cdm_version_concept_id": np.array([0]),
        "vocabulary_version": _texts([VOCABULARY_VERSION]),
    }


def _locations() -> Columns:
    departments = read_departments()
    return {
        "location_id": np.arange(1, len(departments) + 1),
        "zip": _texts(department.code for department in departments),
        "county": _texts(department.name[:20] for department in departments),
        "location_source_value": _texts(department.code for department in departments),
        "country_source_value": _texts("FR" for _department in departments),
    }


def _care_sites(site: Site) -> Columns:
    codes = [department.code for department in read_departments()]
    names = [source_name(site), *(f"{service}, {source_name(site)}" for service in services())]
    return {
        "care_site_id": np.array([care_site_id(site, place) for place in range(-1, len(services()))]),
        "care_site_name": _texts(names),
        "place_of_service_concept_id": np.array([0, *map(_place_of, services())]),
        "location_id": np.full(len(names), codes.index(site.department) + 1),
        "care_site_source_value": _texts(("Établissement", *services())),
    }


def _place_of(service: str) -> int:
    return read_vocabulary().find(INTENSIVE_CARE).id if service in INTENSIVE_SERVICES else 0


def _vocabulary_tables() -> Mapping[str, Columns]:
    return {
        "concept": _concepts(),
        "concept_ancestor": _ancestors(),
        "concept_relationship": _relationships(),
        "relationship": _relations(),
        "vocabulary": _vocabularies(),
        "domain": _kinds("domain", lambda concept: concept.domain),
        "concept_class": _kinds("concept_class", lambda concept: concept.kind),
    }


def _concepts() -> Columns:
    concepts = read_vocabulary().concepts
    return {
        "concept_id": np.array([concept.id for concept in concepts]),
        "concept_name": _texts(concept.name for concept in concepts),
        "domain_id": _texts(concept.domain for concept in concepts),
        "vocabulary_id": _texts(concept.vocabulary for concept in concepts),
        "concept_class_id": _texts(concept.kind for concept in concepts),
        "standard_concept": _texts(concept.standard or None for concept in concepts),
        "concept_code": _texts(concept.code for concept in concepts),
        **_validity(len(concepts)),
    }


def _ancestors() -> Columns:
    lines = read_ancestry()
    return {
        "ancestor_concept_id": np.array([line.ancestor for line in lines]),
        "descendant_concept_id": np.array([line.descendant for line in lines]),
        "min_levels_of_separation": np.array([line.least_levels for line in lines]),
        "max_levels_of_separation": np.array([line.most_levels for line in lines]),
    }


def _relationships() -> Columns:
    lines = list(_relationship_lines())
    return {
        "concept_id_1": np.array([line[0] for line in lines]),
        "concept_id_2": np.array([line[1] for line in lines]),
        "relationship_id": _texts(line[2] for line in lines),
        **_validity(len(lines)),
    }


def _relationship_lines() -> Iterable[tuple[int, int, str]]:
    for concept in read_vocabulary().concepts:
        target = venue_concept(concept.code) if concept.code in _VENUE_CONCEPTS else concept.id
        if concept.standard == "S" or target != concept.id:
            yield concept.id, target, "Maps to"
            yield target, concept.id, "Mapped from"
        for parent in concept.parents:
            yield concept.id, parent, "Is a"
            yield parent, concept.id, "Subsumes"


def _relations() -> Columns:
    names = ("relationship_id", "relationship_name", "is_hierarchical", "defines_ancestry")
    columns = {name: _texts(line[place] for line in _RELATIONS) for place, name in enumerate(names)}
    return {
        **columns,
        "reverse_relationship_id": _texts(line[4] for line in _RELATIONS),
        "relationship_concept_id": np.zeros(len(_RELATIONS), dtype=np.int64),
    }


def _vocabularies() -> Columns:
    records = read_vocabularies()
    names = ("vocabulary_id", "vocabulary_name", "vocabulary_reference", "vocabulary_version")
    columns = {name: _texts(record[name] for record in records) for name in names}
    return {**columns, "vocabulary_concept_id": np.zeros(len(records), dtype=np.int64)}


def _kinds(table: str, value: Callable[[Concept], str]) -> Columns:
    names = sorted({value(concept) for concept in read_vocabulary().concepts})
    return {
        f"{table}_id": _texts(names),
        f"{table}_name": _texts(names),
        f"{table}_concept_id": np.zeros(len(names), dtype=np.int64),
    }


def _validity(count: int) -> Columns:
    return {"valid_start_date": np.full(count, _VALID_FROM), "valid_end_date": np.full(count, _VALID_UNTIL)}


def _texts(values: Iterable[str | None] | Sequence[str]) -> npt.NDArray[np.object_]:
    return np.array(list(values), dtype=object)
