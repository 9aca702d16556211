"""Generalised linear models over several hospitals: numbers in, numbers out; no question, no gate, no wire.

`families` says what is fitted, `sums` what one hospital adds to a round, `newton` how rounds become a fit,
`meta` how fits of hospitals become one. `fit_parts` runs it all in one process.
"""

from maillage.analysis.glm.families import FAMILIES, Family
from maillage.analysis.glm.fitting import fit_parts
from maillage.analysis.glm.newton import Fit, ModelTrouble, Trouble
from maillage.analysis.glm.sums import Data, Sums, add_sums, sum_up

__all__ = [
    "FAMILIES",
    "Data",
    "Family",
    "Fit",
    "ModelTrouble",
    "Sums",
    "Trouble",
    "add_sums",
    "fit_parts",
    "sum_up",
]
