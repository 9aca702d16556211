"""The resident agent: five loops over one store, until told to stop. Outbound only: nothing here listens."""

import threading
from collections.abc import Callable, Sequence

from maillage import __version__
from maillage.node import ledger
from maillage.node.errors import StoreFullError
from maillage.node.folder import Node, sole_agent
from maillage.node.log import Log, log_incident
from maillage.node.policy import Policy
from maillage.node.poller import Poller
from maillage.node.rounds.loop import Rounder
from maillage.node.runner import Runner
from maillage.node.sender import Sender
from maillage.node.shared import Backoff, Probe, Shared, keep_ticking
from maillage.node.states import Event
from maillage.node.sums.loop import Summer
from maillage.node.worker.child import GRACE_SECONDS, clear_scratch
from maillage.node.worker.handle import WORKER_COMMAND, Worker
from maillage.node.worker.messages import Bench

WARM_SECONDS = 10.0


def no_probe(point: str) -> None:
    """The probe in service."""


def run_agent(
    node: Node,
    *,
    log: Log,
    stop: threading.Event,
    probe: Probe = no_probe,
    worker_command: Sequence[str] = WORKER_COMMAND,
) -> None:
    """Work until `stop` is set. Raises AgentRunningError, PolicyError, FloorError before anything starts."""
    policy = node.read_policy()
    with sole_agent(node):
        clear_scratch(node.folder)
        worker = Worker(_bench(node), time_limit=_time_limit(node), log=log, command=worker_command)
        shared = Shared(node=node, worker=worker, log=log, probe=probe, stop=stop)
        _announce(shared, policy=policy)
        threads = [_start(name, loop, shared) for name, loop in _LOOPS]
        stop.wait()
        _wind_up(shared, threads)


def _bench(node: Node) -> Bench:
    return Bench(place=node.place, folder=node.folder)


def _time_limit(node: Node) -> float:
    return node.settings.warehouse.time_limit_seconds


def _announce(shared: Shared, *, policy: Policy) -> None:
    node, log = shared.node, shared.log
    log.info("agent_started", site=node.site, hub=node.settings.hub.url, software=__version__)
    if policy.test_network:
        log.warning("test_network", floor=policy.disclosure.floor, what="NOT FOR PATIENTS' DATA")
    body = {"software": __version__, "policy": policy.hash, "test_network": policy.test_network}
    try:
        with node.open_store() as store, store.transaction():
            ledger.append(store, event=Event.AGENT_NODE_STARTED, at=node.clock(), body=body)
    except StoreFullError:
        # The loops say so to the hub, and wait for room.
        shared.disk_full = True


def _start(name: str, loop: Callable[[Shared], None], shared: Shared) -> threading.Thread:
    # Daemons: a long poll or a deaf engine must not keep the process alive. The store survives any instant.
    thread = threading.Thread(target=_keep_up, args=(loop, shared), name=name, daemon=True)
    thread.start()
    return thread


def _keep_up(loop: Callable[[Shared], None], shared: Shared) -> None:
    """A loop whose store or connections cannot even be opened (a full disk, again) is begun anew later."""
    backoff = Backoff(shared.node.settings.hub.retry_seconds_max)
    while not shared.stop.is_set():
        try:
            loop(shared)
        except Exception as error:  # noqa: BLE001 - an agent never loses one of its loops
            log_incident(shared.log, "loop_failed", error=error)
            shared.stop.wait(backoff.pause())


def _poll(shared: Shared) -> None:
    with shared.node.open_store(waits=True) as store, shared.node.call_hub() as client:
        # The first hello names the vocabulary, which the worker reads.
        shared.warm.wait(WARM_SECONDS)
        keep_ticking(Poller(shared, store, client).tick, shared=shared, bell=shared.to_poll, pause=0)


def _run(shared: Shared) -> None:
    with shared.node.open_store(waits=True) as store:
        runner = Runner(shared, store)
        runner.warm_up()
        shared.warm.set()
        keep_ticking(runner.tick, shared=shared, bell=shared.to_run)


def _send(shared: Shared) -> None:
    with shared.node.open_store(waits=True) as store, shared.node.call_hub() as client:
        keep_ticking(Sender(shared, store, client).tick, shared=shared, bell=shared.to_send)


def _sum(shared: Shared) -> None:
    with shared.node.open_store() as store, shared.node.call_hub() as client:
        keep_ticking(Summer(shared, store, client).tick, shared=shared, bell=shared.to_sum)


def _go_round(shared: Shared) -> None:
    with shared.node.open_store(waits=True) as store, shared.node.call_hub() as client:
        keep_ticking(Rounder(shared, store, client).tick, shared=shared, bell=shared.to_round)


_LOOPS: Sequence[tuple[str, Callable[[Shared], None]]] = (
    ("poller", _poll),
    ("runner", _run),
    ("sender", _send),
    ("summer", _sum),
    ("rounder", _go_round),
)

_LONG_CALLS = frozenset({"poller", "summer", "rounder"})
"""They may be in a call that the hub holds for a while: not waited for."""


def _wind_up(shared: Shared, threads: Sequence[threading.Thread]) -> None:
    shared.log.info("agent_stopping")
    shared.ring_all()
    if shared.running is not None:
        shared.worker.stop(shared.running)
    for thread in threads:
        if thread.name not in _LONG_CALLS:
            thread.join(timeout=2 * GRACE_SECONDS)
    shared.worker.end()
    shared.log.info("agent_stopped")
