"""JSON, for programs: the structure itself."""

import json
from dataclasses import asdict

from maillage.cohort.explain.structure import Explanation


def as_json(explanation: Explanation) -> str:
    """The fields of the structure under their own names."""
    return json.dumps(asdict(explanation), ensure_ascii=False, indent=2) + "\n"
