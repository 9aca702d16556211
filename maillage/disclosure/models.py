"""What a model may tell of the persons whom it is fitted on: before its first round, and at each (S4).

The sums of a round are numbers that many persons make. Three things make one person readable in them: a table
inside them, for XᵀWX holds the count of each level and of each pair of levels; a person who outweighs the
others, by values far from all others' or by coefficients chosen so that the others' weights vanish; and more
equations than unknowns, when rounds are asked without end. Each has its rule here.

A number is no way round the rules of levels. One of few values is a factor under another name, and where most
persons have one and the same value, those who have another are a level. So it is for whatever is read of a
person: covariates, outcome, offset, weight.
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
_Persons = NDArray[np.int64]

MOST_LEVERAGE = 0.5
"""Of a fitted value, the share that is the person's own: past it the model repeats that person."""
MOST_LEVELS = 5
"""A number of so few values is a factor: its sum and its sum of squares tell how many have each."""
_GLANCE = 1_000
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

    Each is 1 for at least the floor's number of persons, and 0 likewise: nobody is too few, or a refusal
    would tell that there is somebody. A cell of the table of any two may be of nobody: two levels of one
    factor have one, and so has a disease of one sex.
    """
    yes = flags.sum(axis=0)
    is_empty = model.floor > 1 and bool(((yes == 0) | (yes == len(flags))).any())
    if is_empty or has_rare_cells(flags, floor=model.floor):
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


def indicate_levels(numbers: Floats) -> Floats:
    """A column of 0 and 1 for each value of the numbers that have at most `MOST_LEVELS`; n × their number."""
    found = [column == value for column in numbers.T for value in _list_values(column)]
    return np.array(found, dtype=np.float64).reshape(-1, len(numbers)).T


def _list_values(column: Floats) -> list[float]:
    """The values of a column of few, all but the least, which the others tell; none of a column of many."""
    if len(np.unique(column[:_GLANCE])) > MOST_LEVELS:
        return []
    values = np.unique(column)
    return values[1:].tolist() if len(values) <= MOST_LEVELS else []


def check_spread(numbers: Floats, *, model: ModelRules) -> None:
    """Raises RareLevelError where too few have another value than the middle one; n × columns.

    By their effective number, (Σd)² / Σd² of the distances to the median (Kish, *Survey Sampling*, 1965): two
    persons far away are two, however many lie a little beside it. Nobody is too few here as well.
    """
    if model.floor == 1:
        return
    apart = np.abs(numbers - np.median(numbers, axis=0))
    total, squares = apart.sum(axis=0), np.einsum("ij,ij->j", apart, apart)
    if (total**2 < model.floor * squares).any() or (squares == 0).any():
        raise RareLevelError(_("Trop peu de patients ont une autre valeur que tous les autres."))


def check_crossings(numbers: Floats, flags: Floats, *, model: ModelRules) -> None:
    """Raises RareLevelError, OutweighedError: what a number adds up to within a level is of enough persons.

    Where more than half of all have one value, those with another are counted: in a level, and in its rest,
    they are nobody or enough, and so with those of another such number. The sum is made by half the floor's
    number of effective persons at least, as in `check_interval_weights`.
    """
    if model.floor == 1:
        return
    middle = np.median(numbers, axis=0)
    apart = (numbers != middle)[:, (numbers == middle).mean(axis=0) > 0.5].astype(np.float64)
    within, both = apart.T @ flags, apart.T @ apart
    cells = np.concatenate([cell.ravel() for cell in (within, apart.sum(axis=0)[:, None] - within, both)])
    if ((cells > 0) & (cells < model.floor)).any():
        raise RareLevelError(_("Un niveau ou un croisement de deux niveaux a trop peu de patients."))
    for side in (flags, 1 - flags):
        sums, squares = np.abs(numbers).T @ side, (numbers**2).T @ side
        if (sums**2 < model.floor / 2 * squares).any():
            raise OutweighedError(_("Un ou deux patients font presque toute une somme."))


def list_limits(numbers: Floats, persons: _Persons, *, model: ModelRules) -> Sequence[_Persons]:
    """The persons who have the least value of a number, or the greatest, where they are enough.

    Who is held to a limit is a set that another limit would make a little larger.
    """
    if model.floor == 1:
        return ()
    ends = [column == limit(column) for column in numbers.T for limit in (np.min, np.max)]
    return [persons[end] for end in ends if end.sum() >= model.floor]


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


def list_parts(flags: Floats, persons: _Persons) -> Sequence[_Persons]:
    """The persons of each column of 0 and 1, those of nobody left out."""
    return [found for column in flags.T if len(found := persons[column > 0])]
