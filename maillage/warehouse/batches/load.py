"""A named load: what it brings goes on the shelf, and the warehouse is made again from all that is there.

Made again rather than edited: the file stays sorted, an update or an undo is the same work as a load, and a
crash at any instant leaves the former file with the batches that it names.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from maillage.base.clock import utc_now
from maillage.base.i18n import _
from maillage.warehouse.batches.fold import find_unfilled, fold
from maillage.warehouse.batches.initial import keep_initial
from maillage.warehouse.batches.reserved import INITIAL, refuse_reserved
from maillage.warehouse.batches.shelf import BATCHES_FACT, Batch, Shelf, format_batches, list_batches
from maillage.warehouse.build.assemble import assemble
from maillage.warehouse.build.progress import Progress
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.build.writer import named_errors, only_writer
from maillage.warehouse.errors import BatchError, WarehouseError
from maillage.warehouse.file import read_objections
from maillage.warehouse.info import read_info

NAME_PATTERN = r"[a-z0-9][a-z0-9._-]{0,59}"

Write = Callable[[Path], None]
"""Writes the Parquet files of a batch into an empty folder: `table.parquet`, or `table-1.parquet`…"""


@dataclass(frozen=True)
class BatchReport:
    """What a load or an undo did. `load` is None when nothing had to change."""

    batch: str
    change: str
    """`added`, `updated`, `unchanged`, `restored` or `removed`."""
    batches: tuple[Batch, ...]
    load: LoadReport | None


@dataclass(frozen=True)
class Means:
    """With what a warehouse is made again."""

    progress: Progress | None = None
    memory_limit: str | None = None


def load_batch(
    target: Path,
    *,
    name: str,
    kind: str,
    digest: str,
    write: Write,
    source_name: str,
    means: Means | None = None,
) -> BatchReport:
    """Load what `write` writes as the batch `name`; the same `digest` of the source again changes nothing.

    A row whose key an earlier batch had too replaces it; a batch of a known name replaces that batch, whose
    former state is kept for `undo_batch`. Raises BatchError, SourceError, WarehouseError.
    """
    _check_name(name)
    refuse_reserved(name, kind=kind)
    with only_writer(target):
        shelf, known = Shelf(target), _known(target)
        former = next((batch for batch in known if batch.name == name), None)
        if former is not None and former.digest == digest:
            return BatchReport(name, "unchanged", known, None)
        if not known and target.exists():
            known = (keep_initial(target, shelf=shelf),)
        batch = Batch(name, kind, digest, utc_now(), former=former and replace(former, former=None))
        with shelf.staging() as staged:
            write(staged)
            shelf.keep(staged, batch)
        after = (*(other for other in known if other.name != name), batch)
        try:
            report = _rebuild(target, shelf=shelf, batches=after, source_name=source_name, means=means)
        except WarehouseError:
            # What was refused must not lie there: the file still names the batches that it was made of.
            shelf.sweep(_known(target))
            raise
    return BatchReport(name, "updated" if former else "added", after, report)


def undo_batch(target: Path, *, name: str, means: Means | None = None) -> BatchReport:
    """Take the last load of a batch back: its former state returns, or it goes away altogether.

    What the warehouse held before it had batches was no load, and stays. Raises BatchError, WarehouseError.
    """
    if name == INITIAL:
        raise _no_load(target)
    source_name = read_info(target).source_name
    with only_writer(target):
        shelf, known = Shelf(target), list_batches(target)
        found = _find(known, name, target)
        former = found.former
        after = tuple(
            batch if batch.name != name else former
            for batch in known
            if batch.name != name or former is not None
        )
        kept = tuple(batch for batch in after if batch is not None)
        if not kept:
            raise BatchError(
                _("« {name} » est le seul lot de cet entrepôt.").format(name=name),
                remedy=_("Supprimez le fichier {path}, ou chargez d’abord un autre lot.").format(path=target),
            )
        report = _rebuild(target, shelf=shelf, batches=kept, source_name=source_name, means=means)
    return BatchReport(name, "restored" if former else "removed", kept, report)


def refuse_to_replace(target: Path) -> None:
    """Raise BatchError when `target` is made of batches: a load of the whole would forget them.

    A file that cannot be read, or none, may be replaced.
    """
    try:
        known = list_batches(target)
    except WarehouseError:
        return
    if known:
        raise BatchError(
            _("{path} est fait de lots : {names}.").format(
                path=target, names=", ".join(batch.name for batch in known)
            ),
            why=_("Un chargement sans lot remplacerait tout l’entrepôt."),
            remedy=_("Nommez un lot (--batch), ou choisissez un autre fichier."),
        )


def _known(target: Path) -> tuple[Batch, ...]:
    return list_batches(target) if target.exists() else ()


def _find(batches: Sequence[Batch], name: str, target: Path) -> Batch:
    for batch in batches:
        if batch.name == name:
            return batch
    raise BatchError(
        _("{path} n’a pas de lot « {name} ».").format(path=target, name=name[:60]),
        remedy=_("Ses lots : {names}.").format(names=", ".join(batch.name for batch in batches) or "–"),
    )


def _no_load(target: Path) -> BatchError:
    return BatchError(
        _("Le lot « {name} » ne s’annule pas.").format(name=INITIAL),
        why=_("C’est ce que {path} contenait avant d’avoir des lots, et non un chargement.").format(
            path=target
        ),
        remedy=_(
            "Annulez les autres lots pour n’avoir que lui ; pour vous passer de lui, chargez les autres "
            "sources dans un nouveau fichier."
        ),
    )


def _rebuild(
    target: Path, *, shelf: Shelf, batches: Sequence[Batch], source_name: str, means: Means | None
) -> LoadReport:
    means = means or Means()
    files = [(batch.name, shelf.files(batch)) for batch in batches]
    with named_errors(target):
        inputs, unfilled = fold(files), find_unfilled(files)
    report = assemble(
        inputs,
        target=target,
        source_name=source_name,
        objections=partial(read_objections, target),
        total=sum(one.weight for one in inputs),
        progress=means.progress,
        memory_limit=means.memory_limit,
        facts={**shelf.facts(batches), BATCHES_FACT: format_batches(batches)},
        derive=True,
        alone=True,
        empty=unfilled,
    )
    shelf.sweep(batches)
    return report


def _check_name(name: str) -> None:
    if not re.fullmatch(NAME_PATTERN, name):
        raise BatchError(
            _("« {name} » ne peut pas nommer un lot.").format(name=name[:60]),
            remedy=_("De 1 à 60 caractères parmi a-z 0-9 . _ -, le premier une lettre ou un chiffre."),
        )
