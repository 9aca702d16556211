"""What is known to make a step slow, or a cohort empty, in plain words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sqlglot import exp

from maillage.base.i18n import _, ngettext
from maillage.cohort.compile import CodesetTable, Step
from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.criteria import Wanted, criterion_events
from maillage.cohort.expression import DOMAINS, Criterion
from maillage.cohort.expression.domains import Place
from maillage.cohort.profile.codesets import ResolvedSet
from maillage.warehouse.engines.base import ThinCopy


@dataclass(frozen=True)
class Hint:
    """Advice about the part of the definition at a JSON path."""

    path: str
    text: str


def hints(
    steps: Iterable[tuple[str, Step]], sets: Iterable[ResolvedSet], *, thin_copies: Mapping[str, ThinCopy]
) -> list[Hint]:
    """The advice for these steps, each with its path, and for these concept sets."""
    found = [hint for path, step in steps for hint in _of_step(path, step, thin_copies)]
    return [*(hint for one in sets for hint in _of_set(one)), *dict.fromkeys(found)]


def _of_set(found: ResolvedSet) -> Iterator[Hint]:
    if found.concepts == 0:
        yield Hint(found.path, _("« {name} » ne donne aucun concept ici.").format(name=found.name))
    elif found.empty:
        shown = ", ".join(map(str, found.empty[:5])) + ("…" if len(found.empty) > 5 else "")
        yield Hint(
            found.path,
            ngettext(
                "« {name} » : {count} concept est inconnu de ce vocabulaire ({shown}).",
                "« {name} » : {count} concepts sont inconnus de ce vocabulaire ({shown}).",
                len(found.empty),
            ).format(name=found.name, count=len(found.empty), shown=shown),
        )


def _of_step(path: str, step: Step, thin_copies: Mapping[str, ThinCopy]) -> Iterator[Hint]:
    criterion = step.about
    if not isinstance(criterion, Criterion):
        return
    domain = DOMAINS[criterion.domain]
    if domain.table not in step.reads:
        return
    if not any(domain.by_name[name].place is Place.CODE for name, _value in criterion.attributes):
        yield Hint(
            path, _("Sans liste de concepts, toute la table {table} est lue.").format(table=domain.table)
        )
    elif copy := thin_copies.get(domain.table):
        yield _without_copy(path, step, criterion, copy)


def _without_copy(path: str, step: Step, criterion: Criterion, copy: ThinCopy) -> Hint:
    columns = {column.name for column in step.query.find_all(exp.Column) if column.table == "t"}
    missing = ", ".join(sorted(columns - copy.columns.keys()))
    texts = [
        _("La copie {copy} n’a pas servi : il lui manque {columns}.").format(copy=copy.table, columns=missing)
    ]
    if guilty := _guilty(criterion, copy):
        texts.append(_("Attribut en cause : {names}.").format(names=", ".join(guilty)))
    return Hint(path, " ".join(texts))


def _guilty(criterion: Criterion, copy: ThinCopy) -> list[str]:
    """The attributes without which the copy would have served; none when it takes more than one."""
    domain = DOMAINS[criterion.domain]
    rest = [name for name, _value in criterion.attributes if domain.by_name[name].place is not Place.CODE]
    return [name for name in rest if _uses_copy(_without(criterion, name), copy)]


def _without(criterion: Criterion, name: str) -> Criterion:
    kept = tuple(pair for pair in criterion.attributes if pair[0] != name)
    return replace(criterion, attributes=kept, correlated=None)


def _uses_copy(criterion: Criterion, copy: ThinCopy) -> bool:
    table = DOMAINS[criterion.domain].table
    builder = Builder(CodesetTable("codesets", _AnyId()), {table: copy})
    criterion_events(builder, criterion, Wanted())
    return any(copy.table in step.reads for step in builder.steps)


class _AnyId(dict[int, int]):
    """Every concept set, under its own id."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: int) -> int:
        return key
