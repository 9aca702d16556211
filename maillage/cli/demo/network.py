"""A whole network on this machine: one hub, one node per hospital, each its own process, loopback only."""

import socket
import subprocess
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from maillage.base.keys import PublicKey
from maillage.cli.demo.permits import BUDGETS, Committee, accept_permits
from maillage.cli.demo.prepare import Access, Entry, prepare_hub
from maillage.cli.demo.processes import start_command, stop_processes
from maillage.cli.demo.readiness import wait_for_hub, wait_for_nodes
from maillage.client import Hub, connect
from maillage.disclosure import NETWORK_FLOOR
from maillage.exchange.permit import Budgets
from maillage.hub.create import create_hub
from maillage.node.folder import Node, create_node
from maillage.node.settings import HubSettings, NodeSettings, settings_of
from maillage.warehouse.place import FilePlace, PostgresPlace
from maillage.warehouse.synthetic import SITES

NETWORK_NAME = "demo"
DEFAULT_DECISION = "auto"


@dataclass(frozen=True)
class Hospital:
    """A hospital of the demo, whose warehouse is a file, or a database that stays where it is.

    `decision` is what its policy says of a count: auto, hold or refuse.
    """

    id: str
    name: str
    warehouse: Path | PostgresPlace
    decision: str = DEFAULT_DECISION


@dataclass(frozen=True)
class NetworkOptions:
    """How the network differs from the usual one. A floor under 11 makes it a test network.

    `budgets` bound the questions under the standing permit. `masked`: the hub learns sums alone;
    `step_seconds` is how long hospitals have for each step of one. `requesters` may ask under the study's
    permit; where anybody may, hospitals compare what one asks with what others were told. `terms`: the hub
    publishes the demonstration's référentiel, and hospitals tell daily how many patients each term has.
    `opening` is the cohort on which the portal opens. `hub_lines` end `hub.toml`.
    """

    floor: int = NETWORK_FLOOR
    shown_alone: bool = True
    budgets: Budgets | None = BUDGETS
    masked: bool = False
    step_seconds: float = 60
    requesters: Literal["any"] | tuple[str, ...] = "any"
    terms: bool = False
    opening: Path | None = None
    banner: str = ""
    examples: Path | None = None
    port: int = 0
    worker_threads: int = 0
    idle_worker_seconds: float = 60
    hub_lines: Sequence[str] = ()


@dataclass
class RunningNetwork:
    """A network that is up. `processes` holds the hub under `hub` and each node under its site's id."""

    url: str
    folder: Path
    access: Access
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def connect(self) -> Hub:
        """A client of this network's hub."""
        return connect(self.url, token=self.access.token)

    def start(self, name: str) -> None:
        """Start the hub (`hub`) or a node (its site's id); its log is beside its folder."""
        folder = self.folder / name
        if name == "hub":
            port = self.url.rsplit(":", 1)[1]
            arguments = ["hub", "run", str(folder), "--port", port]
        else:
            arguments = ["node", "run", str(folder)]
        self.processes[name] = start_command(arguments, log=self.folder / f"{name}.log")

    def kill(self, name: str) -> None:
        """End it as a power cut would."""
        self.processes[name].kill()
        self.processes[name].wait()

    def stop(self, name: str) -> None:
        """Ask it to end."""
        stop_processes([self.processes[name]])


@contextmanager
def running_network(
    hospitals: Sequence[Hospital], *, folder: Path, options: NetworkOptions | None = None
) -> Generator[RunningNetwork]:
    """Make, start and wait for a network; on leaving, end its processes. The folder stays."""
    network = create_network(hospitals, folder=folder, options=options or NetworkOptions())
    try:
        network.start("hub")
        wait_for_hub(network.url, process=network.processes["hub"], log=folder / "hub.log")
        for hospital in hospitals:
            network.start(hospital.id)
        with network.connect() as hub:
            wait_for_nodes(hub)
        yield network
    finally:
        stop_processes(list(network.processes.values()))


def create_network(hospitals: Sequence[Hospital], *, folder: Path, options: NetworkOptions) -> RunningNetwork:
    """Write the folders of a hub and its nodes, registered with one another; nothing runs yet."""
    url = f"http://127.0.0.1:{options.port or find_free_port()}"
    hub_key = create_hub(folder / "hub", name=NETWORK_NAME, address=url)
    committee = Committee(
        NETWORK_NAME,
        floor=options.floor,
        budgets=options.budgets,
        catalogue=options.terms,
        requesters=options.requesters,
    )
    _amend_hub_settings(folder / "hub" / "hub.toml", options=options, committee=committee.key.public)
    nodes = {hospital.id: _create_node(hospital, folder, url, hub_key, options) for hospital in hospitals}
    keys = {site: node.key.public for site, node in nodes.items()}
    permits = committee.sign_permits(masked=keys if options.masked else None)
    for node in nodes.values():
        accept_permits(node, committee_key=committee.key, envelopes=permits)
    entries = [_make_entry(hospital, key=keys[hospital.id]) for hospital in hospitals]
    # Django is configured once per process; a process of its own leaves ours free to make another network.
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        preparing = pool.submit(
            prepare_hub,
            folder / "hub",
            entries=entries,
            permits=permits,
            terms=options.terms,
            opening=options.opening,
        )
        access = preparing.result()
    return RunningNetwork(url, folder, access)


def _make_entry(hospital: Hospital, *, key: PublicKey) -> Entry:
    site = SITES.get(hospital.id)
    place = ("", "") if site is None else (site.city, site.department)
    return Entry(hospital.id, hospital.name, key.text, *place)


def _create_node(
    hospital: Hospital, folder: Path, url: str, hub_key: PublicKey, options: NetworkOptions
) -> Node:
    found = hospital.warehouse
    place = FilePlace(path=found.resolve()) if isinstance(found, Path) else found
    means = {"threads": options.worker_threads, "idle_worker_seconds": options.idle_worker_seconds}
    settings = NodeSettings(
        site=hospital.id,
        hub=HubSettings(url=url, key=hub_key.text),
        warehouse=settings_of(place).model_copy(update=means),
    )
    policy = _policy(hospital.decision, options=options)
    return create_node(folder / hospital.id, settings=settings, policy=policy)


def _policy(decision: str, *, options: NetworkOptions) -> str:
    heading: Mapping[str, str] = {
        "floor": str(options.floor),
        "shown_alone": str(options.shown_alone).lower(),
        "test_network": str(options.floor < NETWORK_FLOOR).lower(),
    }
    lines = [f"{name} = {value}" for name, value in heading.items()]
    return "\n".join([*lines, "", "[[rule]]", 'analysis = "*"', f'decision = "{decision}"', ""])


def _amend_hub_settings(path: Path, *, options: NetworkOptions, committee: PublicKey) -> None:
    text = path.read_text(encoding="utf-8").replace(f"floor = {NETWORK_FLOOR}", f"floor = {options.floor}")
    test_network = str(options.floor < NETWORK_FLOOR).lower()
    lines = [
        f"test_network = {test_network}",
        f"sum_step_seconds = {options.step_seconds}",
        f'committee = ["{committee.text}"]',
    ]
    if options.banner:
        lines.append(f'banner = "{options.banner}"')
    if options.examples is not None:
        lines.append(f'examples = "{options.examples}"')
    lines += options.hub_lines
    path.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")


def find_free_port() -> int:
    """A TCP port of the loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
