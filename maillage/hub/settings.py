"""The hub's settings: `hub.toml`, read once, and the Django settings made from it.

There is no Django settings module and no environment variable: `boot` hands Django this dictionary.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator

from maillage.base.keys import PublicKey
from maillage.base.settings import Settings
from maillage.disclosure import NETWORK_FLOOR
from maillage.exchange.envelope import Signers
from maillage.exchange.message import Name

Key = Annotated[str, StringConstraints(pattern=r"^ed25519:[A-Za-z0-9+/]{43}=$")]

SETTINGS_FILE = "hub.toml"
KEY_FILE = "hub.key"
SECRET_FILE = "hub.secret"  # noqa: S105 - a file, not its content
DATABASE_FILE = "hub.sqlite"

MAX_BODY_BYTES = 1_048_576
"""The largest body that a client may send, in bytes."""


class PostgresSettings(Settings):
    """How to reach PostgreSQL. The password stays in a file that libpq reads (`passfile`)."""

    name: str
    """The database."""
    user: str = ""
    """The role; without it, libpq's default."""
    host: str = ""
    """Host or socket folder; without it, libpq's default."""
    port: Annotated[int, Field(ge=1, le=65535)] = 5432
    """The port."""
    passfile: Path | None = None
    """The file that holds the password, in libpq's format."""


class PscSettings(Settings):
    """Entering with Pro Santé Connect, for people who linked their identity there to their account."""

    discovery: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$")]
    """The address of the provider's OpenID configuration; with `http:` on this machine only, for tests."""
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The hub's name at the provider."""
    secret_file: Path
    """The file that holds the hub's secret at the provider."""
    level: Literal["eidas1", "eidas2", "eidas3"] = "eidas1"
    """The least eIDAS level that is asked and taken."""
    scope: Annotated[str, StringConstraints(pattern=r"^openid( [\w:.-]+)*$")] = "openid scope_all"
    """What is asked of the provider."""

    @model_validator(mode="after")
    def _keep_in_tls(self) -> Self:
        parts = urlsplit(self.discovery)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError("the provider is reached through https")
        return self


class HubSettings(Settings):
    """What `hub.toml` may say. Relative paths start at the hub's folder."""

    name: Name
    """The network's name, signed in every task."""
    address: Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+$")] = "http://127.0.0.1:8400"
    """How people reach the hub; with `https:` cookies never travel in clear."""
    banner: Annotated[str, StringConstraints(max_length=200)] = ""
    """A line on every page."""
    floor: Annotated[int, Field(ge=1)] = NETWORK_FLOOR
    """The network's floor: an answer with a smaller cell is thrown away."""
    test_network: bool = False
    """Allows a floor under the network's or fewer than 3 sites; nodes must declare it too."""
    minimum_sites: Annotated[int, Field(ge=1, le=200)] = 3
    """How many hospitals that are not shown alone a total mixes at least; signed in every task."""
    question_hours: Annotated[float, Field(gt=0, le=24 * 90)] = 24.0
    """How long late hospitals are waited for, in hours."""
    sum_step_seconds: Annotated[float, Field(ge=1, le=3600)] = 60.0
    """How long hospitals have for each step of a masked sum before it goes on, or ends, without them."""
    committee: tuple[Key, ...] = ()
    """The committee's public keys, `ed25519:…`; a permit that none of them signed is not published."""
    audit_keep_years: Annotated[int, Field(ge=1, le=20)] = 20
    """Years of 365 days before `audit retain` may remove what a line says. Nothing goes by itself."""
    checkers: tuple[Annotated[str, StringConstraints(min_length=1, max_length=120)], ...] = ()
    """Who may check results from the command line, until somebody holds the committee's role."""
    session_hours: Annotated[float, Field(gt=0, le=24)] = 12.0
    """How long somebody stays in the portal at most, in hours, before they prove again who they are."""
    session_idle_minutes: Annotated[float, Field(ge=1, le=720)] = 60.0
    """After how many minutes without a gesture a session ends. A page that refreshes itself is no gesture."""
    visits_keep_days: Annotated[int, Field(ge=180, le=730)] = 365
    """How long lines of who looked at what are kept, in days; older ones go by themselves."""
    examples: Path | None = None
    """A folder of cohorts (Circe JSON) that the portal offers to start from."""
    threads: Annotated[int, Field(ge=4, le=512)] = 48
    """Threads: one per waiting node and per open page, and some for the rest."""
    connections: Annotated[int, Field(ge=50, le=10_000)] = 800
    """Connections kept open at once, browsers' and nodes'; past it, newcomers wait. Mind `ulimit -n`."""
    trusted_proxy: str | None = None
    """The address of the reverse proxy whose `X-Forwarded-Proto` is believed."""
    psc: PscSettings | None = None
    """Pro Santé Connect; without it, the door does not offer it."""
    postgresql: PostgresSettings | None = None
    """The PostgreSQL database; without it, SQLite in the hub's folder."""

    @model_validator(mode="after")
    def _keep_the_floor(self) -> Self:
        if not self.test_network and (self.floor < NETWORK_FLOOR or self.minimum_sites < 3):
            raise ValueError(f"a floor under {NETWORK_FLOOR} or fewer than 3 sites needs test_network = true")
        return self

    @property
    def committee_signers(self) -> Signers:
        """The committee's keys by their fingerprints."""
        keys = [PublicKey.parse(text) for text in self.committee]
        return {key.fingerprint: key for key in keys}

    @property
    def is_https(self) -> bool:
        """Whether people reach the hub through TLS; cookies are then never sent in clear."""
        return self.address.startswith("https:")

    @property
    def host(self) -> str:
        """The name of the hub's machine, as browsers know it."""
        return urlsplit(self.address).hostname or ""

    @property
    def takes_passkeys(self) -> bool:
        """Whether browsers make passkeys for this address: a name (WebAuthn knows no IP address), and TLS."""
        named = not re.fullmatch(r"[\d.]+|\[.*\]|[0-9a-f:]+", self.host)
        return self.host == "localhost" or (named and self.is_https)


def django_settings(settings: HubSettings, *, folder: Path, secret: str) -> dict[str, Any]:
    """Everything that Django needs, in one place."""
    return {
        "SECRET_KEY": secret,
        "DEBUG": False,
        "ALLOWED_HOSTS": [settings.host, "127.0.0.1", "localhost"],
        "CSRF_TRUSTED_ORIGINS": [settings.address],
        "ROOT_URLCONF": "maillage.hub.urls",
        "INSTALLED_APPS": _APPS,
        "MIDDLEWARE": _MIDDLEWARE,
        "TEMPLATES": [_TEMPLATES],
        "DATABASES": {"default": _database(settings, folder=folder)},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        # A signed cookie that holds the secret of a row of ours (`access.Session`): reading a page writes
        # nothing, and what ends the row ends the session, whatever cookie comes back.
        "SESSION_ENGINE": "django.contrib.sessions.backends.signed_cookies",
        "SESSION_COOKIE_NAME": _cookie("maillage", settings=settings),
        "SESSION_COOKIE_AGE": round(settings.session_hours * 3600),
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": settings.is_https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_NAME": _cookie("csrftoken", settings=settings),
        "CSRF_COOKIE_SECURE": settings.is_https,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Lax",
        "CSRF_FAILURE_VIEW": "maillage.hub.portal.views.explain_csrf",
        "MESSAGE_STORAGE": "django.contrib.messages.storage.cookie.CookieStorage",
        "STATIC_URL": "/static/",
        "STORAGES": {"staticfiles": {"BACKEND": "maillage.hub.assets.HashedUrls"}},
        "CACHES": {"default": _DRAWN},
        "LANGUAGE_CODE": "fr",
        "LANGUAGES": [("fr", "Français"), ("en", "English")],
        "LANGUAGE_COOKIE_NAME": "langue",
        "LANGUAGE_COOKIE_SECURE": settings.is_https,
        "LANGUAGE_COOKIE_SAMESITE": "Lax",
        "LOCALE_PATHS": [str(Path(__file__).parent / "locale")],
        "USE_TZ": True,
        "TIME_ZONE": "Europe/Paris",
        # Bodies are bounded by our own middleware, whose answer says what to do.
        "DATA_UPLOAD_MAX_MEMORY_SIZE": None,
        # A model of a hundred covariates has fourteen fields each; a Table 1 of five hundred groups, five.
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 5_000,
        "FILE_UPLOAD_MAX_MEMORY_SIZE": 2 * MAX_BODY_BYTES,
        "LOGGING_CONFIG": None,
    }


def _cookie(name: str, *, settings: HubSettings) -> str:
    """Under TLS, a name that browsers let no neighbouring host set (RFC 6265bis, prefix `__Host-`)."""
    return f"__Host-{name}" if settings.is_https else name


def _database(settings: HubSettings, *, folder: Path) -> dict[str, Any]:
    found = settings.postgresql
    if found is None:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / DATABASE_FILE),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 10,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    return {
        "ENGINE": "maillage.hub.postgresql",
        "NAME": found.name,
        "USER": found.user,
        "HOST": found.host,
        "PORT": found.port,
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**_PREPARED, **({"passfile": str(folder / found.passfile)} if found.passfile else {})},
    }


# The same few statements serve every page: planned once by connection, sent by name from the second time on.
_PREPARED: Mapping[str, Any] = {"server_side_binding": True, "prepare_threshold": 2}

_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "maillage.governance.audit",
    "maillage.governance.group",
    "maillage.governance.people",
    "maillage.governance.permits",
    "maillage.hub.access",
    "maillage.hub.cohorts",
    "maillage.hub.questions",
    "maillage.hub.terms",
    "maillage.hub.portal",
]

_MIDDLEWARE = [
    "maillage.hub.middleware.take_turns",
    "maillage.hub.middleware.secure_headers",
    "maillage.hub.middleware.say_length",
    "maillage.hub.middleware.compress_pages",
    "maillage.hub.middleware.know_own_name",
    "maillage.hub.middleware.bound_bodies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "maillage.hub.middleware.speak_one_language",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "maillage.hub.middleware.TellDatabase",
    "maillage.hub.middleware.log_visits",
]

# Parts of pages (`portal.ask.drawn`), some kilobytes each.
_DRAWN: Mapping[str, Any] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "TIMEOUT": 3600,
    "OPTIONS": {"MAX_ENTRIES": 2000},
}

_TEMPLATES = {
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.template.context_processors.i18n",
            "maillage.hub.portal.context.describe_network",
        ],
    },
}
