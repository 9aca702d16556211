"""Synthetic French hospitals: invented patients, real codes, plausible courses of disease."""

from maillage.warehouse.synthetic.hospital import (
    DEFAULT_SEED,
    SyntheticError,
    generate_hospital,
    generate_parts,
    objecting_persons,
    synthesize,
)
from maillage.warehouse.synthetic.sites import SITES, Site

__all__ = [
    "DEFAULT_SEED",
    "SITES",
    "Site",
    "SyntheticError",
    "generate_hospital",
    "generate_parts",
    "objecting_persons",
    "synthesize",
]
