"""A held answer as its checker sees it: who asks what and why, the cells, the rules, the former answers.

It reads the whole definition, so it brings the cohort's language with it: the agent never imports this.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from maillage.analysis.registry import load_withholding
from maillage.base.i18n import _
from maillage.disclosure.evidence import Neighbour, Relation, band_former
from maillage.disclosure.values import cell_to_json
from maillage.exchange.evidence_words import word_rule
from maillage.exchange.release import word_outcome, word_standing
from maillage.exchange.task import Task
from maillage.node import tasks
from maillage.node.decide import open_row
from maillage.node.definition import explain_task, list_rules
from maillage.node.errors import HeldBrokenError, TaskUnknownError
from maillage.node.folder import Node
from maillage.node.permits.documents import list_permits
from maillage.node.release.check import withhold
from maillage.node.release.held import Held, find_held, is_outdated, list_held, list_words, open_held
from maillage.node.release.sealing import Sealed
from maillage.node.store import Store


def list_waiting(store: Store, *, node: Node) -> list[dict[str, Any]]:
    """A line for each held answer, oldest first; no number of it."""
    return [_describe_line(store, node=node, held=held, now=node.clock()) for held in list_held(store)]


def _describe_line(store: Store, *, node: Node, held: Held, now: datetime) -> dict[str, Any]:
    row = tasks.find_task(store, held.task_id)
    task = open_row(row, node=node).task
    return {
        "task_id": held.task_id,
        "standing": held.standing.value,
        "standing_words": word_standing(held.standing),
        "checkers": held.checkers,
        "computed_at": held.computed_at,
        "age_hours": round(held.age(now=now).total_seconds() / 3600, 1),
        "expires_at": row.expires_at,
        "outdated": is_outdated(store, held),
        "requester": task.requester if task else None,
        "permit": task.permit if task else None,
        "title": task.title if task else None,
    }


def describe_held(
    store: Store, *, node: Node, task_id: str, masks: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """All that a checker needs; with `masks`, as the answer would leave once these are hidden.

    Raises TaskUnknownError, ReleaseStateError, HeldBrokenError, WordError.
    """
    held = find_held(store, task_id)
    task = open_row(tasks.find_task(store, task_id), node=node).task
    if task is None:
        raise HeldBrokenError(_("La question de cette réponse ne s’ouvre plus : elle ne sortira pas."))
    sealed = open_held(store, node=node, held=held)
    shown = withhold(sealed.computed, task=task, masks=masks, floor=sealed.network_floor)
    return _describe_line(store, node=node, held=held, now=node.clock()) | {
        "question_id": task.question_id,
        "words": _describe_words(store, held=held),
        "about": _describe_permit(store, sealed=sealed),
        "analysis": {"id": task.analysis.id, "version": task.analysis.version, "parameters": task.parameters},
        "cohort": explain_task(task),
        "cohort_hash": task.cohort_hash,
        "masks": sorted(masks),
        "cells": _describe_cells(task, content=shown.content),
        "rules": _describe_rules(task, sealed=sealed, content=shown.content),
        "differences": [
            _describe_neighbour(store, node=node, neighbour=neighbour, floor=sealed.floor)
            for neighbour in sealed.computed.trace.neighbours
        ],
    }


def _describe_words(store: Store, *, held: Held) -> list[dict[str, Any]]:
    return [
        {
            "by": said.word.by,
            "outcome": said.word.outcome.value,
            "outcome_words": word_outcome(said.word.outcome),
            "masks": sorted(said.word.masks),
            "note": said.word.note,
            "at": said.at,
            "counts": said.round == held.round,
        }
        for said in list_words(store, held.task_id)
    ]


def _describe_permit(store: Store, *, sealed: Sealed) -> dict[str, Any] | None:
    found = next((one for one in list_permits(store) if one.hash == sealed.permit), None)
    if found is None or found.permit is None:
        return None
    return {
        "permit_id": found.permit_id,
        "hash": found.hash,
        "project": found.permit.project,
        "purpose": found.permit.purpose,
    }


def _describe_cells(task: Task, *, content: dict[str, Any]) -> list[dict[str, Any]]:
    found = load_withholding(task.analysis.id).list_cells(content, rules=list_rules(task))
    return [{"name": one.name, "words": one.words, "cell": cell_to_json(one.cell)} for one in found]


def _describe_rules(task: Task, *, sealed: Sealed, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Each rule in a sentence, with the number that came nearest to breaking it."""
    margins = load_withholding(task.analysis.id).find_margins(content)
    trace = sealed.computed.trace
    former = None if trace.former is None else band_former(trace.former)
    return [
        {
            "rule": rule.value,
            "sentence": word_rule(rule, floor=sealed.floor, former=former),
            "nearest": margins.get(rule),
        }
        for rule in trace.rules
    ]


def _describe_neighbour(store: Store, *, node: Node, neighbour: Neighbour, floor: int) -> dict[str, Any]:
    answer = store.row("final_answer", task_id=neighbour.job)
    left = answer is not None and answer["kind"] == "partial"
    masks = (
        sorted({name for said in list_words(store, neighbour.job) for name in said.word.masks})
        if left
        else []
    )
    at = answer["recorded_at"] if answer is not None else ""
    title = _find_title(store, node=node, task_id=neighbour.job)
    return {
        "task_id": neighbour.job,
        "relation": neighbour.relation.value,
        "left": left,
        "at": at,
        "title": title,
        "masks": masks,
        "sentence": _word_neighbour(
            neighbour.relation, floor=floor, title=title, at=at, left=left, masks=masks
        ),
    }


def _word_neighbour(
    relation: Relation, *, floor: int, title: str, at: str, left: bool, masks: Sequence[str]
) -> str:
    sentence = {
        Relation.SAME: _("Mêmes personnes que pour « {title} » ({at})."),
        Relation.NEAR: _(
            "Moins de {floor} personnes d’écart avec « {title} » ({at}), dont le nombre est redonné."
        ),
        Relation.APART: _("Au moins {floor} personnes d’écart avec « {title} » ({at})."),
    }[relation].format(floor=floor, title=title, at=at or "…")
    if not left:
        return sentence + " " + _("Cette réponse-là n’est pas sortie.")
    if masks:
        return sentence + " " + _("Y avaient été masqués : {names}.").format(names=", ".join(masks))
    return sentence


def _find_title(store: Store, *, node: Node, task_id: str) -> str:
    try:
        task = open_row(tasks.find_task(store, task_id), node=node).task
    except TaskUnknownError:
        return task_id
    return (task.title if task else "") or task_id
