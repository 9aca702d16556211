"""The steps of one plan while it is being built."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from maillage.cohort.compile.plan import CodesetTable, Keep, Scan, Step
from maillage.cohort.compile.sql import col, equal, in_query, num, select, table
from maillage.cohort.refusals import no_such_set
from maillage.warehouse.engines.base import ThinCopy


@dataclass
class Builder:
    """Collects steps, names them, and answers a question asked twice with the step of the first time."""

    codesets: CodesetTable
    thin_copies: Mapping[str, ThinCopy]
    prefix: str = ""
    steps: list[Step] = field(default_factory=list[Step])
    used_codesets: set[int] = field(default_factory=set[int])
    _made: dict[Hashable, str] = field(default_factory=dict[Hashable, str])

    def add(
        self,
        kind: str,
        query: exp.Query,
        *,
        keep: Keep = Keep.INLINE,
        about: Hashable = None,
        coded: bool = False,
        scan: Scan | None = None,
    ) -> str:
        """A step under a name of its own: `kind`, then `kind_2`…"""
        rank = sum(step.name.startswith(self.prefix + kind) for step in self.steps) + 1
        name = f"{self.prefix}{kind}" if rank == 1 else f"{self.prefix}{kind}_{rank}"
        self.steps.append(Step(name, query, keep, about, coded, scan))
        return name

    def once(self, key: Hashable, make: Callable[[], str]) -> str:
        """The step of this key, made on the first call."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def in_codeset(self, column: exp.Expr, codeset_id: int) -> exp.Expr:
        """`column` holds a concept of the set. Raises ExpressionError when the expression has no such set."""
        if codeset_id not in self.codesets.ids:
            raise no_such_set(codeset_id)
        self.used_codesets.add(codeset_id)
        members = select(
            [col("s", "concept_id")],
            table(self.codesets.name, "s"),
            where=[equal(col("s", "codeset_id"), num(self.codesets.ids[codeset_id]))],
        )
        return in_query(column, members)
