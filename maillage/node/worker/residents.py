"""Rows that stay in the worker between the rounds of a question: few at a time, and nobody else's."""

from dataclasses import dataclass, field

from maillage.analysis.rounds import Resident

MOST = 2
"""Questions whose rows are kept at once; those of the one longest unused go first, and are read again at
need.
"""


@dataclass
class Residents:
    """By job, the longest unused first."""

    _kept: dict[str, tuple[Resident, str]] = field(default_factory=dict[str, tuple[Resident, str]])

    def keep(self, job_id: str, resident: Resident | None) -> str:
        """Keep the rows of a job; their fingerprint, empty where there are none."""
        self._kept.pop(job_id, None)
        if resident is None:
            return ""
        fingerprint = resident.fingerprint.hex()
        while len(self._kept) >= MOST:
            del self._kept[next(iter(self._kept))]
        self._kept[job_id] = (resident, fingerprint)
        return fingerprint

    def find(self, job_id: str) -> Resident | None:
        """The rows of a job, now the last used."""
        found = self._kept.pop(job_id, None)
        if found is None:
            return None
        self._kept[job_id] = found
        return found[0]

    def fingerprint(self, job_id: str) -> str:
        """That of the rows kept."""
        return self._kept[job_id][1]

    def forget(self, job_id: str) -> None:
        """Give the memory back."""
        self._kept.pop(job_id, None)

    def forget_all(self) -> None:
        """What was read from an engine goes with it."""
        self._kept.clear()
