"""The name of what a batch was read from, and of its folder."""

from pathlib import Path

import pytest

from maillage.base.clock import utc_now
from maillage.warehouse.batches.digest import digest_files
from maillage.warehouse.batches.shelf import Batch


def write(folder: Path, **files: bytes) -> list[Path]:
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def test_the_same_files_have_one_digest_wherever_they_lie_and_in_any_order(tmp_path: Path) -> None:
    here = write(tmp_path / "here", first=b"a", second=b"b" * 1_000_000)
    there = write(tmp_path / "there", second=b"b" * 1_000_000, first=b"a")
    assert digest_files(here, reader="fhir 1") == digest_files(there, reader="fhir 1")


@pytest.mark.parametrize(
    "other",
    [
        {"first": b"a", "second": b"c"},
        {"first": b"a", "third": b"b"},
        {"first": b"b", "second": b"a"},
        {"first": b"a"},
        {"first": b"a", "second": b"b", "third": b""},
    ],
)
def test_another_byte_name_or_file_is_another_digest(tmp_path: Path, other: dict[str, bytes]) -> None:
    paths = write(tmp_path / "one", first=b"a", second=b"b")
    changed = write(tmp_path / "other", **other)
    assert digest_files(paths, reader="fhir 1") != digest_files(changed, reader="fhir 1")


def test_another_version_of_the_reader_reads_anew(tmp_path: Path) -> None:
    paths = write(tmp_path / "one", first=b"a")
    assert digest_files(paths, reader="fhir 1") != digest_files(paths, reader="fhir 2")


@pytest.mark.parametrize("algorithm", ["sha256", "blake3"])
def test_a_batch_keeps_its_folder_whatever_named_it(algorithm: str) -> None:
    batch = Batch("reanimation", "fhir", f"{algorithm}:{'0123456789abcdef' * 4}", utc_now())
    assert batch.folder == "reanimation@0123456789abcdef"


def test_a_digest_without_an_algorithm_names_a_folder_too() -> None:
    assert Batch("initial", "warehouse", "load-0123456789abcdef", utc_now()).folder == (
        "initial@load-0123456789a"
    )
