"""The hub's half of survival: curves at once, and Newton's rounds for the Cox model where there is one."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
from pydantic import BaseModel

from maillage.analysis.base import Contribution
from maillage.analysis.contributors import choose_contributors
from maillage.analysis.errors import ContentError
from maillage.analysis.glm.newton import Fit, ModelTrouble, Request, iterate
from maillage.analysis.glm.sums import Sums, add_sums
from maillage.analysis.glm.triangles import unfold, unfold_all
from maillage.analysis.rounds import Coordinator, Documents, read_told
from maillage.analysis.survival.document import (
    describe_asked,
    describe_curves,
    describe_model,
    describe_trouble,
    describe_who,
)
from maillage.analysis.survival.leaving import add_leaving, share_missed
from maillage.analysis.survival.opening import Opened, read_all
from maillage.analysis.survival.partial import Leavers, Spans, add_up, find_spans
from maillage.analysis.survival.spec import MAX_NUMBERS, StratumSums, SurvivalParameters, SurvivalSums
from maillage.base.i18n import _
from maillage.disclosure.intervals import share_ends


def coordinate(
    parameters: BaseModel,
    openings: Mapping[str, Contribution],
    *,
    floor: int,
    minimum_sites: int,
) -> Coordinator:
    """The curves, then the rounds of the model. Raises ContentError."""
    asked = cast("SurvivalParameters", parameters)
    opened = read_all(openings, floor=floor, asked=asked)
    chosen = choose_contributors(opened, minimum_sites=minimum_sites)
    who, figures = describe_who(opened, chosen=chosen), describe_asked(asked)
    if chosen:
        days = share_ends([one.content.days for one in chosen])
        leaving = add_leaving(chosen, days, until=asked.until)
        figures |= describe_curves(asked, members=chosen, leaving=leaving, days=days)
        if asked.columns:
            spans = find_spans(days, missed=share_missed(leaving), ties=asked.ties)
            figures["model"] = yield from _fit(asked, chosen, days=days, spans=spans)
    return who | {"figures": figures}


def _fit(asked: SurvivalParameters, members: Sequence[Opened], *, days: Sequence[int], spans: Spans) -> Any:
    """Yield rounds; return the model's document."""
    size = len(asked.columns)
    if (
        asked.baseline == "common"
        and len(days) * len(asked.strata_names) * (size + 1) * (size + 2) > MAX_NUMBERS
    ):
        return describe_trouble("too_many_points", [])
    centre = np.sum([one.content.totals for one in members], axis=0) / sum(one.persons for one in members)
    events = sum(one.events for one in members)
    running = iterate(start=np.zeros(len(centre)), persons=events, has_intercept=False, most=asked.rounds)
    common = asked.baseline == "common"
    request, null = next(running), None
    while True:
        document = _write(request, centre=centre, days=days if common else ())
        told: Documents = yield {one.site: document for one in members}
        sums = _read(asked, [told[one.site] for one in members], request, spans=spans)
        null = sums.deviance if null is None else null
        try:
            request = running.send(sums)
        except StopIteration as end:
            return describe_model(asked, fit=cast("Fit", end.value), null=null, events=events)
        except ModelTrouble as trouble:
            names = [column.name for column in asked.columns]
            return describe_trouble(trouble.kind.value, [names[place] for place in trouble.columns])


def _write(request: Request, *, centre: Any, days: Sequence[int]) -> Mapping[str, Any]:
    return {
        "beta": request.beta.tolist(),
        "centre": centre.tolist(),
        "days": list(days),
        "final": request.final,
    }


def _read(
    asked: SurvivalParameters, told: Sequence[Mapping[str, Any]], request: Request, *, spans: Spans
) -> Sums:
    found: list[SurvivalSums] = [read_told(one, model=SurvivalSums) for one in told]
    try:
        if asked.baseline == "hospital":
            return add_sums([_read_own(one, size=len(asked.columns)) for one in found])
        strata = [_read_strata(one, asked, points=len(spans.missed)) for one in found]
    except (TypeError, ValueError) as error:
        raise ContentError(_("L’hôpital a répondu d’un autre modèle que celui de la question.")) from error
    first, *others = strata
    for part in others:
        first = [one + other for one, other in zip(first, part, strict=True)]
    return add_up(first, request.beta, spans=spans)


def _read_own(told: SurvivalSums, *, size: int) -> Sums:
    if told.information is None or told.score is None or told.log_likelihood is None:
        raise ValueError("a hospital with a baseline of its own tells its own likelihood")
    score = np.array(told.score)
    if len(score) != size:
        raise ValueError("another number of columns")
    return Sums(unfold(told.information, size=size), score, -2 * told.log_likelihood)


def _read_strata(told: SurvivalSums, asked: SurvivalParameters, *, points: int) -> list[Leavers]:
    size = len(asked.columns)
    if len(told.strata) != len(asked.strata_names):
        raise ValueError("another number of strata")
    return [_read_leavers(stratum, size=size, points=points) for stratum in told.strata]


def _read_leavers(stratum: StratumSums, *, size: int, points: int) -> Leavers:
    return Leavers(
        np.array(stratum.all0).reshape(points),
        np.array(stratum.all1).reshape(points, size),
        unfold_all(stratum.all2, count=points, size=size),
        np.array(stratum.event0).reshape(points),
        np.array(stratum.event1).reshape(points, size),
        unfold_all(stratum.event2, count=points, size=size),
        np.array(stratum.events, dtype=float).reshape(points),
        np.array(stratum.event_total).reshape(size),
    )
