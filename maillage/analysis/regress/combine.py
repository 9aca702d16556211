"""regress beside its rounds: what an opening must be, and what is said while there is no model yet."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.contributors import choose_contributors
from maillage.analysis.regress.document import describe_who
from maillage.analysis.regress.opening import read_opening


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """Who takes part; the rounds write the rest. Raises ContentError."""
    opened = {site: read_opening(site, one, floor=floor) for site, one in sorted(contributions.items())}
    chosen = choose_contributors(opened, minimum_sites=minimum_sites)
    return describe_who(opened, chosen=chosen) | {"figures": {}}
