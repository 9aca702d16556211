"""Opens what was released, when it is what this node released."""

from pathlib import Path
from secrets import token_bytes

from maillage.base.statements import load_statements
from maillage.node.former import bind, require_kept
from maillage.node.store import open_store
from maillage.node.worker.releases import Releases

_IDENTITY_BYTES = 32


def open_releases(folder: Path) -> Releases:
    """The node's file; a new node's is made. Raises ReleasesBrokenError for any other than before."""
    with open_store(folder / "node.sqlite") as store:
        require_kept(store, folder=folder)
        releases = Releases(folder)
        try:
            bind(store, identity=_identify(releases), secret=releases.secret)
        except BaseException:
            releases.close()
            raise
    return releases


def _identify(releases: Releases) -> bytes:
    """The file's own name, drawn once and on disk before the store knows it."""
    statements, connection = load_statements("maillage.node", "sql/identity.sql"), releases.connection
    with connection:
        connection.execute(statements["make"])
        connection.execute(statements["draw"], {"id": token_bytes(_IDENTITY_BYTES)})
    return connection.execute(statements["read"]).fetchone()[0]
