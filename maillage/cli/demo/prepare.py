"""Fill a new hub: tables, members, one person who may ask. Runs in a process of its own."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from maillage.base.clock import utc_now
from maillage.base.ids import parse_site_id
from maillage.base.keys import PublicKey
from maillage.client.hub import STANDING_PERMIT

if TYPE_CHECKING:
    from maillage.hub.boot import Hub

REQUESTER = "demo"


@dataclass(frozen=True)
class Entry:
    """A hospital to register: its id, name, key as text, and place; none for one that is brought."""

    site: str
    name: str
    key: str
    city: str = ""
    department: str = ""


@dataclass(frozen=True)
class Access:
    """How a person reaches the hub: a token for programs, a page that opens once for a browser."""

    token: str
    link: str


def prepare_hub(
    folder: Path,
    *,
    entries: Sequence[Entry],
    permits: Sequence[bytes],
    terms: bool,
    opening: Path | None = None,
) -> Access:
    """Migrate, register every hospital, publish the permits, make a token and a link.

    `terms`: publish the demonstration's référentiel too. `opening`: the link leads to this cohort's draft.
    """
    from maillage.hub.boot import boot

    hub = boot(folder)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)
    from maillage.governance.group import actions
    from maillage.governance.permits.actions import Publisher, publish
    from maillage.hub.access import people

    now = utc_now()
    for entry in entries:
        registration = actions.Registration(
            parse_site_id(entry.site),
            entry.name,
            PublicKey.parse(entry.key),
            entry.city,
            entry.department,
        )
        actions.register(registration, by=REQUESTER, at=now)
    network, signers = hub.settings.name, hub.settings.committee_signers
    publisher = Publisher(network=network, signers=signers, by=REQUESTER, at=now)
    for permit in permits:
        publish(permit, publisher=publisher)
    if terms:
        _publish_terms(hub)
    token = people.create_token(REQUESTER, by=REQUESTER, at=now)
    secret = people.create_link(REQUESTER, by=REQUESTER, at=now)
    onward = f"?suite={_write_opening(opening, hub=hub)}" if opening else ""
    return Access(token, f"{hub.settings.address}/entrer/{secret}{onward}")


def _write_opening(path: Path, *, hub: "Hub") -> str:
    """A draft of that cohort; where its page is, with the tour."""
    from maillage.base.canon import read_json
    from maillage.cohort.circe.limits import MAX_BYTES
    from maillage.hub.cohorts.drafts import start

    document = read_json(path.read_bytes(), max_bytes=MAX_BYTES)
    name = str(document.get("Title") or path.stem)
    cohort = start(document, name=name[:120], permit=STANDING_PERMIT, by=REQUESTER, hub=hub)
    return quote(f"/cohortes/{cohort.id}?visite")


def _publish_terms(hub: "Hub") -> None:
    """The codes of the synthetic hospitals, under the ids that their warehouses hold."""
    from maillage.hub.referentiel import publish
    from maillage.warehouse.vocabulary.build import build_release

    built = build_release(["maillage"], target=hub.folder / "referentiel-demo", version="demo")
    publish(built.release, hub=hub, by=REQUESTER)
