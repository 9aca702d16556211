"""`node.toml`: what the agent needs to know before it starts. Rules of disclosure are in `policy.toml`."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from maillage.base.i18n import _
from maillage.base.ids import SITE_PATTERN
from maillage.base.keys import PublicKey
from maillage.base.settings import Settings
from maillage.base.sizes import SizeError, read_size, spell_size
from maillage.warehouse.place import FilePlace, Place, PostgresPlace, SparkPlace

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


def _check_size(text: str) -> str:
    try:
        read_size(text)
    except SizeError as error:
        raise ValueError(str(error)) from error
    return text


Size = Annotated[str, AfterValidator(_check_size)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]


SchemaName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_$]{0,62}$")]
_NEEDED = {"duckdb": ("path",), "postgres": ("dsn", "objections"), "spark": ("objections",)}


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
    """Which warehouse is asked, by which engine, and what one question may spend."""

    engine: Literal["duckdb", "postgres", "spark"] = "duckdb"
    """`duckdb` for a file of `maillage warehouse load`; the others read in place what the hospital has."""
    path: str | None = None
    """duckdb: the warehouse file; a relative path starts at the node's folder, as everywhere here."""
    objections: str | None = None
    """postgres, spark: CSV or Parquet file whose column `person_id` lists who objected; needed."""
    dsn: str | None = None
    """postgres: `service=omop` or `host=… dbname=… user=…`; never a password."""
    password_file: str | None = None
    """postgres: a file that holds the password alone; without it, ~/.pgpass."""
    cdm_schema: SchemaName = "cdm"
    """postgres: the schema of the OMOP tables."""
    vocabulary_schema: SchemaName | None = None
    """postgres: the schema of the vocabulary, where it lies apart."""
    work_mem: Size = "64MB"
    """postgres: memory of one sort or hash in the server, before it spills; `64MB` or `64Mo`."""
    data: str | None = None
    """spark: the folder, or the address, of one Parquet file or folder per OMOP table."""
    catalog: str | None = None
    """spark: the database of the catalog, instead of `data`."""
    master: Annotated[str, StringConstraints(pattern=r"^(local\[([1-9][0-9]*|\*)\]|spark://\S+)$")] = (
        "local[*]"
    )
    """spark: `local[4]`, or a standalone cluster's `spark://host:7077`."""
    spark: dict[str, str] = Field(default_factory=dict[str, str])
    """spark: other settings of Spark, such as `"spark.hadoop.hive.metastore.uris" = "thrift://…"`."""
    memory_limit: Size = "2GB"
    """Memory that the engine may use, such as `2GB` or `2Go`."""
    threads: Annotated[int, Field(ge=0, le=1024)] = 0
    """Threads of the engine; 0 means every core."""
    time_limit_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300
    """How long one question may compute before it is interrupted."""
    idle_worker_seconds: Seconds = 60
    """How long the worker outlives its last question; 0 keeps it."""

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        """Each engine has what it needs, and nothing of another: a setting that acts on nothing misleads."""
        needed = {name for name in _NEEDED[self.engine] if getattr(self, name) is None}
        if needed:
            raise ValueError(
                _("Le moteur {engine} a besoin de : {names}.").format(
                    engine=self.engine, names=", ".join(sorted(needed))
                )
            )
        if self.engine == "spark" and (self.data is None) == (self.catalog is None):
            raise ValueError(_("Le moteur spark lit soit data, soit catalog."))
        return self

    def place(self, folder: Path) -> Place:
        """Where the warehouse is; `folder` is the node's."""
        match self.engine:
            case "duckdb":
                return FilePlace(
                    path=folder / (self.path or ""),
                    memory_limit=spell_size(self.memory_limit),
                    threads=self.threads,
                )
            case "postgres":
                return PostgresPlace(
                    dsn=self.dsn or "",
                    cdm_schema=self.cdm_schema,
                    vocabulary_schema=self.vocabulary_schema,
                    objections=folder / (self.objections or ""),
                    password_file=folder / self.password_file if self.password_file else None,
                    work_mem=spell_size(self.work_mem),
                    time_limit_seconds=self.time_limit_seconds,
                )
            case "spark":
                return SparkPlace(
                    objections=folder / (self.objections or ""),
                    data=_resolve(folder, self.data),
                    catalog=self.catalog,
                    master=self.master,
                    options=self.spark,
                    memory_limit=spell_size(self.memory_limit),
                )


def _resolve(folder: Path, data: str | None) -> str | None:
    """A local path from the node's folder; an address, such as `hdfs://…`, as it is."""
    return data if data is None or "://" in data else str(folder / data)


class LedgerSettings(Settings):
    """How long the ledger tells everything."""

    keep_years: Annotated[int, Field(ge=1, le=20)] = 20
    """Years of 365 days before `ledger retain` may remove what a line says. Nothing goes by itself."""


class NodeSettings(Settings):
    """The whole file."""

    site: Annotated[str, StringConstraints(pattern=SITE_PATTERN)]
    """The hospital's short name, as the hub registered it."""
    hub: HubSettings
    """The hub."""
    warehouse: WarehouseSettings
    """The warehouse and what a question may spend in it."""
    ledger: LedgerSettings = LedgerSettings()
    """The ledger."""


def settings_of(place: FilePlace | PostgresPlace) -> WarehouseSettings:
    """The settings by which a node asks the warehouse at this place, with the usual means."""
    match place:
        case FilePlace(path=path):
            return WarehouseSettings(path=str(path))
        case PostgresPlace():
            return WarehouseSettings(
                engine="postgres",
                dsn=place.dsn,
                cdm_schema=place.cdm_schema,
                vocabulary_schema=place.vocabulary_schema,
                objections=str(place.objections),
                password_file=str(place.password_file) if place.password_file else None,
                work_mem=place.work_mem,
            )


def write_node_settings(path: Path, *, settings: NodeSettings) -> None:
    """Write every setting, defaults included, so that the file shows what there is to set."""
    lines = [f"site = {_toml(settings.site)}"]
    for section in ("hub", "warehouse", "ledger"):
        lines += ["", f"[{section}]"]
        values: dict[str, Any] = getattr(settings, section).model_dump()
        lines += [
            f"{name} = {_toml(value)}" if value is not None else f"# {name} = …"
            for name, value in values.items()
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: str | float | dict[str, str]) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(name)} = {_toml(one)}" for name, one in value.items()) + "}"
    # JSON's strings and numbers are TOML's too.
    return json.dumps(value, ensure_ascii=False)
