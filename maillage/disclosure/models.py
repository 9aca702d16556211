"""What a model may tell of the persons whom it is fitted on: before its first round, and at each (S4).

The sums of a round are numbers that many persons make. Three things make one person readable in them: a table
inside them, for XᵀWX holds the count of each level and of each pair of levels; a person who outweighs the
others, by values far from all others' or by coefficients chosen so that the others' weights vanish; and more
equations than unknowns, when rounds are asked without end. Each has its rule here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.disclosure.magnitudes import MagnitudeRules, is_dominated
from maillage.disclosure.rules import DisclosureError, DisclosureRules

Floats = NDArray[np.float64]

MOST_LEVERAGE = 0.5
"""Of a fitted value, the share that is the person's own: past it the model repeats that person."""
_BLOCK = 2_048
_RIDGE = 1e-12


class ModelRefusedError(DisclosureError):
    """A hospital's part in a model would tell of few persons."""

    kind = Kind.REFUSED


class ModelTooSmallError(ModelRefusedError):
    """Too few persons, or too few more than parameters."""


class RareLevelError(ModelRefusedError):
    """Too few persons have a level, a pair of levels or an outcome."""


class OutweighedError(ModelRefusedError):
    """One person, or few, make almost all of a sum."""


class TooCloseModelError(ModelRefusedError):
    """A former answer is of almost the same persons."""


class InexactModelError(ModelRefusedError):
    """The permit lets no exact number leave, and a model's sums are exact."""


@dataclass(frozen=True)
class ModelRules:
    """A hospital's floor with the rules of magnitudes."""

    rules: DisclosureRules
    magnitudes: MagnitudeRules

    @property
    def floor(self) -> int:
        """In distinct persons."""
        return self.rules.floor


def check_size(persons: int, *, parameters: int, model: ModelRules) -> None:
    """Raises ModelTooSmallError. `parameters` counts the intercept and every column."""
    if persons < model.floor or persons - parameters < model.magnitudes.degrees:
        raise ModelTooSmallError(_("Trop peu de patients pour ce modèle."))


def check_flags(flags: Floats, *, model: ModelRules) -> None:
    """Raises RareLevelError. `flags` are columns of 0 and 1, n × q, a yes-or-no outcome among them.

    Each is 1 for nobody, or for at least the floor's number of persons, and 0 likewise; so is each cell of
    the table of any two. A cell of nobody is allowed: two levels of one factor have one.
    """
    if has_rare_cells(flags, floor=model.floor):
        raise RareLevelError(_("Un niveau ou un croisement de deux niveaux a trop peu de patients."))


def has_rare_cells(flags: Floats, *, floor: int) -> bool:
    """Whether a cell of the table of any flag, or any two, is of some and fewer than the floor."""
    counts = flags.T @ flags
    yes = np.diag(counts)
    neither = len(flags) - yes[:, None] - yes[None, :] + counts
    tables = (counts, yes[:, None] - counts, yes[None, :] - counts, neither)
    return any(bool(((cells > 0) & (cells < floor)).any()) for cells in tables)


def check_both_sides(outcome: Floats, *, model: ModelRules) -> None:
    """Raises RareLevelError where too few have, or have not, what is predicted; nobody is too few."""
    yes = int((outcome > 0).sum())
    if min(yes, len(outcome) - yes) < model.floor:
        raise RareLevelError(_("Trop peu de patients ont, ou n’ont pas, ce que le modèle prédit."))


def check_spread(values: Floats, *, model: ModelRules) -> None:
    """Raises RareLevelError where some, but too few, have another value than the commonest; n × columns."""
    apart = (values != np.median(values, axis=0)).sum(axis=0)
    if ((apart > 0) & (apart < model.floor)).any():
        raise RareLevelError(_("Trop peu de patients ont une autre valeur que tous les autres."))


def check_shares(parts: Floats, *, model: ModelRules) -> None:
    """Raises OutweighedError: `parts` is what each person adds to a sum; the (n, k) rule on their sizes.

    A sum to which few add is for `check_spread`. Under a floor of one there is nobody to hide.
    """
    sizes = np.abs(parts[parts != 0])
    most = model.magnitudes.largest
    if model.floor > 1 and len(sizes) > most:
        largest = np.partition(sizes, len(sizes) - most)[-most:]
        rest = sizes.sum() - largest.sum()
        if is_dominated(np.append(np.sort(largest)[::-1], rest), magnitudes=model.magnitudes):
            raise OutweighedError(_("Un ou deux patients font presque toute une somme."))


def check_weights(weights: Floats, *, parameters: int, model: ModelRules) -> None:
    """Raises OutweighedError where the weights are those of fewer persons than a model needs.

    The effective number of persons, (Σw)² / Σw² (Kish, *Survey Sampling*, 1965), obeys the rules of the
    number of persons: coefficients that make all weights but one vanish leave one effective person.
    """
    if model.floor == 1:
        return
    total, squares = float(weights.sum()), float((weights**2).sum())
    effective = total**2 / squares if squares > 0 else 0.0
    if effective < max(model.floor, parameters + model.magnitudes.degrees):
        raise OutweighedError(_("Les poids de ce tour ne laissent compter que peu de patients."))


def check_interval_weights(
    weights: Floats, place: NDArray[np.int64], *, points: int, model: ModelRules
) -> None:
    """Raises OutweighedError where the rows of one interval weigh as fewer than half the floor's persons.

    Rows of unequal weight are always fewer effective persons than rows: half is what remains of a floor's
    number of them when a few weigh twice as much.
    """
    total = np.bincount(place, weights=weights, minlength=points)
    squares = np.bincount(place, weights=weights**2, minlength=points)
    used = squares > 0
    if model.floor > 1 and (total[used] ** 2 / squares[used] < model.floor / 2).any():
        raise OutweighedError(_("Les poids de ce tour ne laissent compter que peu de patients."))


def check_residuals(residuals: Floats, *, model: ModelRules) -> None:
    """Raises OutweighedError where the score is that of fewer effective persons than the floor."""
    squares = float((residuals**2).sum())
    if model.floor > 1 and squares > 0 and float(np.abs(residuals).sum()) ** 2 / squares < model.floor:
        raise OutweighedError(_("Le score de ce tour n’est celui que de peu de patients."))


def check_leverage(
    matrix: Floats,
    weights: Floats,
    information: Floats,
    *,
    model: ModelRules,
    centre: Floats | None = None,
    furthest: Floats | None = None,
) -> None:
    """Raises OutweighedError: h = w xᵀ(XᵀWX)⁻¹x of each row stays under a half.

    A column that is empty here, or given by others, has no leverage of its own: what is left of the matrix
    decides. `centre` is what each column is less, and `furthest` its largest absolute value then, where that
    is known.
    """
    if model.floor == 1:
        return
    if find_leverage(matrix, weights, information, centre=centre, furthest=furthest) > MOST_LEVERAGE:
        raise OutweighedError(_("Un patient décide à lui seul d’un coefficient."))


def find_leverage(
    matrix: Floats,
    weights: Floats,
    information: Floats,
    *,
    centre: Floats | None = None,
    furthest: Floats | None = None,
) -> float:
    """The greatest leverage of a row, or what it is under at most where that is little enough.

    The squared length of a row over the least eigenvalue bounds its leverage, and the lengths of the furthest
    value of each column bound that of any row. Most models need no more than that, which reads no row.
    """
    used = np.diag(information) > 0
    size = np.sqrt(np.diag(information)[used])
    values, vectors = np.linalg.eigh(information[np.ix_(used, used)] / np.outer(size, size))
    own = values > len(values) * values[-1] * _RIDGE
    if furthest is not None:
        bound = float(weights.max() * ((furthest[used] / size) ** 2).sum() / values[own][0])
        if bound <= MOST_LEVERAGE:
            return bound
    less = np.zeros(matrix.shape[1]) if centre is None else centre
    project = np.zeros((matrix.shape[1], len(size)))
    project[used, np.arange(len(size))] = 1 / size
    if (bound := _find_longest(matrix, weights, less, project) / values[own][0]) <= MOST_LEVERAGE:
        return bound
    return _find_longest(matrix, weights, less, project @ (vectors[:, own] / np.sqrt(values[own])))


def _find_longest(matrix: Floats, weights: Floats, centre: Floats, project: Floats) -> float:
    """The greatest w ‖Pᵀ(x − c)‖² of a row."""
    greatest = 0.0
    for start in range(0, len(matrix), _BLOCK):
        rows = slice(start, start + _BLOCK)
        projected = (matrix[rows] - centre) @ project
        lengths = np.einsum("ij,ij->i", projected, projected)
        greatest = max(greatest, float((lengths * weights[rows]).max()))
    return greatest


def count_allowed(persons: int, *, unknowns: int) -> int:
    """How many numbers a hospital tells over all rounds: half as many as its rows hold.

    With as many equations as unknowns a system may be solved, whatever the weights were. `unknowns` are the
    numbers that the model reads of each person.
    """
    return persons * unknowns // 2


def list_parts(flags: Floats, persons: NDArray[np.int64]) -> Sequence[NDArray[np.int64]]:
    """The persons of each column of 0 and 1, those of nobody left out."""
    return [found for column in flags.T if len(found := persons[column > 0])]
