"""From places in a part (a person, a visit, a concept) to rows of OMOP tables."""

from collections.abc import Mapping

import numpy as np

from maillage.warehouse.build.tables import Columns
from maillage.warehouse.synthetic.columns import (
    STAY,
    EventRows,
    concept_columns,
    concept_id,
    dates,
    nulled,
    same,
    texts,
)
from maillage.warehouse.synthetic.draws import Ints
from maillage.warehouse.synthetic.eras import Eras, find_eras
from maillage.warehouse.synthetic.facts import STATUSES
from maillage.warehouse.synthetic.happenings import KINDS, Happenings, Numbering
from maillage.warehouse.synthetic.laboratory import make_measurements
from maillage.warehouse.synthetic.lives import LAST_DAY
from maillage.warehouse.synthetic.people import People, pseudonyms
from maillage.warehouse.synthetic.reference import (
    INTENSIVE_CARE,
    INTENSIVE_SERVICES,
    care_site_id,
    services,
    venue_concept,
)
from maillage.warehouse.synthetic.sites import Site

_HOME, _DECEASED = "8", "9"
_DOMAINS = ("Condition", "Drug", "Procedure", "Measurement", "Observation")


def make_tables(happenings: Happenings, numbering: Numbering) -> Mapping[str, Columns]:
    """Every table of persons, for the persons of a part."""
    persons = numbering.person(happenings.people.index)
    domains = concept_columns().domains[happenings.facts.concept]
    facts = {domain: EventRows(happenings, persons, np.flatnonzero(domains == domain)) for domain in _DOMAINS}
    condition_eras, _spans = _eras("condition", "condition_occurrence_count", facts["Condition"], numbering)
    drug_eras, drug_spans = _eras("drug", "drug_exposure_count", facts["Drug"], numbering)
    return {
        "person": _persons(happenings.people, persons, numbering.site),
        "observation_period": _periods(happenings.people, persons, numbering),
        "death": _deaths(happenings.people, persons),
        "visit_occurrence": _visits(happenings, persons, numbering),
        "visit_detail": _intensive_care(happenings, persons, numbering),
        "condition_occurrence": _conditions(facts["Condition"], numbering),
        "drug_exposure": _drugs(facts["Drug"], numbering),
        "procedure_occurrence": _procedures(facts["Procedure"], numbering),
        "measurement": make_measurements(
            happenings.measures, facts["Measurement"], persons=persons, numbering=numbering
        ),
        "observation": _observations(facts["Observation"], numbering),
        "condition_era": condition_eras,
        "drug_era": {**drug_eras, "gap_days": drug_spans.gap},
    }


def _persons(people: People, persons: Ints, site: Site) -> Columns:
    lives = people.lives
    birth = lives.birth.astype("datetime64[D]")
    years, months = birth.astype("datetime64[Y]"), birth.astype("datetime64[M]")
    return {
        "person_id": persons,
        "gender_concept_id": np.where(lives.male, concept_id("M"), concept_id("F")),
        "year_of_birth": years.astype(np.int64) + 1970,
        "month_of_birth": (months - years).astype(np.int64) + 1,
        "day_of_birth": (birth - months).astype(np.int64) + 1,
        "race_concept_id": same(0, len(people)),
        "ethnicity_concept_id": same(0, len(people)),
        "location_id": lives.department + 1,
        "care_site_id": same(care_site_id(site, -1), len(people)),
        "person_source_value": pseudonyms(lives.identity),
        "gender_source_value": np.where(lives.male, "M", "F").astype(object),
    }


def _periods(people: People, persons: Ints, numbering: Numbering) -> Columns:
    return {
        "observation_period_id": numbering.take("observation_period", len(people)),
        "person_id": persons,
        "observation_period_start_date": dates(people.start),
        "observation_period_end_date": dates(people.end),
        "period_type_concept_id": same(concept_id("EHR"), len(people)),
    }


def _deaths(people: People, persons: Ints) -> Columns:
    dead = np.flatnonzero(people.lives.death <= LAST_DAY)
    cause = people.lives.cause[dead]
    known = cause >= 0
    concepts = concept_columns()
    return {
        "person_id": persons[dead],
        "death_date": dates(people.lives.death[dead]),
        "death_type_concept_id": same(concept_id("EHR"), len(dead)),
        "cause_concept_id": np.where(known, concepts.ids[cause], 0),
        "cause_source_value": nulled(~known, concepts.codes[cause]),
    }


def _visits(happenings: Happenings, persons: Ints, numbering: Numbering) -> Columns:
    visits, kind = happenings.visits, happenings.kind
    numbering.take("visit_occurrence", len(visits))
    sites = np.array([care_site_id(numbering.site, place) for place in range(len(services()))])
    stay = kind == STAY
    deceased = visits.end == happenings.people.lives.death[visits.person]
    return {
        "visit_occurrence_id": visits.id,
        "person_id": persons[visits.person],
        "visit_concept_id": np.array([venue_concept(name) for name in KINDS])[kind],
        "visit_start_date": dates(visits.start),
        "visit_end_date": dates(visits.end),
        "visit_type_concept_id": same(concept_id("EHR"), len(visits)),
        "care_site_id": sites[happenings.service],
        "visit_source_value": texts(KINDS)[kind],
        "visit_source_concept_id": np.array([concept_id(name) for name in KINDS])[kind],
        "admitted_from_source_value": texts([None, _HOME])[stay.astype(np.int64)],
        "discharged_to_source_value": texts([None, _HOME, _DECEASED])[np.where(stay, 1 + deceased, 0)],
    }


def _intensive_care(happenings: Happenings, persons: Ints, numbering: Numbering) -> Columns:
    """The part of a stay in intensive care: here the whole of it, since a plan's stay is in one service."""
    rows = np.flatnonzero(
        np.isin(happenings.service, [services().index(name) for name in INTENSIVE_SERVICES])
    )
    visits = happenings.visits
    service = happenings.service[rows]
    sites = np.array([care_site_id(numbering.site, place) for place in range(len(services()))])
    return {
        "visit_detail_id": numbering.take("visit_detail", len(rows)),
        "person_id": persons[visits.person[rows]],
        "visit_detail_concept_id": same(concept_id(INTENSIVE_CARE), len(rows)),
        "visit_detail_start_date": dates(visits.start[rows]),
        "visit_detail_end_date": dates(visits.end[rows]),
        "visit_detail_type_concept_id": same(concept_id("EHR"), len(rows)),
        "care_site_id": sites[service],
        "visit_detail_source_value": texts(services())[service],
        "visit_occurrence_id": visits.id[rows],
    }


def _conditions(rows: EventRows, numbering: Numbering) -> Columns:
    ranks = np.array([0, concept_id("Primary diagnosis"), concept_id("Secondary diagnosis")])
    return {
        **rows.common("condition", "condition_occurrence", numbering),
        "condition_start_date": dates(rows.facts.start),
        "condition_end_date": dates(rows.facts.end),
        "condition_type_concept_id": same(concept_id("EHR"), rows.count),
        "condition_status_concept_id": ranks[rows.facts.status],
        "condition_status_source_value": texts([status or None for status in STATUSES])[rows.facts.status],
    }


def _drugs(rows: EventRows, numbering: Numbering) -> Columns:
    given, prescribed = concept_id("EHR administration record"), concept_id("EHR prescription")
    return {
        **rows.common("drug", "drug_exposure", numbering),
        "drug_exposure_start_date": dates(rows.facts.start),
        "drug_exposure_end_date": dates(rows.facts.end),
        "drug_type_concept_id": np.where(rows.stay, given, prescribed),
        "days_supply": rows.facts.days,
    }


def _procedures(rows: EventRows, numbering: Numbering) -> Columns:
    return {
        **rows.common("procedure", "procedure_occurrence", numbering),
        "procedure_date": dates(rows.facts.start),
        "procedure_type_concept_id": same(concept_id("EHR"), rows.count),
    }


def _observations(rows: EventRows, numbering: Numbering) -> Columns:
    return {
        **rows.common("observation", "observation", numbering),
        "observation_date": dates(rows.facts.start),
        "observation_type_concept_id": same(concept_id("EHR"), rows.count),
        **rows.answers(),
    }


def _eras(prefix: str, counted: str, rows: EventRows, numbering: Numbering) -> tuple[Columns, Eras]:
    facts = rows.facts
    eras = find_eras(facts.person, facts.concept, facts.start, facts.end)
    columns = {
        f"{prefix}_era_id": numbering.take(f"{prefix}_era", len(eras.person)),
        "person_id": rows.persons[eras.person],
        f"{prefix}_concept_id": concept_columns().ids[eras.concept],
        f"{prefix}_era_start_date": dates(eras.start),
        f"{prefix}_era_end_date": dates(eras.end),
        counted: eras.count,
    }
    return columns, eras
