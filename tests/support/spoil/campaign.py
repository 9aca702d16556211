"""Cases from a seed, and what is promised of each: a report or an error, never half a load."""

import contextlib
import hashlib
import io
import random
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.base.errors import MaillageError
from maillage.cli.exits import EXIT_BUG, EXIT_INTERRUPTED
from maillage.cli.main import run
from maillage.warehouse.errors import SourceError
from maillage.warehouse.file import open_file
from maillage.warehouse.layout import THIN_COPIES
from tests.support.spoil.damage import ON_BYTES, ON_FIELDS, ON_LINES, TOO_LONG, Damage
from tests.support.spoil.sound import SECRET, Kind

_EVERY_LONG = 40
"""One case in so many has a line of ten megabytes."""


@dataclass(frozen=True)
class Case:
    """One kind of source with one file spoilt in one way."""

    number: int
    kind: Kind
    file: str
    damage: str
    data: bytes
    spoilt_as: str
    line: int | None

    def __str__(self) -> str:
        return f"{self.number} {self.kind.name} {self.file}: {self.damage}"


@dataclass(frozen=True)
class Outcome:
    """What came of a case. `error` is None where the files were taken; `broken` says which promise was."""

    case: Case
    error: MaillageError | None
    broken: str = ""


def draw_cases(kinds: Sequence[Kind], *, count: int, seed: int = 0) -> Iterator[Case]:
    """The same cases for the same seed; kinds come in turn, and so do the damages of each."""
    for number in range(count):
        chance = random.Random(f"{seed}/{number}")
        kind = kinds[number % len(kinds)]
        damages = _damages(kind)
        turn = number // len(kinds)
        name, damage = [*damages.items()][turn % len(damages)]
        if kind.by_line and turn % _EVERY_LONG == _EVERY_LONG - 1:
            name, damage = "too long", TOO_LONG
        file = chance.choice([*kind.files])
        spoilt = damage(kind.files[file], chance)
        yield Case(number, kind, file, name, spoilt.data, file + spoilt.suffix, spoilt.line)


def _damages(kind: Kind) -> dict[str, Damage]:
    if not kind.by_line:
        return dict(ON_BYTES)
    return dict(ON_FIELDS if kind.name in ("csv", "tables") else ON_LINES)


def sound_case(kind: Kind) -> Case:
    """The files of a kind as they are."""
    file, data = next(iter(kind.files.items()))
    return Case(-1, kind, file, "none", data, file, None)


def write_case(case: Case, folder: Path) -> Path:
    """The files of a case, in a folder of their own."""
    files = folder / "files"
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir(parents=True)
    for name, data in case.kind.files.items():
        if name != case.file:
            (files / name).write_bytes(data)
    (files / case.spoilt_as).write_bytes(case.data)
    for name, data in case.kind.aside.items():
        (folder / name).write_bytes(data)
    return files


def stage_case(case: Case, folder: Path) -> Outcome:
    """Read the files of a case into an empty folder, as the first half of a load does."""
    files, staged = write_case(case, folder), folder / "staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    try:
        case.kind.stage(files, staged)
    except MaillageError as error:
        return Outcome(case, error, judge_error(case, error))
    return Outcome(case, None, _judge_staged(staged))


def judge_error(case: Case, error: MaillageError) -> str:
    """What a message owes: the file, the line where one line is bad, the reason, a remedy, and no value."""
    told = f"{error.what} {error.why} {error.remedy}"
    if SECRET in told:
        return "a value is told"
    if not re.search(r"[\w-]+\.(csv|parquet|txt|ndjson|yaml)|person", told):
        return f"no file is named: {told}"
    if not error.why and not error.remedy:
        return f"neither reason nor remedy: {told}"
    if case.line is not None and case.damage in _TOLD_BY_LINE and not re.search(r"ligne \d", told):
        return f"no line is named: {told}"
    return ""


_TOLD_BY_LINE = frozenset({"impossible date", "foreign byte", "a field less", "a field more", "version"})


def _judge_staged(staged: Path) -> str:
    """What was taken must be readable in full."""
    with duckdb.connect() as connection:
        for path in staged.glob("*.parquet"):
            rows = connection.read_parquet(str(path))
            rows.aggregate("bit_xor(hash(COLUMNS(*)))").fetchall()
    return ""


def load_case(case: Case, folder: Path, *, warehouse: Path) -> Outcome:
    """Load the files of a case into a warehouse by the command that a hospital uses.

    A refused load leaves the file and its shelf byte for byte; one that was taken leaves a whole warehouse.
    """
    files = write_case(case, folder)
    before = fingerprint(warehouse)
    told = io.StringIO()
    with contextlib.redirect_stderr(told), contextlib.redirect_stdout(io.StringIO()):
        options = ["--to", str(warehouse), "--batch", case.kind.name]
        code = run(["warehouse", *_command(case.kind, files), *options])
    if code == 0:
        return Outcome(case, None, _judge_warehouse(warehouse))
    if fingerprint(warehouse) != before:
        return Outcome(case, None, "a refused load changed the warehouse")
    message = " ".join(told.getvalue().split())
    if code in (EXIT_BUG, EXIT_INTERRUPTED):
        return Outcome(case, None, f"exit {code}: {message[-300:]}")
    error = SourceError(message, remedy="told")
    return Outcome(case, error, judge_error(case, error))


def fingerprint(warehouse: Path) -> str:
    """Of the warehouse and of whatever lies beside it, names and bytes."""
    whole = hashlib.sha256()
    shelf = warehouse.with_name(f"{warehouse.name}.batches")
    for path in filter(Path.is_file, (warehouse, *sorted(shelf.rglob("*")))):
        whole.update(f"{path.relative_to(warehouse.parent)}\0".encode() + path.read_bytes())
    return whole.hexdigest()


def _command(kind: Kind, files: Path) -> list[str]:
    words: list[str] = []
    for word in kind.command:
        each = [str(path) for path in sorted(files.iterdir())] if word == "{each}" else [word]
        words += [one.format(files=files, mapping=files.parent / "mapping.yaml") for one in each]
    return words


def _judge_warehouse(warehouse: Path) -> str:
    """It opens, and each thin copy has as many rows as its table."""
    with open_file(warehouse) as connection:
        for table, copy in THIN_COPIES.items():
            if connection.table(table).shape[0] != connection.table(copy.table).shape[0]:
                return f"{copy.table} is not whole"
    return ""
