"""Start Django on one hub's folder, and hand out what the whole process shares.

Django allows one configuration per process, so a process serves one hub.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from maillage.base.clock import Clock, utc_now
from maillage.base.i18n import _
from maillage.base.keys import PublicKey, SigningKey
from maillage.base.settings import read_settings
from maillage.hub.access.limits import Limiter
from maillage.hub.access.lines import Lines
from maillage.hub.access.recent import Recent
from maillage.hub.doorbell import Doorbell
from maillage.hub.durability import GroupCommit
from maillage.hub.errors import HubUnavailableError
from maillage.hub.settings import KEY_FILE, SECRET_FILE, SETTINGS_FILE, HubSettings, django_settings
from maillage.hub.tally import Tally
from maillage.hub.terms.shelf import Shelf
from maillage.hub.turns import Turns


@dataclass(frozen=True)
class Hub:
    """What every request of this process may need: settings, key, clock, doorbell, who writes, terms.

    `tasks` are counted by hospital and state (`network.count_tasks`). `running` holds, by question, the
    analysis's half of an exchange of rounds (`questions.rounds.running`).
    """

    folder: Path
    settings: HubSettings
    key: SigningKey
    clock: Clock = utc_now
    doorbell: Doorbell = field(default_factory=Doorbell)
    writer: threading.Lock = field(default_factory=threading.Lock)
    commits: GroupCommit = field(default_factory=GroupCommit)
    shelf: Shelf = field(default_factory=Shelf)
    limiter: Limiter = field(default_factory=Limiter)
    recent: Recent = field(default_factory=Recent)
    lines: Lines = field(default_factory=Lines)
    turns: Turns = field(default_factory=Turns)
    tasks: Tally[Mapping[str, Mapping[str, int]]] = field(default_factory=Tally)
    running: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def signers(self) -> Mapping[str, PublicKey]:
        """Its own key by its fingerprint."""
        return {self.key.public.fingerprint: self.key.public}

    @property
    def examples(self) -> Path | None:
        """The folder of example cohorts, if there is one."""
        return None if self.settings.examples is None else self.folder / self.settings.examples


def boot(folder: Path) -> Hub:
    """Configure Django for this hub. Raises HubUnavailableError when Django or the hub is not there."""
    require_django()
    import django
    from django.conf import settings as django_conf

    hub = open_hub(folder)
    secret = _read_secret(folder / SECRET_FILE)
    django_conf.configure(**django_settings(hub.settings, folder=hub.folder, secret=secret), MAILLAGE=hub)
    django.setup()
    return hub


def require_django() -> None:
    """Raises HubUnavailableError where only a node was installed."""
    try:
        import django  # noqa: F401 - its presence is the question
    except ModuleNotFoundError as error:
        raise HubUnavailableError(
            _("Django n’est pas installé."),
            why=_("Un nœud d’hôpital n’en a pas besoin ; un hub, si."),
            remedy=_("Installez l’extra « hub » : pip install 'maillage[hub]'."),
        ) from error


def open_hub(folder: Path) -> Hub:
    """The hub in that folder, Django left aside."""
    settings = read_settings(folder / SETTINGS_FILE, HubSettings)
    return Hub(folder.resolve(), settings, SigningKey.load(folder / KEY_FILE))


def current_hub() -> Hub:
    """The hub that this process serves."""
    from django.conf import settings

    return cast("Hub", settings.MAILLAGE)


def _read_secret(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise HubUnavailableError(
            _("Le secret des sessions {path} est illisible.").format(path=path),
            remedy=_("Restaurez-le, ou écrivez-en un nouveau : les personnes devront entrer à nouveau."),
        ) from error
