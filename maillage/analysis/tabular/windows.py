"""Days around an index date, as the events in them are asked for."""

from dataclasses import dataclass

from sqlglot import exp

from maillage.cohort.compile.dates import add_days
from maillage.cohort.compile.sql import Condition, col, num, when


@dataclass(frozen=True)
class Window:
    """So many days before the index date and after it, which is in `before`."""

    before: int
    after: int

    def covers(self, start: exp.Expr) -> list[Condition]:
        """That this day is in it; `i` is the table of the persons."""
        index = col("i", "index_date")
        return [
            exp.GTE(this=start, expression=add_days(index, -self.before)),
            exp.LTE(this=start.copy(), expression=add_days(index.copy(), self.after)),
        ]


def is_after(start: exp.Expr) -> exp.Expr:
    """1 for a day after the index date, 0 for another."""
    return when(exp.GT(this=start, expression=col("i", "index_date")), num(1), num(0))
