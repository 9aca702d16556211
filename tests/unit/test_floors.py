"""The floors of the house hold, and breaking them is noticed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LINTER = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [LINTER, "--no-cache", "--config", str(folder / "pyproject.toml")],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "maillage", tmp_path / "maillage", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(folder: Path, *, module: str, line: str) -> None:
    path = folder / "maillage" / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")


def test_the_floors_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("node/policy.py", "import maillage.governance", "maillage.node.policy -> maillage.governance"),
        ("node/policy.py", "import django", "maillage.node.policy -> django"),
        ("base/clock.py", "import maillage.cohort", "maillage.base.clock -> maillage.cohort"),
        ("exchange/task.py", "import maillage.cohort", "maillage.exchange.task -> maillage.cohort"),
    ],
)
def test_a_planted_violation_is_caught_with_its_line(copy: Path, module: str, line: str, broken: str) -> None:
    plant(copy, module=module, line=line)
    done = lint(copy)
    assert done.returncode != 0
    assert broken in done.stdout


def test_a_new_room_must_be_given_its_floor(copy: Path) -> None:
    (copy / "maillage" / "attic").mkdir()
    (copy / "maillage" / "attic" / "__init__.py").touch()
    done = lint(copy)
    assert done.returncode != 0
    assert "attic" in done.stdout
