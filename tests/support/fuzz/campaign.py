"""A campaign: draw, probe, keep what is new, tell what broke."""

import json
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from maillage.warehouse.engines.base import Engine
from tests.support.fuzz.coverage import Coverage
from tests.support.fuzz.mutate import Mutator, to_bytes
from tests.support.fuzz.probe import Outcome, probe


@dataclass
class Report:
    """What a campaign did. `failures` maps the place of a failure to the smallest input that reached it."""

    executions: int = 0
    compiled: int = 0
    kept: int = 0
    features: set[object] = field(default_factory=set[object])
    failures: dict[str, bytes] = field(default_factory=dict[str, bytes])
    outcomes: Counter[str] = field(default_factory=Counter[str])
    slowest: float = 0.0
    lines: int = 0


class Campaign:
    """Documents that reach something new join the corpus, and are changed further."""

    def __init__(self, seeds: Sequence[Any], *, engine: Engine, seed: int, guided: bool = True) -> None:
        self.report = Report()
        self._engine = engine
        self._random = Random(seed)
        self._mutator = Mutator(self._random)
        self._corpus = list(seeds)
        self._coverage = Coverage() if guided else None
        for document in seeds:
            self._mutator.learn(document)

    def run(self, *, more: Callable[[Report], bool]) -> Report:
        """Go on while `more` says so; the seeds come first."""
        for document in list(self._corpus):
            if more(self.report):
                self._try(document, to_bytes(document))
        while more(self.report):
            # Recent finds lead to new ones more often than seeds do.
            recent = self._corpus[-40:] if self._random.random() < 0.4 else self._corpus
            parent = self._random.choice(recent)
            document = self._mutator.change(parent, times=self._random.choice((1, 1, 2, 3, 6)))
            data = to_bytes(document)
            broken = self._random.random() < 0.05
            self._try(document, self._mutator.break_bytes(data) if broken else data)
        return self.report

    def _try(self, document: Any, data: bytes) -> None:
        report = self.report
        report.executions += 1
        begun = time.process_time()
        try:
            outcome = self._probe(data)
        except Exception as error:  # noqa: BLE001 - whatever comes here is what is looked for
            where = name_failure(error)
            report.outcomes["failed"] += 1
            if where not in report.failures or len(data) < len(report.failures[where]):
                report.failures[where] = data
            return
        report.slowest = max(report.slowest, time.process_time() - begun)
        report.compiled += outcome.compiled
        report.outcomes["compiled" if outcome.compiled else "refused"] += 1
        self._keep(document, outcome)

    def _probe(self, data: bytes) -> Outcome:
        deep = self._random.random() < 0.15
        if self._coverage is None:
            return probe(data, engine=self._engine, random=self._random, deep=deep)
        before = len(self._coverage.lines)
        with self._coverage.watching():
            found = probe(data, engine=self._engine, random=self._random, deep=False)
        grown = len(self._coverage.lines) > before
        self.report.lines = len(self._coverage.lines)
        if grown or deep or not found.features <= self.report.features:
            probe(data, engine=self._engine, random=self._random, deep=True)
        return Outcome(found.compiled, found.features | ({len(self._coverage.lines)} if grown else set()))

    def _keep(self, document: Any, outcome: Outcome) -> None:
        if outcome.features <= self.report.features:
            return
        self.report.features |= outcome.features
        self.report.kept += 1
        if len(json.dumps(document)) < 20_000:
            self._corpus.append(document)
            self._mutator.learn(document)


def name_failure(error: Exception) -> str:
    """The kind of an error and the deepest place of ours that it went through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/maillage/" in frame.filename]
    place = f"{frames[-1].filename.rpartition('/maillage/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {place} {str(error)[:160]}"
