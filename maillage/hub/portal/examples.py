"""Example cohorts: the JSON files of the folder that `hub.toml` names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maillage.base.canon import CanonError, read_json
from maillage.exchange.message import MAX_COHORT_BYTES

_SLUG = re.compile(r"[a-z0-9-]{1,80}")


@dataclass(frozen=True)
class Example:
    """A cohort to choose: its file's stem, what it starts from and under which codes, its inclusion rules."""

    slug: str
    title: str
    codes: str
    rules: tuple[str, ...]
    cohort: Mapping[str, Any]


def list_examples(folder: Path | None) -> list[Example]:
    """Every readable example, by file name; a file that is not a cohort is left out."""
    files = sorted(folder.glob("*.json")) if folder is not None and folder.is_dir() else []
    return [example for file in files for example in _read(file)]


def find_example(folder: Path | None, *, slug: str) -> Example | None:
    """The example of that file name, if there is one."""
    return next((example for example in list_examples(folder) if example.slug == slug), None)


def _read(file: Path) -> Iterator[Example]:
    try:
        cohort = read_json(file.read_bytes(), max_bytes=MAX_COHORT_BYTES)
    except (OSError, CanonError):
        return
    if isinstance(cohort, dict) and _SLUG.fullmatch(file.stem):
        rules = tuple(str(rule.get("name", "")) for rule in cohort.get("InclusionRules", []))
        entry, _space, codes = _name_entry(cohort).partition(" (")
        title = str(cohort.get("Title") or entry or file.stem)
        yield Example(file.stem, title, codes.removesuffix(")"), rules, cohort)


def _name_entry(cohort: Mapping[str, Any]) -> str:
    """The name of the concept set that a patient enters by, its codes in brackets."""
    names = {found.get("id"): str(found.get("name", "")) for found in cohort.get("ConceptSets", [])}
    for criterion in cohort.get("PrimaryCriteria", {}).get("CriteriaList", []):
        for attributes in criterion.values():
            if attributes.get("CodesetId") in names:
                return names[attributes["CodesetId"]]
    return ""
