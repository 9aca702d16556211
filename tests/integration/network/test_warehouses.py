"""Warehouse files that are absent, cut or of another version: that hospital says so, the others answer."""

import shutil
from pathlib import Path

import duckdb
import pytest

from maillage.warehouse.layout import METADATA_TABLE
from tests.support.breakable import Network, check_answered_once, check_total, site_of

pytestmark = pytest.mark.xdist_group("breakable")

UNAVAILABLE = "L’entrepôt de cet hôpital n’est pas disponible."
OTHER_VERSION = "L’entrepôt de cet hôpital est d’une autre version."


def raise_version(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"UPDATE {METADATA_TABLE} SET value = '999' WHERE name = 'layout_version'")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.long
def test_a_broken_warehouse_fails_with_its_reason_and_is_asked_again_once_mended(network: Network) -> None:
    absent, cut_short, other = (network.node(site).warehouse for site in ("absent", "coupe", "version"))
    absent.unlink()
    cut(cut_short)
    raise_version(other)
    network.start("coupe", "version")
    network.start("absent", health="warehouse_missing")

    question = network.ask("absent", "coupe", "nord", "version")
    result = network.wait_complete(question)
    told = {site.id: (site.status, site.sentence, site.persons) for site in result.sites}
    assert told.pop("nord")[0] == "answered"
    assert told == {
        "absent": ("failed", UNAVAILABLE, None),
        "coupe": ("failed", UNAVAILABLE, None),
        "version": ("failed", OTHER_VERSION, None),
    }
    check_total(result, "nord")
    check_answered_once(network, question)

    for broken in (absent, cut_short, other):
        _replace(broken, by=network.node("nord").warehouse)
    network.wait_heard("absent")
    mended = network.wait_complete(network.ask("absent", "coupe", "nord", "version"))
    check_total(mended, "absent", "coupe", "nord", "version")

    # Cut while the node has it open, as a copy that fails half-way does.
    cut(cut_short)
    again = network.wait_complete(network.ask("coupe", "nord", "sud"))
    assert (site_of(again, "coupe").status, site_of(again, "coupe").sentence) == ("failed", UNAVAILABLE)
    check_total(again, "nord", "sud")
    network.verify("absent", "coupe", "version")


def _replace(path: Path, *, by: Path) -> None:
    """Put another file there at once, as a load does."""
    new = path.with_suffix(".new")
    shutil.copy(by, new)
    new.replace(path)
