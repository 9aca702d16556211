"""CCAM: the first letter of an act says its organ system; lists are read by the general form of `plain`."""

from collections.abc import Iterator

from maillage.warehouse.vocabulary.codes import Code, Key
from maillage.warehouse.vocabulary.sources.plain import Form
from maillage.warehouse.vocabulary.sources.tables import read_table

NAME = "CCAM"
FORM = Form(NAME, domain="Procedure", kind="Acte", standard="S", parent=lambda code: code[:1])


def read_plan() -> Iterator[Code]:
    """The organ systems."""
    for record in read_table("ccam_plan.csv"):
        yield Code(
            key=Key(NAME, record["code"]),
            name=record["name"],
            domain="Procedure",
            kind="Grand appareil",
            standard="C",
            origin=f"ccam_plan.csv/{record['code']}",
        )
