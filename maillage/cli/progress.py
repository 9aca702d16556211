"""Progress bars: where long work of the command line stands, on stderr."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

Report = Callable[[str, int, int], None]
"""Told the name of the present step, how much is done, and of how much."""


@contextmanager
def progress_bar(*, label: str = "", console: Console | None = None) -> Generator[Report]:
    """A bar, and the function that moves it."""
    columns = (TextColumn("{task.description:<22}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console or Console(stderr=True), transient=True) as bars:
        task = bars.add_task(label)
        yield lambda step, done, total: bars.update(
            task, description=f"{label} {step}".strip(), completed=done, total=total
        )
