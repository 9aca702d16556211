"""The design matrix of one hospital: columns as declared, complete rows, and who stands behind each level."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.analysis.errors import ParametersError
from maillage.analysis.features.columns import Column, list_columns
from maillage.analysis.features.declared import Feature
from maillage.analysis.features.encoding import Floats, encode, find_limits
from maillage.analysis.features.reading import Index, read_feature
from maillage.base.i18n import _

MAX_CELLS = 80_000_000
"""Numbers that a matrix may have: 640 MB, kept as long as its question lasts."""
MAX_COLUMNS = 200


@dataclass(frozen=True)
class Matrix:
    """`values` n × columns, without an intercept; `persons` n ids. `complete`: which rows of the index they
    are. `read` are the numbers that have limits, before these held them; n × features.
    """

    columns: tuple[Column, ...]
    values: Floats
    persons: NDArray[np.int64]
    complete: NDArray[np.bool_]
    read: Floats

    def keep(self, rows: NDArray[np.bool_]) -> "Matrix":
        """The matrix of some of its rows."""
        if rows.all():
            return self
        complete = self.complete.copy()
        complete[self.complete] = rows
        return Matrix(
            self.columns, keep_rows(self.values, rows), self.persons[rows], complete, self.read[rows]
        )


def keep_rows(values: Floats, rows: NDArray[np.bool_]) -> Floats:
    """Some rows of a matrix that lies by columns, as the others here do."""
    kept = np.empty((int(rows.sum()), values.shape[1]), order="F")
    for place, column in enumerate(values.T):
        kept[:, place] = column[rows]
    return kept


def check_size(features: Sequence[Feature]) -> tuple[Column, ...]:
    """The columns. Raises ParametersError for more than any model may have, before anything is read."""
    columns = list_columns(features)
    if len(columns) > MAX_COLUMNS:
        raise ParametersError(
            _("Le modèle aurait {count} colonnes.").format(count=len(columns)),
            why=_("La limite est de {limit}.").format(limit=MAX_COLUMNS),
            remedy=_("Retirez des covariables, ou réunissez des niveaux."),
        )
    return columns


def build_matrix(index: Index, features: Sequence[Feature], *, floor: int = 1) -> Matrix:
    """Read and encode every feature; rows with something missing that must not be are left out.

    `floor` is the hospital's, which limits obey (`encoding.clamp`).
    """
    columns = check_size(features)
    if index.rows * max(1, len(columns)) > MAX_CELLS:
        raise MemoryError
    # By column: that is how it is read, and summed in blocks either way.
    values = np.empty((index.rows, len(columns)), order="F")
    complete = np.ones(index.rows, dtype=np.bool_)
    read: list[Floats] = []
    place = 0
    for feature in features:
        raw = read_feature(index, feature)
        if find_limits(feature) != (None, None):
            read.append(raw)
        encoded = encode(feature, raw, floor=floor)
        values[:, place : place + encoded.shape[1]] = encoded
        complete &= ~np.isnan(encoded).any(axis=1)
        place += encoded.shape[1]
    everybody = Matrix(
        columns,
        values,
        index.persons,
        np.ones(index.rows, dtype=np.bool_),
        np.array(read).reshape(-1, index.rows).T,
    )
    return everybody.keep(complete)
