"""Numbers of models as they cross the wire: bounded in number, finite each."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from maillage.analysis.features.concepts import as_tuple

MAX_ROUNDS = 60
MAX_COLUMNS = 200
"""Columns of a model, its intercept not counted."""

Finite = Annotated[float, Field(allow_inf_nan=False)]
Triangle = Annotated[
    tuple[Finite, ...],
    BeforeValidator(as_tuple),
    Field(min_length=1, max_length=(MAX_COLUMNS + 1) * (MAX_COLUMNS + 2) // 2),
]
"""The upper triangle of a symmetric matrix, row by row (`glm.triangles`)."""
