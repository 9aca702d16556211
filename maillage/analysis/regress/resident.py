"""One hospital's rows during the rounds: sums at the coefficients that the hub asks for, each gated.

The hub chooses coefficients, so every rule here takes it for an attacker: what an honest fit never asks is
refused, and what leaves obeys `disclosure.models` at each round.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from maillage.analysis.errors import RoundRefusedError
from maillage.analysis.glm.families import FAMILIES, Floats
from maillage.analysis.glm.sums import Data, ReachError, Sums, Working, sum_rows
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
        self._ended = False
        self._least, self._most = self.data.matrix.min(axis=0), self.data.matrix.max(axis=0)

    @property
    def fingerprint(self) -> bytes:
        """Of every number that a round reads."""
        digest = hashlib.sha256()
        # By column: so the matrix lies in memory, and nothing is copied.
        for part in (self.data.matrix.T, self.data.outcome, self.data.offset, self.data.weights):
            digest.update(np.ascontiguousarray(part).data)
        return digest.digest()

    def answer(self, number: int, parameters: RegressRound) -> RegressSums:
        """The sums of a round. Raises RoundRefusedError, OutweighedError."""
        beta, centre = np.array(parameters.beta), np.array(parameters.centre)
        self._check_order(number, beta)
        self._check_centre(centre)
        sums, working = self._sum(beta, centre, robust=parameters.final and self.robust)
        self._check_persons(sums, working, centre)
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

    def _check_centre(self, centre: Floats) -> None:
        """Another centre is another way to write coefficients: who begins again has another."""
        if len(centre) != self.data.matrix.shape[1] or centre[0] != 0:
            raise _refuse(_("Le centre des colonnes n’est pas celui d’un modèle."))

    def _sum(self, beta: Floats, centre: Floats, *, robust: bool) -> tuple[Sums, Working]:
        kind = FAMILIES[self.family]
        try:
            return sum_rows(self.data, beta, family=kind, centre=centre, robust=robust, reach=kind.reach)
        except ReachError as error:
            raise _refuse(
                _("Ces coefficients donnent à un patient une valeur hors de toute mesure.")
            ) from error

    def _check_persons(self, sums: Sums, working: Working, centre: Floats) -> None:
        """No sum is one person's, or few persons'. Raises OutweighedError."""
        check_weights(working.weights, parameters=len(centre), model=self.model)
        check_residuals(working.residuals, model=self.model)
        furthest = np.maximum(self._most - centre, centre - self._least)
        check_leverage(
            self.data.matrix,
            working.weights,
            sums.information,
            model=self.model,
            centre=centre,
            furthest=furthest,
        )


def _refuse(why: str) -> RoundRefusedError:
    return RoundRefusedError(_("Ce tour est refusé."), why=why)
