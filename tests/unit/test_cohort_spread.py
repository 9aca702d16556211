"""Work in several sessions at once: all of it is done, and the first error ends it."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Event

import pytest
from sqlglot import exp, parse_one

from maillage.cohort.spread import each_done
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.errors import QueryInterruptedError
from tests.support.omop import load_tables, people


def query(sql: str) -> exp.Query:
    tree = parse_one(sql, dialect="duckdb")
    assert isinstance(tree, exp.Query)
    return tree


ENDLESS = query(
    "SELECT count(*) FROM GENERATE_SERIES(1, 1000000) AS a(x), GENERATE_SERIES(1, 1000000) AS b(x) "
    "WHERE hash(a.x + b.x) = 3"
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[DuckDBEngine]:
    """With three threads, so three sessions."""
    with open_warehouse(load_tables(tmp_path, {"person": people(1)}), threads=3) as opened:
        yield opened


def test_every_item_is_served_once_and_in_several_sessions(engine: DuckDBEngine) -> None:
    together = Barrier(3)
    served: list[tuple[int, Engine]] = []

    def work(item: int, session: Engine) -> None:
        if item < 3:
            together.wait(60)
        assert session.create_temp(f"item_{item}", query(f"SELECT {item} AS item")) == 1
        served.append((item, session))

    assert sorted(each_done(range(30), work, engine=engine)) == list(range(30))
    assert sorted(item for item, _session in served) == list(range(30))
    assert len({id(session) for item, session in served if item < 3}) == 3


def test_an_error_stops_what_runs_and_what_waits(engine: DuckDBEngine) -> None:
    begun, interrupted = Event(), Event()
    ended: list[int] = []

    def work(item: int, session: Engine) -> None:
        match item:
            case 0:
                begun.set()
                try:
                    session.fetch(ENDLESS)
                except QueryInterruptedError:
                    interrupted.set()
                    raise
            case 1:
                begun.wait(60)
                raise ValueError("wrong")
            case _:
                interrupted.wait(60)
                ended.append(item)

    with pytest.raises(ValueError, match="wrong"):
        list(each_done(range(100), work, engine=engine))
    assert interrupted.is_set()
    # The two sessions that were free had one each: no other began.
    assert set(ended) <= {2, 3}
