"""Whether an answer tells anything that its requester was not told before: only that costs a budget."""

from collections.abc import Mapping
from typing import Any


def tells_nothing_new(content: Mapping[str, Any]) -> bool:
    """Whether every number of an analysis's content was told before.

    A whole that repeats brings its years and tables with it, those of the former answer or none; its steps
    are those of this very question, and each may be new. Of several analyses every one must repeat.
    """
    if "parts" in content:
        told = [part["content"] for part in content["parts"] if part["content"] is not None]
        return bool(told) and all(tells_nothing_new(one) for one in told)
    known = frozenset(content.get("repeated_steps", ()))
    steps = enumerate(content.get("steps", ()))
    new = [index for index, cell in steps if "count" in cell and index not in known]
    return bool(content.get("repeated")) and not new
