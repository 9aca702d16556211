"""What the client API takes and gives, as OpenAPI describes it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from maillage.disclosure import CellJson
from maillage.exchange.message import Site


class Body(BaseModel):
    """What a client sends: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QuestionIn(Body):
    """A question. `cohort` is an OHDSI (Circe) expression; `sites` null asks every active hospital."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    analysis: str = "count"
    parameters: dict[str, JsonValue] = {}
    cohort: dict[str, Any]
    sites: list[Site] | None = None
    permit: str = "feasibility"
    wait_hours: Annotated[float, Field(ge=1 / 60, le=24 * 90)] | None = None


class SiteOut(BaseModel):
    """One hospital's part. `persons`, `floor` and `content` are null unless it answered and is shown alone.

    `floor` is the smallest number of persons that this hospital shows.
    """

    id: str
    name: str
    status: Literal["waiting", "delivered", "held", "answered", "refused", "failed", "missing"]
    persons: CellJson | None
    floor: int | None
    reason: str | None
    sentence: str | None
    engine_ms: float | None
    compile_ms: float | None
    elapsed_ms: float | None
    content: dict[str, JsonValue] | None


class LeftOut(BaseModel):
    """A hospital that answered and is not in the total, and why."""

    id: str
    why: str


class YearOut(BaseModel):
    """Persons by calendar year of entry, over the hospitals that released that year."""

    year: int
    persons: CellJson
    contributing: list[str]
    complete: bool


class CombinedOut(BaseModel):
    """The group's answer, over `contributing`.

    `repeated` names the hospitals whose numbers are, in whole or in part, those of a former answer, whose
    persons are the same or differ by fewer than the floor.
    """

    persons: CellJson
    contributing: list[str]
    left_out: list[LeftOut]
    repeated: list[str]
    steps: list[CellJson]
    years: list[YearOut]


class MaskedOut(BaseModel):
    """Where the masked sum of a question stands, for a program and in words."""

    state: Literal["gathering", "masking", "signing", "revealing", "done", "failed"]
    sentence: str


class QuestionOut(BaseModel):
    """A question and everything that may be known of its answer now.

    `masked` is null where the hub adds up hospitals' numbers; else it learns the total alone.
    """

    id: str
    title: str
    status: Literal["open", "complete", "cancelled", "expired"]
    version: int
    asked_at: str
    expires_at: str
    cohort_hash: str
    rules: list[str]
    sites: list[SiteOut]
    masked: MaskedOut | None
    combined: CombinedOut
    elapsed_ms: float


class QuestionLine(BaseModel):
    """A question in a list."""

    id: str
    title: str
    status: Literal["open", "complete", "cancelled", "expired"]
    asked_at: str
    sites: list[str]


class QuestionList(BaseModel):
    """One's own questions, newest first."""

    questions: list[QuestionLine]


class NetworkSite(BaseModel):
    """One hospital of the network. `latency_ms` is its last answer's time outside its engine."""

    id: str
    name: str
    city: str
    state: Literal["active", "suspended"]
    health: Literal["ok", "silent", "never_seen", "clock_skew", "disk_full", "warehouse_missing", "other"]
    sentence: str
    software: str
    protocol: int
    reference: str
    last_seen: str | None
    latency_ms: float | None
    answered: int


class NetworkOut(BaseModel):
    """The network: its name, its rules, its hospitals."""

    name: str
    banner: str
    floor: int
    minimum_sites: int
    sites: list[NetworkSite]


class ErrorOut(BaseModel):
    """Every error: a code for programs, three sentences for people."""

    code: str
    what: str
    why: str
    remedy: str
