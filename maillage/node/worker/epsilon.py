"""The ledger of what differentially private answers have cost, and the answers themselves.

A question is known by its analysis, parameters and cohort, never by its persons: that its answer is the same
as before must not tell that the persons are. Asked again it gets the former answer and costs nothing, even
when patients came since; another answer would be told of them. What was written is never given back: a crash
after the line was written may have been after the answer was told.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Any

from maillage.base.canon import canonical_hash
from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.exchange.permit import DifferentialPrivacy
from maillage.node.errors import EpsilonSpentError
from maillage.node.worker.messages import Job
from maillage.node.worker.releases import Releases


class EpsilonLedger:
    """What was spent under one permit, whichever of its editions was in force: by all who ask, or by each."""

    def __init__(self, releases: Releases, *, job: Job, privacy: DifferentialPrivacy) -> None:
        self._releases = releases
        self._job = job
        self._privacy = privacy
        self._requester = job.requester if privacy.per_requester else None
        self._permits = (job.permit, *job.editions)
        self._scope = self._find_scope(job.permit)
        asked = {"id": job.analysis.id, "version": job.analysis.version}
        self._question = canonical_hash(
            {"analysis": asked, "parameters": job.parameters, "cohort": job.cohort}
        )

    def find_former(self) -> Mapping[str, Any] | None:
        """What this question was answered, marked as repeated unless it is this very job that runs again."""
        for scope in map(self._find_scope, self._permits):
            row = self._run("epsilon_answer", scope=scope, question=self._question).fetchone()
            if row is not None:
                job, sealed = row
                content = json.loads(self._releases.unseal(sealed, scope=scope))
                return content if job == self._job.job_id else content | {"repeated": True}
        return None

    def check(self) -> None:
        """Raises EpsilonSpentError when one more question would cost more than is left."""
        if self._spent() + self._price > Fraction(str(self._privacy.epsilon_total)):
            raise EpsilonSpentError(
                _("Le budget de confidentialité de l’autorisation est épuisé."),
                why=_("ε dépensé : {spent}, sur {total}.").format(
                    spent=float(self._spent()), total=self._privacy.epsilon_total
                ),
                remedy=_("Contact : {contact}.").format(contact=self._privacy.contact),
            )

    def spend(self, content: Mapping[str, Any]) -> None:
        """Write down the answer and its cost, on disk before it returns. Raises EpsilonSpentError."""
        connection = self._releases.connection
        with connection:
            # Alone among writers from before the sum is read: a second worker cannot spend the same rest.
            connection.execute("BEGIN IMMEDIATE")
            self.check()
            self._run(
                "spend_epsilon",
                scope=self._scope,
                question=self._question,
                job=self._job.job_id,
                permit=self._job.permit,
                requester=self._job.requester,
                epsilon=str(self._privacy.epsilon_per_question),
                content=self._releases.seal(json.dumps(content).encode(), scope=self._scope),
            )

    @property
    def _price(self) -> Fraction:
        return Fraction(str(self._privacy.epsilon_per_question))

    def _spent(self) -> Fraction:
        """Exact: a hundred times a tenth is ten."""
        rows = [
            row
            for permit in self._permits
            for row in self._run("epsilon_spent", permit=permit, requester=self._requester)
        ]
        return sum((Fraction(epsilon) for (epsilon,) in rows), Fraction(0))

    def _find_scope(self, permit: str) -> str:
        return canonical_hash({"permit": permit, "requester": self._requester})

    def _run(self, name: str, **parameters: object) -> Any:
        return self._releases.connection.execute(_statement(name), parameters)


@dataclass(frozen=True)
class Spent:
    """What one requester's answers have cost under one permit: its name, or its hash as once written."""

    permit: str
    requester: str
    questions: int
    epsilon: float


def list_spent(folder: Path) -> list[Spent]:
    """By permit and requester, in the order of their first answer; nothing is decrypted."""
    path = folder / "releases.sqlite"
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'epsilon'").fetchone():
            return []
        rows = connection.execute(_statement("epsilon_by_requester")).fetchall()
    found: dict[tuple[str, str], list[Fraction]] = {}
    for permit, requester, epsilon in rows:
        found.setdefault((permit, requester), []).append(Fraction(epsilon))
    return [
        Spent(permit, requester, len(each), float(sum(each))) for (permit, requester), each in found.items()
    ]


def _statement(name: str) -> str:
    return load_statements("maillage.node", "sql/epsilon.sql")[name]


def make_table(releases: Releases) -> None:
    """In the file of what was released: the two are restored from one backup or not at all."""
    schema = files("maillage.node").joinpath("sql", "epsilon_schema.sql").read_text(encoding="utf-8")
    releases.connection.executescript(schema)
