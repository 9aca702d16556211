"""The patients of one hospital as survival reads them: when each leaves, how, in which group, with what
covariates.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.analysis.features.columns import Column
from maillage.analysis.features.declared import Feature, FollowUp
from maillage.analysis.features.encoding import Floats, encode
from maillage.analysis.features.matrix import build_matrix
from maillage.analysis.features.reading import Index, indexed, read_feature, read_first_day
from maillage.analysis.survival.spec import SurvivalParameters
from maillage.cohort.run import CohortTables
from maillage.warehouse.engines.base import Engine

Places = NDArray[np.int64]


@dataclass(frozen=True)
class SurvivalRows:
    """n rows. `place` is the point of the declared grid at which each leaves, `event` whether with the event;
    `group` and `stratum` are positions among the declared ones; `read` as of `Matrix`.
    """

    persons: NDArray[np.int64]
    columns: tuple[Column, ...]
    matrix: Floats
    place: Places
    event: NDArray[np.bool_]
    group: Places
    stratum: Places
    read: Floats


def read_rows(
    tables: CohortTables, asked: SurvivalParameters, *, engine: Engine, floor: int = 1
) -> SurvivalRows:
    """Who is followed for a day at least, with every covariate and group known.

    `floor` is the hospital's, which limits obey.
    """
    extra = [one for one in (asked.split, asked.strata) if one is not None]
    features = [*asked.covariates, asked.event, *(one for one in extra if one not in asked.covariates)]
    with indexed(tables, features, engine=engine) as index:
        matrix = build_matrix(index, asked.covariates, floor=floor)
        days, event = _find_times(index, asked)
        group, stratum = (_find_level(index, one) for one in (asked.split, asked.strata))
    known = matrix.complete & (days >= 1) & ~np.isnan(group) & ~np.isnan(stratum)
    kept = matrix.keep(known[matrix.complete])
    return SurvivalRows(
        kept.persons,
        kept.columns,
        kept.values,
        np.searchsorted(np.array(asked.points), days[known]).astype(np.int64),
        event[known],
        group[known].astype(np.int64),
        stratum[known].astype(np.int64),
        kept.read,
    )


def _find_times(index: Index, asked: SurvivalParameters) -> tuple[Floats, NDArray[np.bool_]]:
    """Days to the event or to the end of observation; an event on the last day counts.

    Who is followed to `until` without it is at risk on that day, and leaves the day after.
    """
    followed = read_feature(index, FollowUp(name="follow_up", until=asked.until))
    first = read_first_day(index, asked.event)
    event = first <= followed
    days = np.where(event, first, followed)
    return np.nan_to_num(np.where(~event & (days >= asked.until), asked.until + 1, days), nan=0.0), event


def _find_level(index: Index, feature: Feature | None) -> Floats:
    if feature is None:
        return np.zeros(index.rows)
    encoded = encode(feature, read_feature(index, feature))
    if feature.kind in ("age", "sex", "year", "measurement") or encoded.shape[1] > 1:
        return _undo(feature, encoded)
    return encoded[:, 0]


def _undo(feature: Feature, encoded: Floats) -> Floats:
    """The level's position from its columns; the reference has none."""
    reference = getattr(feature, "reference", 0)
    place = reference if isinstance(reference, int) else ("female", "male").index(reference)
    others = np.array([one for one in range(encoded.shape[1] + 1) if one != place], dtype=float)
    found = np.where(encoded.any(axis=1), others[encoded.argmax(axis=1)], float(place))
    return np.where(np.isnan(encoded).any(axis=1), np.nan, found)
