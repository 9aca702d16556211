"""A node on a disk that fills up: the others answer, the hub is told, its answer comes with the room."""

import os
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.support.breakable import Network, check_answered_once, check_total, site_of

pytestmark = pytest.mark.xdist_group("breakable")

DISK = "2m"


@pytest.fixture
def disk(network: Network, tmp_path: Path) -> Generator[Path]:
    """The folder of the node `disque`, moved to a disk of its own of two megabytes."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = network.node("disque").folder
    kept = shutil.copytree(folder, tmp_path / "kept")
    done = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield folder
    finally:
        if network.is_up("disque"):
            network.running.stop("disque")
        subprocess.run(["/bin/umount", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 512, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue
    return filler


def test_a_full_disk_is_told_and_the_answer_comes_when_there_is_room(network: Network, disk: Path) -> None:
    network.start("disque")
    check_total(network.wait_complete(network.ask("disque", "nord", "sud")), "disque", "nord", "sud")
    filler = fill(disk)
    question = network.ask("disque", "nord", "sud")
    early = network.wait_answered(question, "nord", "sud")
    assert site_of(early, "disque").persons is None
    check_total(early, "nord", "sud")
    network.wait_heard("disque", health="disk_full")
    (line,) = [site for site in network.read_network() if site["id"] == "disque"]
    assert "disque est plein" in line["sentence"]
    assert not network.read(question).complete
    filler.unlink()
    check_total(network.wait_complete(question), "disque", "nord", "sud")
    check_answered_once(network, question)
    network.wait_heard("disque")
    network.verify("disque")
