"""One hospital's rows during the rounds of a Cox model.

With a baseline of its own the hospital tells its own partial likelihood: a matrix, a vector and a number, and
no time of an event. With a common baseline it tells sums over those who leave in each interval that it may
tell apart, and no finer. The hub's coefficients obey the rules that `regress` has for its own.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from maillage.analysis.errors import RoundRefusedError
from maillage.analysis.glm.families import Floats
from maillage.analysis.glm.triangles import fold, fold_all
from maillage.analysis.survival.curves import find_missed
from maillage.analysis.survival.partial import (
    Leavers,
    Spans,
    add_up,
    find_hazard,
    find_spans,
    sum_leavers,
)
from maillage.analysis.survival.rows import Places, SurvivalRows
from maillage.analysis.survival.spec import (
    StratumSums,
    SurvivalParameters,
    SurvivalRound,
    SurvivalSums,
)
from maillage.base.i18n import _
from maillage.disclosure.models import (
    ModelRules,
    check_interval_weights,
    check_leverage,
    check_residuals,
    check_weights,
    count_allowed,
)

REACH = 30.0
"""The largest absolute linear predictor: past e^30 a hazard ratio is no estimate."""


@dataclass
class SurvivalResident:
    """The rows of one question; `ends` are the points of the grid that may be told apart."""

    rows: SurvivalRows
    asked: SurvivalParameters
    ends: Sequence[int]
    model: ModelRules

    def __post_init__(self) -> None:
        self._number = 0
        self._ended = False

    @property
    def fingerprint(self) -> bytes:
        """Of every number that a round reads."""
        digest = hashlib.sha256()
        rows = self.rows
        for part in (rows.matrix, rows.place, rows.event, rows.group, rows.stratum):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.digest()

    def answer(self, number: int, parameters: SurvivalRound) -> SurvivalSums:
        """The sums of a round. Raises RoundRefusedError, OutweighedError."""
        beta, centre = np.array(parameters.beta), np.array(parameters.centre)
        self._check_order(number, beta, centre)
        matrix = self.rows.matrix - centre
        predictor = matrix @ beta
        if not (np.abs(predictor) <= REACH).all():
            raise _refuse(_("Ces coefficients donnent à un patient une valeur hors de toute mesure."))
        theta = np.exp(predictor)
        ends = self._find_ends(parameters.days)
        own = list(self._sum_strata(matrix, theta, ends=ends))
        self._check_weights(matrix, theta, own, ends=ends)
        self._number, self._ended = number, parameters.final
        return self._tell(own, beta, ends=ends)

    def _check_order(self, number: int, beta: Floats, centre: Floats) -> None:
        size = self.rows.matrix.shape[1]
        if self._ended or number <= self._number or number > self.asked.rounds:
            raise _refuse(_("Aucun tour n’est plus attendu, ou pas celui-là."))
        if (len(beta), len(centre)) != (size, size) or size == 0:
            raise _refuse(_("Le nombre de coefficients n’est pas celui du modèle."))
        told = number * (size * (size + 1) // 2 + size + 1)
        allowed = count_allowed(len(self.rows.persons), unknowns=size + 2)
        if self.asked.baseline == "hospital" and self.model.floor > 1 and told > allowed:
            raise _refuse(_("Les tours diraient trop de nombres pour si peu de patients."))

    def _find_ends(self, days: Sequence[int]) -> Places:
        """The points of the sums: the whole grid at home, or those that the hub asks for, none finer than
        told.
        """
        points = np.array(self.asked.points)
        if self.asked.baseline == "hospital":
            if days:
                raise _refuse(_("Ce modèle ne donne aucune somme par intervalle."))
            return np.arange(len(points))
        asked = np.searchsorted(points, days)
        known = len(days) > 0 and days[-1] == points[-1] and list(days) == sorted(set(days))
        if not known or not {points[end] for end in self.ends} >= set(days):
            raise _refuse(_("Ces intervalles sont plus fins que ceux de cet hôpital."))
        return asked

    def _sum_strata(self, matrix: Floats, theta: Floats, *, ends: Places) -> Iterator[Leavers]:
        for level in range(len(self.asked.strata_names)):
            rows = self.rows.stratum == level
            yield sum_leavers(
                matrix[rows],
                theta[rows],
                self.rows.event[rows],
                np.searchsorted(ends, self.rows.place[rows]),
                points=len(ends),
            )

    def _check_weights(self, matrix: Floats, theta: Floats, own: Sequence[Leavers], *, ends: Places) -> None:
        """Each person weighs as in a Poisson model of the hazard gone through: what Cox's information comes
        to.
        """
        place = np.searchsorted(ends, self.rows.place)
        hazard = np.array([find_hazard(leavers, missed=self._find_spans(ends).missed) for leavers in own])
        weights = theta * hazard[self.rows.stratum, place]
        check_weights(weights, parameters=matrix.shape[1], model=self.model)
        check_residuals(self.rows.event - weights, model=self.model)
        wide = np.column_stack([np.ones(len(matrix)), matrix])
        check_leverage(wide, weights, wide.T @ (wide * weights[:, None]), model=self.model)
        if self.asked.baseline == "common":
            self._check_intervals(theta, place, points=len(ends))

    def _check_intervals(self, theta: Floats, place: Places, *, points: int) -> None:
        for level in range(len(self.asked.strata_names)):
            for kind in (self.rows.event, ~self.rows.event):
                rows = (self.rows.stratum == level) & kind
                check_interval_weights(theta[rows], place[rows], points=points, model=self.model)

    def _find_spans(self, ends: Places) -> Spans:
        days = np.array(self.asked.points)[ends].tolist()
        missed = find_missed(days, around=days, until=self.asked.until)
        return find_spans(days, missed=missed, ties=self.asked.ties)

    def _tell(self, own: Sequence[Leavers], beta: Floats, *, ends: Places) -> SurvivalSums:
        if self.asked.baseline == "common":
            return SurvivalSums(strata=tuple(_write(one) for one in own))
        sums = add_up(own, beta, spans=self._find_spans(ends))
        return SurvivalSums(
            information=fold(sums.information),
            score=tuple(sums.score.tolist()),
            log_likelihood=-sums.deviance / 2,
        )


def _write(leavers: Leavers) -> StratumSums:
    return StratumSums(
        all0=tuple(leavers.all0.tolist()),
        all1=tuple(leavers.all1.ravel().tolist()),
        all2=_fold_all(leavers.all2),
        events=tuple(leavers.deaths.astype(int).tolist()),
        event0=tuple(leavers.event0.tolist()),
        event1=tuple(leavers.event1.ravel().tolist()),
        event2=_fold_all(leavers.event2),
        event_total=tuple(leavers.event_total.tolist()),
    )


def _fold_all(matrices: Floats) -> tuple[float, ...]:
    return tuple(fold_all(matrices).ravel().tolist())


def _refuse(why: str) -> RoundRefusedError:
    return RoundRefusedError(_("Ce tour est refusé."), why=why)
