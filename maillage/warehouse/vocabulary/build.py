"""Lists of codes become a release: ids from the registry, hierarchies closed, maps resolved."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from maillage.base.i18n import _
from maillage.warehouse.vocabulary import hierarchy, registry
from maillage.warehouse.vocabulary.codes import WITHDRAWN, Code, Codes, Key, merge
from maillage.warehouse.vocabulary.errors import VocabularyError, VocabularySourceError
from maillage.warehouse.vocabulary.maps import (
    ALWAYS,
    FOR_EVER,
    read_conversions,
    read_maps,
    shipped_conversions,
)
from maillage.warehouse.vocabulary.registry import Ids
from maillage.warehouse.vocabulary.release import Release, new_release, open_release
from maillage.warehouse.vocabulary.sources import atc, ccam, cim10
from maillage.warehouse.vocabulary.sources.lists import Found, find_lists
from maillage.warehouse.vocabulary.sources.tables import read_table

FRENCH = 4180190
"""OMOP's concept of the French language."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did: codes by vocabulary, how many are new to the registry, how many the lists lost."""

    release: Release
    codes: Mapping[str, int]
    new_ids: int
    withdrawn: int
    ignored: tuple[str, ...]


def build_release(
    sources: Sequence[str], *, target: Path, version: str, former: Path | None = None
) -> BuildReport:
    """Make a release from lists; the first source that gives a code names it.

    `former` is the release before: its ids go on, and a code that the lists lost stays, as withdrawn. Raises
    VocabularyError, VocabularySourceError.
    """
    found = [find_lists(source) for source in sources]
    codes = _complete(merge(codes for one in found for _name, codes in one.lists))
    before = None if former is None else open_release(former)
    known = registry.first_ids() if before is None else _continue(before, version=version)
    codes = _keep_withdrawn(codes, before)
    ids = registry.extend(known, codes.values())
    _check_parents(codes)
    with new_release(target, version=version) as writer:
        for table, rows in _tables(codes, ids, found=found, version=version):
            writer.write(table, rows)
    return BuildReport(
        release=open_release(target),
        codes=_count(codes),
        new_ids=len(ids) - len(known),
        withdrawn=sum(code.withdrawn for code in codes.values()),
        ignored=tuple(name for one in found for name in one.ignored),
    )


def _complete(codes: Codes) -> Codes:
    """With the levels above that no list gives, and every code put under its own."""
    present = {key.vocabulary for key in codes}
    atc_codes = [key.code for key in codes if key.vocabulary == atc.NAME]
    plans: dict[str, Iterable[Code]] = {
        cim10.NAME: cim10.read_plan(),
        atc.NAME: atc.read_groups(),
        ccam.NAME: ccam.read_plan(),
    }
    wanted = [plan for vocabulary, plan in plans.items() if vocabulary in present]
    whole = merge([codes.values(), *wanted])
    named = [key.code for key in whole if key.vocabulary == atc.NAME]
    whole = merge([whole.values(), atc.add_missing_groups([*atc_codes, *named])])
    whole = merge([whole.values(), atc.add_brands(whole.values())])
    above = cim10.find_parents(key.code for key in whole if key.vocabulary == cim10.NAME)
    return {
        key: _put_under(code, above[key.code]) if key.vocabulary == cim10.NAME and key.code in above else code
        for key, code in whole.items()
    }


def _put_under(code: Code, parent: str) -> Code:
    """The place that the code itself says; parents in other vocabularies are kept."""
    others = tuple(one for one in code.parents if one.vocabulary != code.key.vocabulary)
    return replace(code, parents=(Key(code.key.vocabulary, parent), *others))


def _continue(former: Release, *, version: str) -> Ids:
    if former.manifest.version == version:
        raise VocabularyError(
            _("La version {version} est celle de la version précédente.").format(version=version),
            remedy=_("Donnez un nouveau numéro avec --version."),
        )
    with former.path("registry").open(encoding="utf-8", newline="") as stream:
        lines = [
            (Key(line["vocabulary_id"], line["concept_code"]), int(line["concept_id"]))
            for line in csv.DictReader(stream)
        ]
    return registry.check_registry([*registry.first_ids().items(), *lines])


def _keep_withdrawn(codes: Codes, former: Release | None) -> Codes:
    """Codes of the former release that the lists no longer give: facts that carry them are still there."""
    if former is None:
        return codes
    with former.path("concept").open(encoding="utf-8", newline="") as stream:
        lines = {int(line["concept_id"]): line for line in csv.DictReader(stream)}
    keys = {number: Key(line["vocabulary_id"], line["concept_code"]) for number, line in lines.items()}
    lost = {number for number, key in keys.items() if key not in codes}
    parents = _read_parents(former, of=lost)
    return {
        **codes,
        **{
            keys[number]: Code(
                key=keys[number],
                name=lines[number]["concept_name"],
                parents=tuple(keys[parent] for parent in parents.get(number, ())),
                domain=lines[number]["domain_id"],
                kind=lines[number]["concept_class_id"],
                standard=lines[number]["standard_concept"],
                withdrawn=True,
                concept_id=number or None,
                origin=former.manifest.version,
            )
            for number in sorted(lost)
        },
    }


def _read_parents(former: Release, *, of: Set[int]) -> Mapping[int, Sequence[int]]:
    parents: dict[int, list[int]] = {}
    with former.path("concept_relationship").open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            child = int(line["concept_id_1"])
            if line["relationship_id"] == "Is a" and child in of:
                parents.setdefault(child, []).append(int(line["concept_id_2"]))
    return parents


def _check_parents(codes: Codes) -> None:
    for code in codes.values():
        missing = next((parent for parent in code.parents if parent not in codes), None)
        if missing is not None:
            raise VocabularySourceError(
                _("{origin} : le code parent {parent} n’existe pas.").format(
                    origin=code.origin, parent=missing.code
                ),
                remedy=_("Ajoutez ce code, ou corrigez parent_code."),
            )


def _tables(
    codes: Codes, ids: Ids, *, found: Sequence[Found], version: str
) -> Iterator[tuple[str, Iterable[Sequence[object]]]]:
    ordered = sorted(codes.values(), key=lambda code: ids[code.key])
    parents = {ids[code.key]: [ids[parent] for parent in code.parents] for code in ordered}
    names = {ids[code.key]: code.key.code for code in ordered}
    yield "registry", sorted((*key, number) for key, number in ids.items())
    yield "vocabulary", _vocabularies(codes, version)
    yield "concept", (_concept(code, ids[code.key]) for code in ordered)
    yield "concept_ancestor", sorted(hierarchy.close(parents, names=names))
    yield "concept_relationship", _relationships(ordered, parents, ids)
    yield "concept_synonym", _synonyms(ordered, ids)
    yield "source_to_concept_map", read_maps([path for one in found for path in one.maps], ids=ids)
    conversions = [path for one in found for path in one.conversions]
    yield "unit_conversion", chain(shipped_conversions(ids), read_conversions(conversions, ids=ids))


def _concept(code: Code, number: int) -> Sequence[object]:
    kind = WITHDRAWN if code.withdrawn else code.kind
    return (
        *(number, _tidy(code.name), code.domain, code.key.vocabulary, kind, code.standard or None),
        *(code.key.code, ALWAYS, FOR_EVER, None),
    )


def _relationships(
    ordered: Sequence[Code], parents: Mapping[int, Sequence[int]], ids: Ids
) -> Sequence[Sequence[object]]:
    links = [(child, above, "Is a") for child, all_above in parents.items() for above in all_above]
    links += [(above, child, "Subsumes") for child, above, _name in links]
    standard = [ids[code.key] for code in ordered if code.standard == "S"]
    links += [(number, number, "Maps to") for number in standard]
    return [(one, two, name, ALWAYS, FOR_EVER, None) for one, two, name in sorted(links)]


def _synonyms(ordered: Sequence[Code], ids: Ids) -> Iterator[Sequence[object]]:
    for code in ordered:
        for text in sorted({_tidy(one) for one in code.synonyms} - {_tidy(code.name), ""}):
            yield ids[code.key], text, FRENCH


def _vocabularies(codes: Codes, version: str) -> Iterator[Sequence[object]]:
    known = {record["vocabulary_id"]: record for record in read_table("vocabularies.csv")}
    for name in sorted({key.vocabulary for key in codes}):
        record = known.get(name, {"vocabulary_name": name, "vocabulary_reference": ""})
        yield name, record["vocabulary_name"], record["vocabulary_reference"] or None, version, 0


def _count(codes: Codes) -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for key in codes:
        counts[key.vocabulary] = counts.get(key.vocabulary, 0) + 1
    return dict(sorted(counts.items()))


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
