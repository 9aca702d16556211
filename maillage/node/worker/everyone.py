"""Everybody whom the open warehouse shows: their number is public, so that the guard compares with them."""

import time
from collections.abc import Callable

from sqlglot import exp

from maillage.disclosure.gates import Persons
from maillage.disclosure.persons import PersonSet
from maillage.warehouse.engines.base import Engine

Ranker = Callable[[Persons], PersonSet]

IN_PLACE_SECONDS = 600.0
"""How long the set serves where patients arrive in an open session. What is public is a number at a date."""


class Everyone:
    """Read at the first question of a session, then kept: another file or objection begins another session.

    `seconds` None means that nobody can arrive in an open session, as in a file of our own.
    """

    def __init__(self, engine: Engine, *, seconds: float | None) -> None:
        self._engine = engine
        self._seconds = seconds
        self._read_at = 0.0
        self._ids: Persons | None = None
        self._set: PersonSet | None = None

    def read(self) -> Persons:
        """Their ids. Raises as the engine's `fetch_integers` does."""
        now = time.monotonic()
        late = self._seconds is not None and now - self._read_at > self._seconds
        if self._ids is None or late:
            (self._ids,) = self._engine.fetch_integers(exp.select("person_id").from_("person"))
            self._read_at, self._set = now, None
        return self._ids

    def rank(self, rank: Ranker) -> PersonSet:
        """Their set, by ranks. Raises as `read` does."""
        ids = self.read()
        if self._set is None:
            self._set = rank(ids)
        return self._set
