"""Example cohorts: the JSON files of the folder that `hub.toml` names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
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
    found = [_read(file, _find_change(file)) for file in files]
    return [example for example in found if example is not None]


def find_example(folder: Path | None, *, slug: str) -> Example | None:
    """The example of that file name, if there is one."""
    return next((example for example in list_examples(folder) if example.slug == slug), None)


def _find_change(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


# Read again when it is written again: the first pages show them to everybody.
@lru_cache(maxsize=256)
def _read(file: Path, _changed_ns: int) -> Example | None:
    try:
        cohort = read_json(file.read_bytes(), max_bytes=MAX_COHORT_BYTES)
    except (OSError, CanonError):
        return None
    if not isinstance(cohort, dict) or not _SLUG.fullmatch(file.stem):
        return None
    rules = tuple(str(rule.get("name", "")) for rule in cohort.get("InclusionRules", []))
    entry, _space, codes = _name_entry(cohort).partition(" (")
    title = str(cohort.get("Title") or entry or file.stem)
    return Example(file.stem, title, codes.removesuffix(")"), rules, cohort)


def _name_entry(cohort: Mapping[str, Any]) -> str:
    """The name of the concept set that a patient enters by, its codes in brackets."""
    names = {found.get("id"): str(found.get("name", "")) for found in cohort.get("ConceptSets", [])}
    for criterion in cohort.get("PrimaryCriteria", {}).get("CriteriaList", []):
        for attributes in criterion.values():
            if attributes.get("CodesetId") in names:
                return names[attributes["CodesetId"]]
    return ""
