"""regress beside its rounds: what an opening must be, and what is said while there is no model yet."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.contributors import choose_contributors
from maillage.analysis.regress.opening import read_opening
from maillage.disclosure.values import Suppressed, Suppression, add_up, cell_to_json


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """Who takes part; the rounds write the rest. Raises ContentError."""
    opened = {site: read_opening(site, one, floor=floor) for site, one in sorted(contributions.items())}
    chosen = choose_contributors(opened, minimum_sites=minimum_sites)
    shown = [one.content.persons for one in chosen if not isinstance(one.content.persons, Suppressed)]
    left = [site for site, one in opened.items() if one not in chosen]
    return {
        "persons": cell_to_json(add_up(shown) if shown else Suppressed(Suppression.TOO_FEW_SITES)),
        "contributing": [one.site for one in chosen],
        "left_out": [{"id": site, "why": Suppression.TOO_FEW_SITES.value} for site in left],
        "repeated": [],
        "fitted": False,
        "trouble": None,
        "terms": [],
    }
