"""A hub in a process of its own, on loopback, and a small node that talks to it with real signatures."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.base.clock import Clock, utc_now
from maillage.base.ids import new_id
from maillage.base.keys import PublicKey, SigningKey
from maillage.exchange.envelope import Opened, open_task, seal_answer
from maillage.exchange.http import sign_request
from maillage.exchange.message import Message
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Anchor, Failure, Hold, Partial, Refusal, Timings
from maillage.exchange.task import Task
from maillage.hub.create import create_hub
from maillage.hub.settings import SETTINGS_FILE
from tests.support.messages import COMMITTEE_KEY

ROOT = Path(__file__).parent.parent.parent

CONTENT: dict[str, Any] = {
    "persons": {"count": 412},
    "steps": [{"count": 412}],
    "years": [{"year": 2024, "persons": {"count": 412}}],
    "other_years": None,
}


@dataclass
class ProbeNode:
    """A node that does nothing by itself: each test says what it answers. `http` reaches the hub."""

    site: str
    http: httpx2.Client
    hub_key: PublicKey
    key: SigningKey = field(default_factory=SigningKey.generate)
    clock: Clock = utc_now
    protocol: int = 2
    boot: str = field(default_factory=lambda: new_id("boot"))

    def send(self, method: str, target: str, body: bytes = b"", **changes: str) -> httpx2.Response:
        """One signed request; `changes` replace headers after the signature."""
        headers = self.sign(method, target, body) | changes
        return self.http.request(method, target, content=body, headers=headers)

    def sign(self, method: str, target: str, body: bytes = b"") -> dict[str, str]:
        """The headers of a signed request, to be sent once, twice or edited."""
        signed = sign_request(method=method, target=target, body=body, key=self.key, now=self.clock())
        return signed | {"Maillage-Protocol": str(self.protocol), "Maillage-Software": "0.1.0"}

    def hello(self, **changes: Any) -> httpx2.Response:
        """Say hello."""
        document = {
            "protocol": self.protocol,
            "software": "0.1.0",
            "boot": self.boot,
            "analyses": {"count": {"version": 1, "code": "sha256:" + "ab" * 32}},
            "reference": "2026-11",
            "health": "ok",
        }
        return self.send("POST", "/api/node/v1/hello", canonical_bytes(document | changes))

    def poll(self, wait: float = 0) -> httpx2.Response:
        """Ask for the next task."""
        return self.send("GET", f"/api/node/v1/tasks/next?wait={wait}&boot={self.boot}")

    def take(self, wait: float = 0) -> Opened[Task]:
        """The next task, its envelope verified; fails when there is none."""
        response = self.poll(wait)
        assert response.status_code == 200, response.text
        return open_task(response.content, signers={self.hub_key.fingerprint: self.hub_key})

    def post(self, task_id: str, data: bytes) -> httpx2.Response:
        """Send an answer's bytes."""
        return self.send("POST", f"/api/node/v1/tasks/{task_id}/answer", data)

    def answer(self, opened: Opened[Task], message: Message | None = None) -> httpx2.Response:
        """Send an answer, a partial unless told otherwise."""
        return self.post(opened.message.task_id, seal_answer(message or self.partial(opened), key=self.key))

    def partial(self, opened: Opened[Task], **changes: Any) -> Partial:
        """A partial answer to the task."""
        fields: dict[str, Any] = {
            "analysis": opened.message.analysis,
            "content": CONTENT,
            "floor": 11,
            "shown_alone": True,
            "reference": "2026-11",
            "timings": Timings(compile_ms=2.0, engine_ms=30.0),
        }
        return Partial.model_validate(self._about(opened) | fields | changes)

    def refusal(
        self, opened: Opened[Task], reason: Reason = Reason.POLICY_REFUSED, **changes: Any
    ) -> Refusal:
        """A refusal."""
        return Refusal.model_validate(self._about(opened) | {"reason": reason} | changes)

    def failure(self, opened: Opened[Task]) -> Failure:
        """A failure."""
        fields = {"reason": Reason.ENGINE_FAILED, "incident": new_id("incident")}
        return Failure.model_validate(self._about(opened) | fields)

    def hold(self, opened: Opened[Task]) -> Hold:
        """A hold."""
        return Hold.model_validate(self._about(opened))

    def _about(self, opened: Opened[Task]) -> dict[str, Any]:
        task = opened.message
        return {
            "protocol": 2,
            "task_id": task.task_id,
            "question_id": task.question_id,
            "site": task.site,
            "nonce": task.nonce,
            "task_hash": opened.payload_hash,
            "answered_at": self.clock(),
            "software": "0.1.0",
            "anchor": Anchor(sequence=7, hash=sha256_hex(b"ledger")),
        }


@dataclass
class LiveHub:
    """A hub started by `maillage hub run`, with its members' keys and its requesters' tokens."""

    folder: Path
    port: int
    key: PublicKey
    keys: dict[str, SigningKey]
    tokens: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, *arguments: str) -> str:
        """Run `maillage hub …` and give back what it printed."""
        return _run(
            "-m",
            "maillage.cli.main",
            "hub",
            *arguments,
            environment={"MAILLAGE_HUB_FOLDER": str(self.folder)},
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        arguments = ["run", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen([sys.executable, "-m", "maillage.cli.main", "hub", *arguments])
        with httpx2.Client(base_url=self.url) as http:
            for _attempt in range(400):
                try:
                    http.get("/static/maillage/mark.svg")
                except httpx2.TransportError:
                    assert self.process.poll() is None, "the hub ended while starting"
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError("the hub did not start")

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End it and give back its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=15)

    def client(self, token: str = "") -> httpx2.Client:
        """An HTTP client for its addresses, as the holder of a token or as nobody."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=40)

    def node(self, site: str) -> ProbeNode:
        """The probe node of a member, with a connection of its own."""
        return ProbeNode(site, self.client(), self.key, key=self.keys[site])


@contextmanager
def live_hub(
    folder: Path,
    *,
    sites: Sequence[str] = (),
    requesters: Sequence[str] = (),
    settings: str = "",
    start: bool = True,
) -> Generator[LiveHub]:
    """A new hub in that folder, with more lines of `hub.toml`; stopped at the end."""
    port = free_port()
    key = create_hub(folder, name="houraa", address=f"http://127.0.0.1:{port}")
    with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as file:
        # Before what a test adds: a line after a table's heading would belong to that table.
        file.write(f'committee = ["{COMMITTEE_KEY.public.text}"]\n' + settings)
    hub = LiveHub(folder, port, key, {site: SigningKey.generate() for site in sites})
    keys = {site: found.public.text for site, found in hub.keys.items()}
    # One process for all of it: Django takes a second to start, and can be configured once in each.
    prepared = _run("-m", "tests.support.prepare_hub", str(folder), json.dumps(keys), json.dumps(requesters))
    hub.tokens.update(json.loads(prepared))
    if start:
        hub.start()
    try:
        yield hub
    finally:
        if hub.process is not None and hub.process.poll() is None:
            hub.stop()


def _run(*arguments: str, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | (environment or {}),
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
