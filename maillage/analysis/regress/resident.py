"""One hospital's rows during the rounds: sums at the coefficients that the hub asks for, each gated.

The hub chooses coefficients, so every rule here takes it for an attacker: what an honest fit never asks is
refused, and what leaves obeys `disclosure.models` at each round.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from maillage.analysis.errors import RoundRefusedError
from maillage.analysis.glm.families import FAMILIES, Family, Floats
from maillage.analysis.glm.sums import Data, Working, add_rows, center, work_out
from maillage.analysis.glm.triangles import fold
from maillage.analysis.regress.spec import RegressRound, RegressSums
from maillage.base.i18n import _
from maillage.disclosure.models import (
    ModelRules,
    check_leverage,
    check_residuals,
    check_weights,
    count_allowed,
)


@dataclass
class RegressResident:
    """The rows of one question. `most` is how many rounds its signed task allows."""

    data: Data
    family: str
    robust: bool
    model: ModelRules
    most: int

    def __post_init__(self) -> None:
        self._number = 0
        self._centre: Floats | None = None
        self._matrix = self.data.matrix
        self._ended = False

    @property
    def fingerprint(self) -> bytes:
        """Of every number that a round reads."""
        digest = hashlib.sha256()
        for part in (self.data.matrix, self.data.outcome, self.data.offset, self.data.weights):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.digest()

    def answer(self, number: int, parameters: RegressRound) -> RegressSums:
        """The sums of a round. Raises RoundRefusedError, OutweighedError."""
        beta = np.array(parameters.beta)
        self._check_order(number, beta)
        self._use_centre(np.array(parameters.centre))
        kind = FAMILIES[self.family]
        working = self._work(beta, kind)
        sums = add_rows(
            self.data, self._matrix, working, family=kind, robust=parameters.final and self.robust
        )
        check_leverage(self._matrix, working.weights, sums.information, model=self.model)
        self._number, self._ended = number, parameters.final
        return RegressSums(
            information=fold(sums.information),
            score=tuple(sums.score.tolist()),
            deviance=sums.deviance,
            meat=None if sums.meat is None else fold(sums.meat),
        )

    def _check_order(self, number: int, beta: Floats) -> None:
        size = self.data.matrix.shape[1]
        if self._ended or number <= self._number or number > self.most:
            raise _refuse(_("Aucun tour n’est plus attendu, ou pas celui-là."))
        if len(beta) != size:
            raise _refuse(_("Le nombre de coefficients n’est pas celui du modèle."))
        told = number * (size * (size + 1) // 2 + size + 1) + (size * (size + 1) // 2 if self.robust else 0)
        if self.model.floor > 1 and told > count_allowed(len(self.data.outcome), unknowns=size):
            raise _refuse(_("Les tours diraient trop de nombres pour si peu de patients."))

    def _use_centre(self, centre: Floats) -> None:
        """Another centre is another way to write coefficients: who begins again has another."""
        if len(centre) != self.data.matrix.shape[1] or centre[0] != 0:
            raise _refuse(_("Le centre des colonnes n’est pas celui d’un modèle."))
        if self._centre is None or not np.array_equal(centre, self._centre):
            self._centre, self._matrix = centre, center(self.data.matrix, centre)

    def _work(self, beta: Floats, kind: Family) -> Working:
        working = work_out(self.data, self._matrix, beta, family=kind)
        if not (np.abs(working.predictor) <= kind.reach).all():
            raise _refuse(_("Ces coefficients donnent à un patient une valeur hors de toute mesure."))
        check_weights(working.weights, parameters=len(beta), model=self.model)
        check_residuals(working.residuals, model=self.model)
        return working


def _refuse(why: str) -> RoundRefusedError:
    return RoundRefusedError(_("Ce tour est refusé."), why=why)
