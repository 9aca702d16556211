"""Small lists made for tests, and the release that they make."""

from collections.abc import Mapping
from pathlib import Path

from maillage.warehouse.vocabulary.build import build_release
from maillage.warehouse.vocabulary.release import Release

CIM10 = """\
code,type,ssr,psy,short,long
E11,3,NNNN,3,DIABETE TYPE 2,Diabète sucré de type 2
E119,3,NNNN,3,"DIABETE TYPE 2, SANS COMPLIC.","Diabète sucré de type 2, sans complication"
E1190,0,NOOO,0,,"Diabète sucré de type 2 insulinotraité, sans complication"
B24,3,NNNN,3,VIH,"Maladie due au VIH, sans précision"
B24+0,0,NOOO,0,,Pré-SIDA
K35,3,NNNN,3,APPENDICITE AIG.,Appendicite aiguë
K350,3,NNNN,3,,*** SU11 *** Appendicite avec péritonite
"""
DRUGS = '{"A10BA02": ["GLUCOPHAGE", "STAGID", "metformine"], "N02BE01": ["DOLIPRANE", "paracetamol"]}'
CCAM = "CDE;S;LIBC\nHHQE002;;Coloscopie totale\nDEQP003;;Électrocardiogramme\n"
LISTS: dict[str, str] = {"cim10.csv": CIM10, "drugs.json": DRUGS, "ccam_utf8.csv": CCAM}


def write_lists(folder: Path, lists: Mapping[str, str] = LISTS) -> Path:
    """A folder of lists."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in lists.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def make_release(
    folder: Path,
    *,
    lists: Mapping[str, str] = LISTS,
    version: str = "2026.11",
    former: Release | None = None,
) -> Release:
    """The release that these lists make, in `folder/version`."""
    source = write_lists(folder / f"lists-{version}", lists)
    before = None if former is None else former.folder
    return build_release([str(source)], target=folder / version, version=version, former=before).release
