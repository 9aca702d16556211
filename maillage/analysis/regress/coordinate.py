"""The hub's half of regress: Newton's rounds over hospitals, and the model that comes of them."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from maillage.analysis.base import Contribution
from maillage.analysis.contributors import choose_contributors
from maillage.analysis.errors import ContentError
from maillage.analysis.glm.families import FAMILIES, Floats
from maillage.analysis.glm.fitting import find_centre, uncentre
from maillage.analysis.glm.newton import Fit, ModelTrouble, Request, Steps, Trouble, iterate
from maillage.analysis.glm.sums import Sums, add_sums
from maillage.analysis.glm.triangles import unfold
from maillage.analysis.regress.document import (
    describe_asked,
    describe_fits,
    describe_pooled,
    describe_trouble,
    describe_who,
)
from maillage.analysis.regress.opening import Opened, read_opening
from maillage.analysis.regress.spec import RegressParameters, RegressSums
from maillage.analysis.rounds import Coordinator, Documents, read_told
from maillage.base.i18n import _

Places = NDArray[np.int64]


@dataclass
class Group:
    """Hospitals that share one fit. `slots` is where a hospital's own coefficients lie among the group's.

    `running` is None once the fit is done, or there is trouble; `asked` is the round that it waits for.
    """

    members: Sequence[Opened]
    slots: Mapping[str, Places]
    centre: Floats
    running: Steps | None
    asked: Request | None = None
    fit: Fit | None = None
    trouble: ModelTrouble | None = None
    names: Sequence[str] = field(default=())


def coordinate(
    parameters: BaseModel,
    openings: Mapping[str, Contribution],
    *,
    floor: int,
    minimum_sites: int,
) -> Coordinator:
    """The rounds of one model, or of one model a hospital. Raises ContentError."""
    asked = cast("RegressParameters", parameters)
    opened = {
        site: read_opening(site, one, floor=floor, asked=asked) for site, one in sorted(openings.items())
    }
    chosen = choose_contributors(opened, minimum_sites=minimum_sites)
    who, model = describe_who(opened, chosen=chosen), describe_asked(asked)
    least = 2 if asked.hospitals.startswith("random") else 1
    if len(chosen) < least:
        return who | {"figures": model | describe_trouble(None)}
    groups = make_groups(asked, chosen)
    yield from _run(groups, asked)
    return who | {"figures": model | _conclude(groups, asked, chosen=chosen)}


def make_groups(asked: RegressParameters, chosen: Sequence[Opened]) -> list[Group]:
    """One group of all hospitals, or one of each where their fits are pooled afterwards."""
    if asked.hospitals.startswith("random"):
        return [_make_group(asked, [one]) for one in chosen]
    return [_make_group(asked, chosen)]


def _make_group(asked: RegressParameters, members: Sequence[Opened]) -> Group:
    """The coefficients are the first hospital's intercept, the columns', then the other hospitals'
    intercepts.
    """
    size = len(asked.columns)
    own = members[1:] if asked.hospitals == "fixed" else []
    total = size + len(own)
    persons = sum(one.persons for one in members)
    centre = find_centre([np.array(one.content.totals) for one in members], persons=persons)
    start = np.zeros(total)
    first = FAMILIES[asked.family].start(_rate(members))
    start[[0, *range(size, total)]] = first
    running = iterate(
        start=start,
        persons=persons,
        has_scale=FAMILIES[asked.family].has_scale,
        robust=asked.robust,
        most=asked.rounds,
    )
    slots = {one.site: np.arange(size) for one in members}
    for place, one in enumerate(own):
        slots[one.site] = np.r_[size + place, 1:size]
    names = [column.name for column in asked.columns] + [one.site for one in own]
    return Group(members, slots, centre, running, next(running), names=names)


def _rate(members: Sequence[Opened]) -> float:
    exposure = sum(one.content.exposure for one in members)
    return sum(one.content.outcome for one in members) / exposure if exposure > 0 else 0.0


def _run(groups: Sequence[Group], asked: RegressParameters) -> Generator[Documents, Documents, None]:
    """Rounds of all groups at once, until none waits for one."""
    while waiting := [group for group in groups if group.asked is not None]:
        told = yield {one.site: _write_round(group, one.site) for group in waiting for one in group.members}
        for group in waiting:
            _advance(group, told, asked=asked)


def _write_round(group: Group, site: str) -> Mapping[str, Any]:
    request = cast("Request", group.asked)
    return {
        "beta": request.beta[group.slots[site]].tolist(),
        "centre": group.centre.tolist(),
        "final": request.final,
    }


def _advance(group: Group, told: Documents, *, asked: RegressParameters) -> None:
    request, running = cast("Request", group.asked), cast("Steps", group.running)
    sums = add_sums(
        [
            _place(
                _read_sums(told[one.site], asked, robust=request.final and asked.errors != "model"),
                group.slots[one.site],
                total=len(request.beta),
            )
            for one in group.members
        ]
    )
    try:
        group.asked = running.send(sums)
    except StopIteration as end:
        group.asked, group.fit = None, end.value
    except ModelTrouble as trouble:
        group.asked, group.trouble = None, trouble


def _read_sums(document: Mapping[str, Any], asked: RegressParameters, *, robust: bool) -> Sums:
    found: RegressSums = read_told(document, model=RegressSums)
    size = len(asked.columns)
    expected = (size * (size + 1) // 2, size)
    if (len(found.information), len(found.score)) != expected or robust != (found.meat is not None):
        raise ContentError(_("L’hôpital a répondu d’un autre modèle que celui de la question."))
    meat = None if found.meat is None else unfold(found.meat, size=size)
    return Sums(unfold(found.information, size=size), np.array(found.score), found.deviance, meat)


def _place(sums: Sums, slots: Places, *, total: int) -> Sums:
    """A hospital's sums where its own coefficients lie among the group's."""
    grid = np.ix_(slots, slots)

    def spread(matrix: Floats) -> Floats:
        wide = np.zeros((total, total))
        wide[grid] = matrix
        return wide

    score = np.zeros(total)
    score[slots] = sums.score
    meat = None if sums.meat is None else spread(sums.meat)
    return Sums(spread(sums.information), score, sums.deviance, meat)


def _conclude(
    groups: Sequence[Group], asked: RegressParameters, *, chosen: Sequence[Opened]
) -> dict[str, Any]:
    failed = next((group for group in groups if group.trouble is not None), None)
    if failed is not None:
        trouble = cast("ModelTrouble", failed.trouble)
        return describe_trouble(trouble, names=failed.names)
    fits = [_finish(group, asked) for group in groups]
    describe: Callable[..., dict[str, Any]] = describe_fits if len(fits) == 1 else describe_pooled
    return describe(asked, fits=fits, members=chosen)


def _finish(group: Group, asked: RegressParameters) -> Fit:
    """In the columns' own units; with fixed effects, other hospitals' intercepts less the first one's."""
    fit = cast("Fit", group.fit)
    size, total = len(asked.columns), len(fit.beta)
    change = np.eye(total)
    change[size:, 0] = -1.0
    contrast = Fit(
        change @ fit.beta,
        change @ fit.covariance @ change.T,
        np.linalg.inv(change).T @ fit.information @ np.linalg.inv(change),
        fit.deviance,
        fit.scale,
        fit.rounds,
    )
    return uncentre(contrast, np.r_[group.centre, np.zeros(total - size)])


__all__ = ["Trouble", "coordinate"]
