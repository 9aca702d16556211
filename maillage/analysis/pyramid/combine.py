"""The hub's half of pyramid."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.pyramid.spec import FORMS
from maillage.analysis.tabular.adding import add_tables


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """Persons by sex and age group."""
    return add_tables(contributions, forms=FORMS, floor=floor, minimum_sites=minimum_sites)
