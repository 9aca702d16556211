"""A stopped query on Spark, in a process of its own: its engine is closed, and nothing goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.in_place import write_objections
from tests.support.omop import load_tables, people
from tests.support.spark import export_parquet, need_java

pytestmark = pytest.mark.xdist_group("conformance-spark")

ROOT = Path(__file__).parent.parent.parent
ASK_FOREVER = """
import sys, threading
from pathlib import Path

import psutil
from sqlglot import parse_one

from maillage.warehouse.engines.spark import open_spark
from maillage.warehouse.errors import QueryInterruptedError
from tests.support.spark import quick_place

engine = open_spark(quick_place(Path(sys.argv[1]), objections=Path(sys.argv[2])))
values = ", ".join(map(str, range(200)))
many = " CROSS JOIN ".join(f"(SELECT EXPLODE(ARRAY({values})) AS x) AS t{n}" for n in range(5))
endless = parse_one(f"SELECT sum(t0.x + t1.x + t2.x + t3.x * t4.x) AS s FROM {many}", dialect="spark")
# One order, given while the query is still planned: there is no job yet that it could cancel.
threading.Timer(0.05, engine.interrupt).start()
try:
    engine.fetch(endless)
except QueryInterruptedError:
    print("interrupted")
engine.close()
print([child.name() for child in psutil.Process().children(recursive=True)])
"""


def test_a_stopped_engine_leaves_nothing_behind(tmp_path: Path) -> None:
    need_java()
    data = export_parquet(load_tables(tmp_path, {"person": people(1, 2, 3)}), tmp_path / "data")
    objections = write_objections(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", ASK_FOREVER, str(data), str(objections)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    assert done.stdout.split("\n")[:2] == ["interrupted", "[]"]
