"""The whole warehouse is read once a session, and again where patients may arrive in an open one."""

from typing import Any

import numpy as np
from sqlglot import exp

from maillage.disclosure.persons import PersonSet
from maillage.node.worker.everyone import Everyone


class GrowingEngine:
    """Stands for a database in which one more patient has arrived at each look."""

    looks = 0

    def fetch_integers(self, query: exp.Query) -> tuple[Any, ...]:
        assert query.sql() == "SELECT person_id FROM person"
        self.looks += 1
        return (np.arange(50 + self.looks),)


def rank_all(everyone: Everyone, *, times: int = 3) -> list[int]:
    return [len(everyone.rank(PersonSet.of)) for _ in range(times)]


def test_a_file_is_read_once() -> None:
    assert rank_all(Everyone(GrowingEngine(), seconds=None)) == [51, 51, 51]  # pyright: ignore[reportArgumentType]


def test_a_database_is_read_again_when_the_set_has_aged() -> None:
    assert rank_all(Everyone(GrowingEngine(), seconds=0.0)) == [51, 52, 53]  # pyright: ignore[reportArgumentType]
    assert rank_all(Everyone(GrowingEngine(), seconds=600.0)) == [51, 51, 51]  # pyright: ignore[reportArgumentType]
