"""`maillage node init --from`: the warehouse of a new node, before there is a node."""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from maillage.base.i18n import _
from maillage.cli.source_options import Reading
from maillage.cli.take import TakeError, check_reading, take
from maillage.node.folder import refuse_second
from maillage.node.settings import WarehouseSettings, settings_of
from maillage.warehouse.intake import recognise
from maillage.warehouse.place import FilePlace

FILE = "warehouse.duckdb"


@contextmanager
def taken_in(folder: Path, text: str, *, site: str, reading: Reading) -> Generator[WarehouseSettings]:
    """The settings of the warehouse that the source gives: files are loaded into the node's folder.

    An error, here or in the body, removes a folder that was not there. Raises WarehouseError, TakeError.
    """
    refuse_second(folder)
    _refuse_former(folder / FILE)
    source = recognise(text)
    check_reading(reading, sources=[source])
    with _nothing_left(folder):
        console = Console(highlight=False)
        place = take(source, name=site, target=folder / FILE, reading=reading, console=console)
        made = isinstance(place, FilePlace) and place.path == (folder / FILE).resolve()
        # Relative where it lies in the node's folder, which may then be moved as one.
        yield WarehouseSettings(path=FILE) if made else settings_of(place)


def _refuse_former(path: Path) -> None:
    if path.exists():
        raise TakeError(
            _("{path} existe déjà.").format(path=path),
            why=_("Un entrepôt qui est là n’est pas remplacé par un nouveau nœud."),
            remedy=_("Donnez-le avec --from warehouse:{path}, ou choisissez un autre dossier.").format(
                path=path
            ),
        )


@contextmanager
def _nothing_left(folder: Path) -> Generator[None]:
    new = not folder.exists()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise
