"""`node.toml`: what the agent needs to know before it starts. Rules of disclosure are in `policy.toml`."""

import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from maillage.base.i18n import _
from maillage.base.ids import SITE_PATTERN
from maillage.base.keys import PublicKey
from maillage.base.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def check_hub_url(url: str) -> str:
    """The origin, without a final slash. Raises ValueError unless it is https, or a hub on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError(_("L’adresse du hub commence par https:// (http:// seulement sur cette machine)."))
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError(_("L’adresse du hub est une origine seule, comme https://hub.exemple.fr."))
    return url.rstrip("/")


def _check_key(text: str) -> str:
    PublicKey.parse(text)
    return text


Seconds = Annotated[float, Field(ge=0, le=86_400)]


class HubSettings(Settings):
    """How to reach the hub, and the key by which its tasks are known."""

    url: Annotated[str, AfterValidator(check_hub_url)]
    """Where the hub is: https, or http for a hub on the same machine."""
    key: Annotated[str, AfterValidator(_check_key)]
    """The hub's public key, `ed25519:…`; a task signed by any other is refused."""
    ca_file: str | None = None
    """PEM file of the authority that signs the hub's or the proxy's certificate; without it, the system's."""
    proxy: str | None = None
    """The proxy on the way out, such as `http://proxy.chu.fr:3128`; environment variables are not read."""
    wait_seconds: Annotated[int, Field(ge=0, le=60)] = 25
    """How long one poll waits at the hub; under most proxies' idle limit."""
    connect_timeout_seconds: Seconds = 10
    """How long reaching the hub may take."""
    answer_timeout_seconds: Seconds = 30
    """How long the hub may take to reply, beyond the wait of a poll."""
    retry_seconds_max: Annotated[float, Field(gt=0, le=3600)] = 30
    """Longest pause between two tries while the hub is away."""


class WarehouseSettings(Settings):
    """Which file is asked, and what one question may spend."""

    path: str
    """The warehouse file; a relative path starts at the node's folder."""
    memory_limit: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(MB|GB)$")] = "2GB"
    """Memory that the engine may use, such as `2GB`."""
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """Threads of the engine; 0 means every core."""
    time_limit_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300
    """How long one question may compute before it is interrupted."""
    idle_worker_seconds: Seconds = 60
    """How long the worker outlives its last question; 0 keeps it."""


class NodeSettings(Settings):
    """The whole file."""

    site: Annotated[str, StringConstraints(pattern=SITE_PATTERN)]
    """The hospital's short name, as the hub registered it."""
    hub: HubSettings
    """The hub."""
    warehouse: WarehouseSettings
    """The warehouse and what a question may spend in it."""


def write_node_settings(path: Path, *, settings: NodeSettings) -> None:
    """Write every setting, defaults included, so that the file shows what there is to set."""
    lines = [f"site = {_toml(settings.site)}"]
    for section in ("hub", "warehouse"):
        lines += ["", f"[{section}]"]
        values: dict[str, Any] = getattr(settings, section).model_dump()
        lines += [
            f"{name} = {_toml(value)}" if value is not None else f"# {name} = …"
            for name, value in values.items()
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: str | float) -> str:
    # JSON's strings and numbers are TOML's too.
    return json.dumps(value, ensure_ascii=False)
