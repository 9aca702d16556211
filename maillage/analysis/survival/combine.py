"""survival beside its rounds: what an opening must be, and who takes part."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.contributors import choose_contributors
from maillage.analysis.survival.document import describe_who
from maillage.analysis.survival.opening import read_all


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """Who takes part; the rounds write the rest. Raises ContentError."""
    opened = read_all(contributions, floor=floor)
    chosen = choose_contributors(opened, minimum_sites=minimum_sites)
    return describe_who(opened, chosen=chosen) | {"figures": {}}
