"""Runs in an environment that has `acro` 1.0.2 (it wants an older pandas than ours) and prints its verdicts.

`python write_verdicts.py > sums.csv`: one line a cell, what each person adds and which of acro's rules
object to their sum, `ok` when none does.
"""

import csv
import logging
import random
import sys
from contextlib import redirect_stdout

import pandas
from acro import ACRO

CELLS = 150


def draw(source: random.Random) -> list[int]:
    """What the persons of one cell add: a few dominate in some cells, nobody does in others."""
    many = [source.randint(1, 100) for _ in range(source.randint(8, 25))]
    few = [source.randint(200, 30_000) for _ in range(source.choice([0, 1, 1, 2, 3]))]
    return many + few


def main() -> None:
    """One table of sums with a row a cell, as an analyst would ask for it."""
    source = random.Random(20)
    cells = [draw(source) for _ in range(CELLS)]
    rows = [(f"c{index:03}", part) for index, parts in enumerate(cells) for part in parts]
    frame = pandas.DataFrame(rows, columns=["cell", "part"]).assign(all="all")
    logging.disable()
    with redirect_stdout(sys.stderr):
        session = ACRO(suppress=False)
        session.crosstab(frame["cell"], frame["all"], values=frame["part"], aggfunc="sum")
        outcome = session.results.get_index(0).outcome
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["parts", "verdict"])
    for parts, verdict in zip(cells, outcome.iloc[:, 0], strict=True):
        writer.writerow([" ".join(map(str, parts)), verdict.strip().removesuffix(";")])


if __name__ == "__main__":
    main()
