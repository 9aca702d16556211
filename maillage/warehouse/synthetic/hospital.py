"""A whole synthetic hospital, as tables in memory or as a warehouse file."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from maillage.base.i18n import _
from maillage.warehouse.build.progress import Progress
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.build.tables import Columns, write_parts
from maillage.warehouse.errors import WarehouseError
from maillage.warehouse.synthetic.courses import read_courses
from maillage.warehouse.synthetic.draws import Ints
from maillage.warehouse.synthetic.facts import Facts, find_facts
from maillage.warehouse.synthetic.happenings import KINDS, Happenings, Numbering, join
from maillage.warehouse.synthetic.measures import Measures, measure, usual_levels
from maillage.warehouse.synthetic.people import People, draw_people, has_objected
from maillage.warehouse.synthetic.reference import describe_site, services, source_name
from maillage.warehouse.synthetic.rows import make_tables
from maillage.warehouse.synthetic.sites import SITES, Site
from maillage.warehouse.synthetic.visits import Visits, plan_visits

Tables = Mapping[str, Columns]

DEFAULT_SEED = 2026
PATIENTS_A_PART = 4_000
_MOST_PATIENTS = 50_000_000
_ROWS_A_PATIENT = 240


class SyntheticError(WarehouseError):
    """No such hospital, or a number of patients that makes no hospital."""


def find_site(name: str) -> Site:
    """The hospital of that id. Raises SyntheticError."""
    if name not in SITES:
        raise SyntheticError(
            _("L’hôpital « {name} » n’existe pas parmi les hôpitaux synthétiques.").format(name=name),
            remedy=_("Choisissez parmi : {names}.").format(names=", ".join(SITES)),
        )
    return SITES[name]


def generate_hospital(site: str, *, patients: int, seed: int = DEFAULT_SEED) -> Tables:
    """Every table of a hospital, whole, by column: a hundred bytes or so a row, so for small numbers.

    Null is None or NaN. The same arguments give the same tables, to the bit, and the persons of a smaller
    hospital are the first of a larger one. Raises SyntheticError.
    """
    parts = list(generate_parts(site, patients=patients, seed=seed))
    merged: dict[str, Columns] = {}
    for name in dict.fromkeys(table for part in parts for table in part):
        pieces = [part[name] for part in parts if name in part]
        merged[name] = {column: np.concatenate([piece[column] for piece in pieces]) for column in pieces[0]}
    return merged


def generate_parts(site: str, *, patients: int, seed: int = DEFAULT_SEED) -> Iterator[Tables]:
    """The same tables piece by piece: first those without patients, then thousands of patients at a time.

    Persons, and all that is theirs, come in the order of their ids. Raises SyntheticError at the first piece.
    """
    hospital = find_site(site)
    check_patients(patients)
    yield describe_site(hospital)
    numbering = Numbering(hospital)
    for first in range(0, patients, PATIENTS_A_PART):
        indices = np.arange(first, min(first + PATIENTS_A_PART, patients), dtype=np.int64)
        people = draw_people(hospital, indices, seed=seed)
        yield make_tables(_live(people, numbering), numbering)


def objecting_persons(site: str, *, patients: int, seed: int = DEFAULT_SEED) -> Ints:
    """Ids of the one person in a hundred who refuses the reuse of their data. Raises SyntheticError."""
    hospital = find_site(site)
    check_patients(patients)
    indices = np.arange(patients, dtype=np.int64)
    return Numbering(hospital).person(indices[has_objected(hospital, indices, seed=seed)])


def synthesize(
    site: str,
    *,
    patients: int,
    target: Path,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
    memory_limit: str | None = None,
) -> LoadReport:
    """Build the warehouse of a synthetic hospital; memory does not grow with the number of patients.

    Raises SyntheticError, or what writing a warehouse raises.
    """
    hospital = find_site(site)
    return write_parts(
        generate_parts(site, patients=patients, seed=seed),
        target=target,
        source_name=source_name(hospital),
        objections=objecting_persons(site, patients=patients, seed=seed),
        progress=progress,
        expected_rows=patients * _ROWS_A_PATIENT,
        memory_limit=memory_limit,
    )


def check_patients(patients: int) -> None:
    """Raises SyntheticError for a number that is not between 1 and fifty million."""
    if not 1 <= patients <= _MOST_PATIENTS:
        raise SyntheticError(
            _("{patients} n’est pas un nombre de patients possible.").format(patients=patients),
            remedy=_("Donnez un nombre entre 1 et {most}.").format(most=_MOST_PATIENTS),
        )


def _live(people: People, numbering: Numbering) -> Happenings:
    """Run every plan of every course for the persons of a part."""
    levels = usual_levels(people)
    next_id = numbering.peek("visit_occurrence")
    visits: list[Visits] = []
    facts: list[Facts] = []
    measures: list[Measures] = []
    plans = [(course, plan) for course in read_courses() for plan in course.visits]
    for course, plan in plans:
        planned = plan_visits(course, plan, people, first_id=next_id)
        next_id += len(planned)
        visits.append(planned)
        facts.extend(find_facts(rule, planned, people) for rule in plan.facts)
        for rule in plan.panels:
            measures.extend(measure(rule, plan, planned, people, levels=levels))
    counts = [len(planned) for planned in visits]
    return Happenings(
        people=people,
        visits=join(visits),
        kind=np.repeat([KINDS.index(plan.kind) for _course, plan in plans], counts),
        service=np.repeat([services().index(plan.service) for _course, plan in plans], counts),
        facts=join(facts),
        measures=join(measures),
    )
