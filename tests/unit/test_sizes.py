"""Amounts of memory, as a hospital's engineer types them."""

from pathlib import Path

import pytest

from maillage.base.sizes import SizeError, read_size, spell_size
from maillage.cli.main import run
from maillage.node.settings import WarehouseSettings
from maillage.warehouse.place import FilePlace
from tests.support.omop import people, write_folder


@pytest.mark.parametrize(
    ("text", "size", "spelled"),
    [
        ("8Go", 8_000_000_000, "8GB"),
        ("8 GB", 8_000_000_000, "8GB"),
        ("8gb", 8_000_000_000, "8GB"),
        ("8Gio", 8 * 1024**3, "8GiB"),
        ("1,5 Go", 1_500_000_000, "1.5GB"),
        ("1.5\u202fTiB", 1_649_267_441_664, "1.5TiB"),
        ("512 Mo", 512_000_000, "512MB"),
        ("64Ko", 64_000, "64KB"),
        ("100o", 100, "100B"),
    ],
)
def test_french_and_english_units_say_the_same(text: str, size: int, spelled: str) -> None:
    assert (read_size(text), spell_size(text)) == (size, spelled)
    assert read_size(spelled) == size


@pytest.mark.parametrize("text", ["8", "lots", "0Go", "-1GB", "8 Gogo", "1e3MB", "Go", "", "٨Go"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(SizeError) as caught:
        read_size(text)
    assert "8Go" in caught.value.remedy


def test_the_command_line_takes_french_units_and_tells_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_folder(tmp_path / "omop", {"person": people(1)})
    load = ["warehouse", "load", str(source), "--to", str(tmp_path / "w.duckdb"), "--memory"]
    assert run([*load, "1 Go"]) == 0
    assert run([*load, "beaucoup"]) == 2
    assert "« beaucoup »" in capsys.readouterr().err


def test_settings_take_french_units_and_tell_a_mistake() -> None:
    place = WarehouseSettings(path="w.duckdb", memory_limit="4 Go").place(Path("/srv"))
    assert place == FilePlace(path=Path("/srv/w.duckdb"), memory_limit="4GB")
    with pytest.raises(ValueError, match="8Go"):
        WarehouseSettings(path="w.duckdb", memory_limit="-4")
