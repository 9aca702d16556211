"""Codes, ids and hierarchy of the synthetic hospitals."""

import re
from importlib import resources

import pytest

from maillage.warehouse.synthetic import SITES, generate_hospital
from maillage.warehouse.synthetic.courses import COURSES, read_courses
from maillage.warehouse.synthetic.measures import read_analytes
from maillage.warehouse.synthetic.population import read_departments
from maillage.warehouse.synthetic.reference import describe_site
from maillage.warehouse.synthetic.vocabulary import LOCAL_IDS_FROM, read_ancestry, read_vocabulary

# Ids that OHDSI gives: they must be OHDSI's, so each is written down here by hand.
OHDSI = {
    "M": 8507,
    "F": 8532,
    "IP": 9201,
    "OP": 9202,
    "ER": 9203,
    "EHR": 32817,
    "4548-4": 3004410,
    "718-7": 3000963,
    "29463-7": 3025315,
    "mmol/L": 8753,
    "%": 8554,
    "mm[Hg]": 8876,
}


def test_ids_are_ohdsis_or_local_and_unique():
    concepts = read_vocabulary().concepts
    assert len({concept.id for concept in concepts}) == len(concepts)
    for concept in concepts:
        if concept.vocabulary in ("CIM10", "CCAM", "ATC", "Maillage"):
            assert LOCAL_IDS_FROM <= concept.id < 2**31, concept.code
        if concept.vocabulary in ("SNOMED", "RxNorm", "UCUM", "Gender", "Visit"):
            assert 0 < concept.id < LOCAL_IDS_FROM, concept.code
    for code, identifier in OHDSI.items():
        assert read_vocabulary().find(code).id == identifier


@pytest.mark.parametrize(
    ("code", "identifier"),
    [("E11.9", 2000100160), ("A10BA02", 2000300018), ("ZZNL016", 2000200078), ("14682-9", 2000400002)],
)
def test_a_local_id_is_never_given_again(code: str, identifier: int):
    assert read_vocabulary().find(code).id == identifier


def test_codes_have_the_form_of_their_classification():
    forms = {
        ("CIM10", "Sous-catégorie"): r"[A-Z]\d\d\.\d",
        ("CIM10", "Catégorie"): r"[A-Z]\d\d",
        ("CCAM", "Acte"): r"[A-Z]{4}\d{3}",
        ("ATC", "ATC 5e niveau"): r"[A-Z]\d\d[A-Z]{2}\d\d",
    }
    for concept in read_vocabulary().concepts:
        form = forms.get((concept.vocabulary, concept.kind))
        assert form is None or re.fullmatch(form, concept.code), concept.code


def test_a_code_is_below_its_category_its_block_its_chapter_and_the_standard_concept():
    names = {concept.id: concept.code for concept in read_vocabulary().concepts}
    code = read_vocabulary().find("E11.2").id
    found = {names[line.ancestor]: line.least_levels for line in read_ancestry() if line.descendant == code}
    assert found == {"E11.2": 0, "E11": 1, "E10-E14": 2, "IV": 3, "44054006": 2}
    metformin = read_vocabulary().find("A10BA02").id
    above = {names[line.ancestor] for line in read_ancestry() if line.descendant == metformin}
    assert above == {"A10BA02", "A10BA", "A10B", "A10", "A", "6809"}


def test_the_hierarchy_is_closed_and_every_concept_is_its_own_descendant():
    pairs = {(line.ancestor, line.descendant) for line in read_ancestry()}
    assert len(pairs) == len(read_ancestry())
    below: dict[int, set[int]] = {}
    for ancestor, descendant in pairs:
        below.setdefault(ancestor, set()).add(descendant)
    for ancestor, descendant in pairs:
        assert below[descendant] <= below[ancestor]
    for concept in read_vocabulary().concepts:
        assert (concept.id, concept.id) in pairs
        assert all((parent, concept.id) in pairs for parent in concept.parents)


def test_every_standard_concept_maps_to_itself_and_local_visits_to_standard_ones():
    columns = describe_site(SITES["hcl"])["concept_relationship"]
    lines = zip(
        columns["concept_id_1"].tolist(),
        columns["concept_id_2"].tolist(),
        columns["relationship_id"],
        strict=True,
    )
    mapped = {source: target for source, target, name in lines if name == "Maps to"}
    for concept in read_vocabulary().concepts:
        if concept.standard == "S":
            assert mapped[concept.id] == concept.id
    assert mapped[read_vocabulary().find("HDJ").id] == 9202


@pytest.mark.parametrize("word", ["metformine", "hba1c", "insuffisance cardiaque", "lutétium", "créatinine"])
def test_french_words_find_a_concept(word: str):
    assert any(word in concept.name.lower() for concept in read_vocabulary().concepts)


def test_every_concept_of_a_fact_is_in_the_vocabulary():
    tables = generate_hospital("chu-grenoble", patients=600)
    known = set(tables["concept"]["concept_id"].tolist())
    standard = {concept.id for concept in read_vocabulary().concepts if concept.standard == "S"} | {0}
    checked = 0
    for table, columns in tables.items():
        for name, values in columns.items():
            if name.endswith("_concept_id") and not table.startswith(("concept", "relationship")):
                used = {int(value) for value in set(values.tolist()) if value == value}
                assert used <= (known if "source" in name else standard), f"{table}.{name}"
                checked += len(used)
    assert checked > 300


def test_every_course_reads_and_names_only_known_codes():
    vocabulary = read_vocabulary()
    panels = {analyte.panel for analyte in read_analytes()}
    ids = [course.id for course in read_courses()]
    assert ids == list(COURSES)
    for course in read_courses():
        assert set(course.risk.after) <= set(ids[: ids.index(course.id)])
        assert set(course.risk.sites) <= set(SITES)
        for code in (*(shift.code for shift in course.shifts), *(death.cause for death in course.deaths)):
            assert code in vocabulary.places
        for visit in course.visits:
            assert {panel.panel for panel in visit.panels} <= panels
            for fact in visit.facts:
                assert set(fact.codes) | set(fact.answers) <= set(vocabulary.places)
                assert len(fact.weights) in (0, len(fact.codes), len(fact.answers))
                assert fact.status in ("", "DP", "DAS")


def test_every_data_file_of_a_course_is_used():
    folder = resources.files("maillage.warehouse.synthetic").joinpath("courses")
    assert {entry.name for entry in folder.iterdir()} == {f"{name}.toml" for name in COURSES}


def test_departments_hold_the_hospitals_and_their_real_populations():
    departments = {department.code: department for department in read_departments()}
    auvergne_rhone_alpes = {"01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"}
    assert auvergne_rhone_alpes <= departments.keys()
    for site in SITES.values():
        assert max(departments.values(), key=lambda one: one.drawn[site.id]).code == site.department
