"""The node's half of regress: the design matrix, gated before anything of it leaves, and kept for
the rounds.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.features.answering import answer_model
from maillage.analysis.features.encoding import Floats, clamp, encode
from maillage.analysis.features.matrix import Matrix, build_matrix
from maillage.analysis.features.reading import Index, indexed, read_feature
from maillage.analysis.glm.families import FAMILIES, expose
from maillage.analysis.glm.sums import Data
from maillage.analysis.regress.resident import RegressResident
from maillage.analysis.regress.spec import LevelCell, RegressContent, RegressParameters
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
        read=lambda tables: read_rows(tables, asked, engine=engine),
        open_rounds=lambda rows: open_rounds(rows, asked, gate=gate),
    )


def read_rows(tables: CohortTables, asked: RegressParameters, *, engine: Engine) -> Modelled:
    """The rows where the outcome, the offset, the weight and every covariate are known."""
    extra = [asked.offset.feature] if asked.offset else []
    extra += [asked.weights] if asked.weights else []
    with indexed(tables, [*asked.covariates, asked.outcome, *extra], engine=engine) as index:
        matrix = build_matrix(index, asked.covariates)
        outcome = encode(asked.outcome, read_feature(index, asked.outcome))[:, 0]
        return _join(matrix, outcome, _read_offset(index, asked), _read_weights(index, asked))


def _read_offset(index: Index, asked: RegressParameters) -> Floats:
    if asked.offset is None:
        return np.zeros(index.rows)
    values = clamp(asked.offset.feature, read_feature(index, asked.offset.feature))
    if not asked.offset.log:
        return values
    return np.log(np.where(values > 0, values, np.nan))


def _read_weights(index: Index, asked: RegressParameters) -> Floats:
    if asked.weights is None:
        return np.ones(index.rows)
    values = clamp(asked.weights, read_feature(index, asked.weights))
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
            numbers=rows.matrix.values[:, ~is_flag],
            outcome=data.outcome,
            is_binary=asked.family == "binomial",
            parameters=data.matrix.shape[1],
        ),
        gate=gate,
    )
    names = [column.name for column in rows.matrix.columns if column.is_flag]
    counts = [int(count) for count in flags.sum(axis=0)]
    resident = RegressResident(data, asked.family, asked.errors != "model", model, asked.rounds)
    return _describe(data, asked, levels=dict(zip(names, counts, strict=True))), resident


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
