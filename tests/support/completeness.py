"""Whether an analysis's folder is whole: what a reviewer would look for first."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec as find_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from maillage.analysis.registry import find_spec, is_additive

FILES = ("spec", "local", "combine", "chart", "words")
# Rounds wait for nobody: no checker hides anything of them, and the hub has a half of its own.
_HALVES = {
    "withhold": ("PARTS", "list_cells", "list_combined", "withhold", "find_margins"),
    "coordinate": ("coordinate",),
}
_ADDITIVE = ("refuse", "count_amounts", "flatten", "assemble")
_HEADINGS = ("## Formula and source", "## What leaves a hospital", "## Disclosure", "## Worked example")


def find_gaps(analysis_id: str, *, docs: Path) -> list[str]:
    """What is missing or open, a line each; nothing for a folder that is whole. `docs` has the pages."""
    package = f"maillage.analysis.{analysis_id}"
    spec = find_spec(analysis_id)
    half = "withhold" if spec.rounds is None else "coordinate"
    files = (*FILES[:3], half, *FILES[3:])
    gaps = [f"{name}.py is missing" for name in files if find_module(f"{package}.{name}") is None]
    if gaps:
        return gaps
    needed = _HALVES[half]
    module = import_module(f"{package}.{half}")
    gaps += [f"{half}.py has no {name}" for name in needed if not hasattr(module, name)]
    gaps += [] if spec.id == analysis_id else ["spec.py names another analysis"]
    gaps += [
        f"{model.__name__} takes undeclared fields"
        for model in _find_open(spec.content, set(), closed=("forbid",))
    ]
    gaps += [
        f"{model.__name__} takes undeclared fields"
        for model in _find_open(spec.parameters, set(), closed=("forbid", "ignore"))
    ]
    gaps += _find_gaps_of_sums(analysis_id)
    return gaps + _find_gaps_of_page(docs / f"{analysis_id}.md")


def _find_gaps_of_sums(analysis_id: str) -> list[str]:
    """Its numbers add up under masks, and its folder says how; or they do not, and its spec says why."""
    unsummed = find_spec(analysis_id).unsummed
    if not is_additive(analysis_id):
        return [] if unsummed else ["additive.py is missing, or in spec.py why nothing is summed under masks"]
    module = import_module(f"maillage.analysis.{analysis_id}.additive")
    gaps = [f"additive.py has no {name}" for name in _ADDITIVE if not hasattr(module, name)]
    return [*gaps, *(["spec.py says that nothing is summed, additive.py how"] if unsummed else [])]


def _find_gaps_of_page(page: Path) -> list[str]:
    if not page.is_file():
        return [f"{page.name} is missing"]
    text = page.read_text(encoding="utf-8")
    return [f"{page.name} has no « {heading} »" for heading in _HEADINGS if heading not in text]


def _find_open(model: type[BaseModel], seen: set[Any], *, closed: Sequence[str]) -> list[type[BaseModel]]:
    """The models, at any depth, that would let something undeclared through.

    Of what is asked, a word that is not read may be there: ATLAS writes more of a concept than its id.
    """
    if model in seen:
        return []
    seen.add(model)
    found = [] if model.model_config.get("extra") in closed else [model]
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            found += _find_open(inner, seen, closed=closed)
    return found


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
