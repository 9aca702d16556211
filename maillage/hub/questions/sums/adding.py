"""The sum: masked numbers added, masks lifted, cells read. No hospital's own number is ever among these."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from maillage.analysis.base import SumQuestion
from maillage.analysis.registry import find_spec, load_additive, read_parameters
from maillage.base.canon import canonical_bytes
from maillage.disclosure.fixed_point import decode_summands
from maillage.disclosure.masking import Numbers, Reveal, Session, unmask
from maillage.hub.questions.contents import read_content
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.sums.room import Room


def add_up_terms(room: Room, *, floor: int) -> str:
    """The combined document, canonical JSON. Raises MaskingError or ContentError for what cannot be a sum."""
    session, survivors = room.session, room.session.survivors
    question = Question.objects.only("analysis", "parameters", "asked_at").get(id=session.question_id)
    keys = {site: bytes.fromhex(offer["key"]) for site, offer in session.offers.items()}
    total = unmask(
        {site: np.frombuffer(bytes.fromhex(room.terms[site].numbers), dtype="<u8") for site in survivors},
        reveals={site: _read_reveal(room.tasks[site]) for site in survivors},
        session=Session(session.question_id, keys, session.least),
    )
    document = _assemble(total, question=question, sites=survivors, floor=floor)
    repeated = [site for site in survivors if room.tasks[site].repeated]
    return canonical_bytes(document | {"repeated": repeated}).decode()


def _assemble(total: Numbers, *, question: Question, sites: Sequence[str], floor: int) -> dict[str, Any]:
    analysis = question.analysis["id"]
    asked = SumQuestion(read_parameters(find_spec(analysis), question.parameters), question.asked_at.year)
    additive = load_additive(analysis)
    summands = decode_summands(total, amounts=additive.count_amounts(asked), hospitals=len(sites))
    return additive.assemble(summands, question=asked, sites=sites, floor=floor)


def _read_reveal(task: Task) -> Reveal:
    content = read_content(task)
    shared = {site: bytes.fromhex(seed) for site, seed in content["shared"].items()}
    return Reveal(own=bytes.fromhex(content["own"]), shared=shared)
