"""The node's half of regress: the design matrix, gated before anything of it leaves, and kept for
the rounds.
"""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.features.answering import answer_model
from maillage.analysis.features.encoding import Floats, clamp, encode, find_limits
from maillage.analysis.features.matrix import Matrix, build_matrix
from maillage.analysis.features.reading import indexed, read_feature
from maillage.analysis.glm.families import FAMILIES, expose
from maillage.analysis.glm.sums import Data
from maillage.analysis.regress.resident import RegressResident
from maillage.analysis.regress.spec import LevelCell, Offset, RegressContent, RegressParameters
from maillage.cohort import CohortExpression
from maillage.cohort.run import CohortTables
from maillage.disclosure.gates import Gate
from maillage.disclosure.model_gate import Rows, open_model
from maillage.disclosure.values import Count, Suppressed, Suppression
from maillage.warehouse.engines.base import Engine


@dataclass(frozen=True)
class Modelled:
    """The rows of a model: `matrix` without the intercept, which `data` has."""

    matrix: Matrix
    data: Data


def run(*, cohort: CohortExpression, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """Read the model's rows, gate them, and open the rounds. Raises ModelRefusedError."""
    asked = cast("RegressParameters", parameters)
    return answer_model(
        cohort=cohort,
        engine=engine,
        gate=gate,
        read=lambda tables: read_rows(tables, asked, engine=engine, floor=gate.rules.floor),
        open_rounds=lambda rows: open_rounds(rows, asked, gate=gate),
    )


def read_rows(tables: CohortTables, asked: RegressParameters, *, engine: Engine, floor: int = 1) -> Modelled:
    """The rows where the outcome, the offset, the weight and every covariate are known.

    `floor` is the hospital's, which limits obey.
    """
    offset = asked.offset.feature if asked.offset else None
    others = [feature for feature in (asked.outcome, offset, asked.weights) if feature]
    with indexed(tables, [*asked.covariates, *others], engine=engine) as index:
        matrix = build_matrix(index, asked.covariates, floor=floor)
        read = [read_feature(index, feature) for feature in others]
    # In the order of `others`.
    held = iter(clamp(feature, raw, floor=floor) for feature, raw in zip(others, read, strict=True))
    outcome = encode(asked.outcome, next(held))[:, 0]
    limited = [raw for feature, raw in zip(others, read, strict=True) if find_limits(feature) != (None, None)]
    return _join(
        replace(matrix, read=np.column_stack([matrix.read, *(raw[matrix.complete] for raw in limited)])),
        outcome,
        _take_offset(next(held), asked.offset) if asked.offset else np.zeros(len(outcome)),
        _take_weights(next(held)) if asked.weights else np.ones(len(outcome)),
    )


def _take_offset(values: Floats, offset: Offset) -> Floats:
    return np.log(np.where(values > 0, values, np.nan)) if offset.log else values


def _take_weights(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)


def _join(matrix: Matrix, outcome: Floats, offset: Floats, weights: Floats) -> Modelled:
    parts = [part[matrix.complete] for part in (outcome, offset, weights)]
    known = ~np.logical_or.reduce([np.isnan(part) for part in parts])
    kept = matrix.keep(known)
    design = np.empty((len(kept.persons), len(kept.columns) + 1), order="F")
    design[:, 0], design[:, 1:] = 1.0, kept.values
    return Modelled(kept, Data(design, *(part[known] for part in parts)))


def open_rounds(
    rows: Modelled, asked: RegressParameters, *, gate: Gate
) -> tuple[RegressContent, RegressResident]:
    """The opening and what is kept. Raises ModelRefusedError, before anything is told."""
    is_flag = np.array([column.is_flag for column in rows.matrix.columns], dtype=bool)
    flags, data = rows.matrix.values[:, is_flag], rows.data
    model = open_model(
        Rows(
            persons=rows.matrix.persons,
            flags=flags,
            numbers=np.column_stack([rows.matrix.values[:, ~is_flag], *_list_means(data, asked)]),
            outcome=data.outcome,
            is_binary=asked.family == "binomial",
            parameters=data.matrix.shape[1],
            read=rows.matrix.read,
        ),
        gate=gate,
    )
    names = [column.name for column in rows.matrix.columns if column.is_flag]
    counts = [int(count) for count in flags.sum(axis=0)]
    resident = RegressResident(data, asked.family, asked.errors != "model", model, asked.rounds)
    return _describe(data, asked, levels=dict(zip(names, counts, strict=True))), resident


def _list_means(data: Data, asked: RegressParameters) -> list[Floats]:
    """What else is read of each person, and is no covariate: the offset and the weight."""
    return [part for given, part in ((asked.offset, data.offset), (asked.weights, data.weights)) if given]


def _describe(data: Data, asked: RegressParameters, *, levels: dict[str, int]) -> RegressContent:
    weights = data.weights
    saturated = (
        0.5 * float(np.log(weights).sum())
        if asked.family == "gaussian"
        else float(weights @ FAMILIES[asked.family].saturated(data.outcome))
    )
    return RegressContent(
        persons=Count(len(data.outcome)),
        levels=tuple(
            LevelCell(name=name, persons=Count(n) if n else Suppressed(Suppression.BELOW_FLOOR))
            for name, n in levels.items()
        ),
        totals=tuple(data.matrix.sum(axis=0).tolist()),
        outcome=float(weights @ data.outcome),
        exposure=float(weights @ expose(data.offset, family=asked.family)),
        saturated=saturated,
    )
