"""What docs/warehouse-report.md shows: the schema of the report, and a piece of one as it is drawn."""

import json
import tempfile
from contextlib import closing
from datetime import date
from importlib.resources import files
from pathlib import Path

from maillage.cli.quality import IDENTITY
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.quality.charts import ROW, WIDTH, draw_bars
from maillage.warehouse.quality.document import ReportDocument, write_document
from maillage.warehouse.quality.measure import measure
from maillage.warehouse.quality.page import line_bar
from maillage.warehouse.synthetic import synthesize

SCHEMA = "warehouse-report.schema.json"
PICTURE = "warehouse-report.svg"
_DAY = date(2026, 1, 15)
_PATIENTS = 300
_MARGIN = 12


def write_schema() -> str:
    """docs/reference/warehouse-report.schema.json."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **ReportDocument.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def draw_picture() -> str:
    """docs/reference/warehouse-report.svg: the PMSI lines of an invented hospital."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "invented.duckdb"
        synthesize("hcl", target=target, patients=_PATIENTS)
        with closing(open_warehouse(target)) as engine:
            document = write_document(measure(engine, on=_DAY, identity=IDENTITY))
    lines = [line for line in document.lines if line.item.startswith("2.")]
    chart = draw_bars([line_bar(line) for line in lines], title="PMSI")
    width, height = WIDTH + 2 * _MARGIN, ROW * len(lines) + 2 * _MARGIN
    css = files("maillage.warehouse.quality").joinpath("page.css").read_text(encoding="utf-8")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">\n'
        f"<style>\n{css}</style>\n"
        f'<rect width="{width}" height="{height}" fill="var(--paper)"/>\n'
        f'<svg x="{_MARGIN}" y="{_MARGIN}" width="{WIDTH}" {chart.removeprefix("<svg ")}\n</svg>\n'
    )
