"""The folder of a node: its key, its settings, its policy, its store, and the signed head of its ledger."""

import fcntl
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from maillage.base.clock import Clock, utc_now
from maillage.base.i18n import _
from maillage.base.keys import PublicKey, SigningKey
from maillage.base.settings import read_settings
from maillage.node import ledger
from maillage.node.client import HubClient
from maillage.node.errors import AgentRunningError, NodeExistsError, NodeMissingError
from maillage.node.heads import write_head
from maillage.node.policy import Policy, load_policy, parse_policy
from maillage.node.settings import NodeSettings, write_node_settings
from maillage.node.states import Event
from maillage.node.store import Store, create_store, open_store
from maillage.warehouse.place import FilePlace, Place, PostgresPlace, SparkPlace

# Whoever asks for the status holds the lock for an instant; an agent that starts then tries again.
LOCK_TRIES = 5
LOCK_PAUSE_SECONDS = 0.05

# What a person installs holds every question until it says otherwise: nothing leaves by default.
DEFAULT_POLICY = """\
# What this hospital answers. The first rule that matches decides: "auto", "hold" (a person releases or
# refuses it: maillage node pending) or "refuse". A question that no rule matches is refused.
# Read again at each question: a change applies at once. Check it with: maillage node policy DIR

floor = 11                 # smallest number of distinct persons shown; may only be raised
shown_alone = false        # true: this hospital's own numbers may be shown, not only the group's total
minimum_participants = 3   # a total mixes at least so many hospitals
checkers = []              # who may let held answers go: ["Dr Faure", "Mme Roux"]; nobody by default

[[rule]]
analysis = "count"
requester = "*"
decision = "hold"
"""


@dataclass(frozen=True)
class Node:
    """A node's identity and where its things are. Opening it reads the key and the settings, nothing else."""

    folder: Path
    settings: NodeSettings
    key: SigningKey
    clock: Clock

    @property
    def site(self) -> str:
        """The hospital's short name."""
        return self.settings.site

    @property
    def signers(self) -> Mapping[str, PublicKey]:
        """The keys whose tasks are read here: the hub's."""
        hub = PublicKey.parse(self.settings.hub.key)
        return {hub.fingerprint: hub}

    @property
    def warehouse(self) -> Path:
        """The warehouse's file; a relative path starts at the node's folder."""
        return self.folder / (self.settings.warehouse.path or "")

    @property
    def place(self) -> Place:
        """Where the warehouse is, and how it is read."""
        return self.settings.warehouse.place(self.folder)

    @property
    def missing(self) -> list[Path]:
        """The files of this machine that the warehouse needs and that are not there."""
        match self.place:
            case FilePlace(path=needed) | PostgresPlace(objections=needed) | SparkPlace(objections=needed):
                return [] if needed.is_file() else [needed]

    @property
    def head_path(self) -> Path:
        """The signed head of the ledger."""
        return self.folder / "ledger.head"

    @property
    def policy_path(self) -> Path:
        """The rules."""
        return self.folder / "policy.toml"

    def read_policy(self) -> Policy:
        """The rules as they are now: a steward's change applies to the next question."""
        return load_policy(self.policy_path)

    @contextmanager
    def open_store(self, *, waits: bool = False) -> Generator[Store]:
        """The store for one thread; what reaches the disk also renews the signed head."""
        with open_store(self.folder / "node.sqlite", waits=waits) as store:
            store.on_flush = lambda: self._keep_head(store)
            yield store

    def call_hub(self) -> HubClient:
        """Connections to the hub, for one thread."""
        return HubClient(self.settings.hub, key=self.key, clock=self.clock)

    def _keep_head(self, store: Store) -> Callable[[], None]:
        # Read before the commit: a line that another loop adds after it may not be on the disk yet.
        head = ledger.read_head(store)

        def write() -> None:
            # The move is committed and stands. The older head stays true: it says "at least so long".
            with suppress(OSError):
                write_head(self.head_path, head=head, site=self.site, key=self.key)

        return write


def open_node(folder: Path, *, clock: Clock = utc_now) -> Node:
    """The node in this folder. Raises NodeMissingError, SettingsError, KeyFormatError."""
    if not (folder / "node.toml").is_file() or not (folder / "node.key").is_file():
        raise NodeMissingError(
            _("Il n’y a pas de nœud dans {folder}.").format(folder=folder),
            remedy=_("Créez-le : maillage node init {folder} …").format(folder=folder),
        )
    settings = read_settings(folder / "node.toml", NodeSettings)
    # Absolute from here on: the worker is told paths, and a folder may be changed under a resident process.
    return Node(folder.resolve(), settings, SigningKey.load(folder / "node.key"), clock)


def create_node(
    folder: Path, *, settings: NodeSettings, policy: str = DEFAULT_POLICY, clock: Clock = utc_now
) -> Node:
    """Make a node: a new key, settings, policy, an empty ledger whose first line names the key.

    The ledger's first line is written last: a creation cut short is no node, and says so.
    """
    parse_policy(policy.encode(), name="policy.toml")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    refuse_second(folder)
    if not (folder / "policy.toml").exists():
        (folder / "policy.toml").write_text(policy, encoding="utf-8")
    write_node_settings(folder / "node.toml", settings=settings)
    key = SigningKey.generate()
    key.save(folder / "node.key")
    create_store(folder / "node.sqlite")
    node = Node(folder.resolve(), settings, key, clock)
    with node.open_store() as store, store.transaction():
        body = {"site": node.site, "key": key.public.text}
        ledger.append(store, event=Event.PERSON_NODE_CREATED, at=clock(), body=body)
    return node


def refuse_second(folder: Path) -> None:
    """Raise NodeExistsError when the folder holds a node, or what is left of one."""
    for name in ("node.key", "node.toml", "node.sqlite"):
        if (folder / name).exists():
            raise NodeExistsError(
                _("Il y a déjà un nœud dans {folder}.").format(folder=folder),
                why=_("{name} existe ; une clé n’est jamais remplacée.").format(name=name),
                remedy=_("Choisissez un autre dossier."),
            )


@contextmanager
def sole_agent(node: Node) -> Generator[None]:
    """Hold the folder: two agents would answer the same question twice. Raises AgentRunningError."""
    with (node.folder / "agent.lock").open("a") as lock:
        if not _lock(lock, fcntl.LOCK_EX, tries=LOCK_TRIES):
            raise AgentRunningError(
                _("Un agent travaille déjà dans {folder}.").format(folder=node.folder),
                remedy=_("Arrêtez-le avant d’en démarrer un autre."),
            )
        yield


def _lock(lock: TextIO, kind: int, *, tries: int) -> bool:
    for attempt in range(tries):
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if attempt + 1 < tries:
                time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return True
    return False


def is_agent_running(node: Node) -> bool:
    """Whether an agent holds the folder."""
    with (node.folder / "agent.lock").open("a") as lock:
        return not _lock(lock, fcntl.LOCK_SH, tries=1)
