"""What a hospital's content must be before it is kept, and how contents become the group's answer.

The arithmetic and the disclosure rules are the analysis's own (`analysis.count.combine`); here is only the
choice of what may go into them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.errors import ContentError
from maillage.analysis.registry import load_combine, load_withholding
from maillage.base.canon import read_json
from maillage.base.i18n import _
from maillage.disclosure import Suppressed, Suppression, cell_to_json
from maillage.exchange.result import Partial
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.states import FINAL, TaskState
from maillage.hub.settings import HubSettings

ANSWER_REJECTED = "answer_rejected"
"""The hub's own reason: the hospital answered, and its content broke the form or the floor."""

AWAITING_OTHERS = "awaiting_others"
"""Why a hospital is left out of a total that is still growing."""

NEVER = 1_000_000
"""So many hospitals are in no group: those that are only in a total are in none."""

_MAX_CONTENT_BYTES = 4_000_000


def check_partial(
    partial: Partial,
    *,
    analysis: Mapping[str, Any],
    steps: int,
    floor: int,
    parts: Sequence[str] = (),
) -> None:
    """Raises ContentError: another program, a floor under the network's, or a content of another form.

    `steps` is how many the question has: its inclusion rules and its entry event. `parts` are the analyses of
    a joint question, in order.
    """
    if partial.analysis.model_dump() != analysis:
        raise ContentError(_("La réponse vient d’un autre programme que celui de la question."))
    if partial.floor < floor:
        raise ContentError(_("Le seuil de l’hôpital est inférieur à celui du réseau."))
    alone = Contribution(partial.content, shown_alone=True)
    combined = load_combine(analysis["id"])({partial.site: alone}, floor=floor, minimum_sites=1)
    joined = partial.content["parts"] if parts else ()
    if [part["analysis"] for part in joined] != [*parts]:
        raise ContentError(_("L’hôpital n’a pas répondu aux analyses de la question."))
    # A hospital that counts other criteria than the question's would break the total of all the others; and
    # an analysis has no steps, or as many as the question.
    told = [(partial.content, combined)]
    told += [
        (part["content"] or {}, whole["document"])
        for part, whole in zip(joined, combined.get("parts", ()), strict=True)
    ]
    if any("steps" in whole and len(one.get("steps", ())) != steps for one, whole in told if one):
        raise ContentError(_("L’hôpital n’a pas compté les critères d’inclusion de la question."))


def combine(
    question: Question,
    tasks: Iterable[Task],
    *,
    settings: HubSettings,
    masks: Collection[str] = (),
) -> dict[str, Any]:
    """The group's answer so far; what `masks` names is hidden in each hospital's part of it.

    A hospital that agreed only to be inside a total is added when no other is awaited: watching a total
    grow by one hospital at a time would give each of them away.
    """
    tasks = list(tasks)
    answered = [task for task in tasks if task.state == TaskState.ANSWERED]
    settled = all(TaskState(task.state) in FINAL for task in tasks)
    counted = [task for task in answered if settled or task.shown_alone]
    document = load_combine(question.analysis["id"])(
        {
            task.site: Contribution(
                read_content(task, question=question, masks=masks),
                shown_alone=task.shown_alone,
                in_total=None if question.mixed is None else task.site in question.mixed,
            )
            for task in counted
        },
        floor=settings.floor,
        minimum_sites=question.minimum_sites if question.mixed != [] else NEVER,
    )
    if not counted:
        document["persons"] = cell_to_json(Suppressed(Suppression.TOO_FEW_SITES))
    waiting = [{"id": task.site, "why": AWAITING_OTHERS} for task in answered if task not in counted]
    document["left_out"] = [*document["left_out"], *waiting]
    return document


def hide_result() -> dict[str, Any]:
    """What is said of a result that nobody may see yet, or ever."""
    return {
        "persons": cell_to_json(Suppressed(Suppression.WITHHELD)),
        "contributing": [],
        "left_out": [],
        "repeated": [],
    }


def read_content(
    task: Task, *, question: Question | None = None, masks: Collection[str] = ()
) -> Mapping[str, Any]:
    """The content that was kept, less what `masks` names of it; the question says of which analysis."""
    content = read_json(task.content, max_bytes=_MAX_CONTENT_BYTES)
    if not masks or question is None:
        return content
    return load_withholding(question.analysis["id"]).withhold(content, names=masks)
