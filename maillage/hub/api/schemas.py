"""What the client API takes and gives, as OpenAPI describes it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from maillage.analysis.base import one_or_more
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
    sites: Annotated[list[Site], BeforeValidator(one_or_more)] | None = None
    permit: str = "feasibility"
    wait_hours: Annotated[float, Field(ge=1 / 60, le=24 * 90)] | None = None


class SiteOut(BaseModel):
    """One hospital's part. `persons`, `floor` and `content` are null unless it answered and is shown alone.

    `floor` is the smallest number of persons that this hospital shows; `checks` says in sentences how the
    answer was checked before it left.
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
    checks: list[str]


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


class RowOut(BaseModel):
    """A row of a table, over the hospitals that released it, whose whole is `of`.

    `amounts` are sums over the persons of `measured`. An analysis may say more of a row.
    """

    model_config = ConfigDict(extra="allow")

    key: str
    persons: CellJson
    of: CellJson
    contributing: list[str]
    complete: bool
    amounts: dict[str, float]
    measured: CellJson | None


class TableOut(BaseModel):
    """A table: in a `split` nobody is in two rows; `groups` may share persons; `crossed` splits two ways.

    A row of a crossed table has the key `row/column`, empty for the sum over all of them. Rows of a table
    `beside` may count persons who are not in the whole.
    """

    id: str
    kind: Literal["split", "groups", "crossed", "beside"]
    rows: list[RowOut]


class PartOut(BaseModel):
    """One analysis of a joint question, and the group's answer to it, as if it had been asked alone."""

    analysis: str
    document: "CombinedOut | AnalysisOut"


class CombinedOut(BaseModel):
    """The group's answer, over `contributing`. An analysis gives some of its last five fields.

    `repeated` names the hospitals whose numbers are, in whole or in part, those of a former answer, whose
    persons are the same or differ by fewer than the floor.
    """

    persons: CellJson
    contributing: list[str]
    left_out: list[LeftOut]
    repeated: list[str]
    steps: list[CellJson]
    years: list[YearOut]
    tables: list[TableOut]
    figures: dict[str, JsonValue]
    parts: list[PartOut]


class AnalysisOut(BaseModel):
    """The group's answer of another analysis than a count: who is in it, and what the analysis declares."""

    model_config = ConfigDict(extra="allow")

    persons: CellJson
    contributing: list[str]
    left_out: list[LeftOut]
    repeated: list[str]


class ReleaseOut(BaseModel):
    """The committee's check of the result: until `released`, nothing of it is shown."""

    standing: Literal["waiting", "seconded", "examined", "released", "refused"]
    sentence: str


class BudgetOut(BaseModel):
    """What a permit's budget leaves the person who asks, in the last `hours`, for one view.

    `before_slow` questions before they lie `pause_seconds` apart, `before_hold` before `contact` must be
    called; `wait_seconds` until the next one is taken; `free_at`, when the oldest leaves the count.
    """

    view: Literal["total", "per_hospital"]
    hours: int
    used: int
    before_slow: int
    before_hold: int
    pause_seconds: int
    wait_seconds: int
    free_at: str | None
    contact: str
    sentence: str


class PrivacyOut(BaseModel):
    """What a permit of differential privacy costs and leaves, by the hub's count of different questions.

    Each hospital keeps its own account, which decides. `per_requester`: the total is each person's own.
    """

    epsilon_per_question: float
    epsilon_total: float
    per_requester: bool
    questions_left: int
    contact: str


class PermitOut(BaseModel):
    """A permit in force under which the person may ask.

    `budget` null sets no limit to questions; `privacy` is null unless counts are differentially private.
    """

    permit_id: str
    project: str
    purpose: str
    counts: Literal["exact", "cell_key", "bands", "dp"]
    views: list[Literal["total", "per_hospital"]]
    expires_at: str
    budget: BudgetOut | None
    privacy: PrivacyOut | None


class PermitList(BaseModel):
    """The permits in force that name the person."""

    permits: list[PermitOut]


class MaskedOut(BaseModel):
    """Where the masked sum of a question stands, for a program and in words."""

    state: Literal["gathering", "masking", "signing", "revealing", "done", "failed"]
    sentence: str


class RoundsOut(BaseModel):
    """Where the rounds of a question stand, for a program and in words."""

    state: Literal["gathering", "running", "done", "failed"]
    number: int
    sentence: str


class QuestionOut(BaseModel):
    """A question and everything that may be known of its answer now.

    `release` is null where the permit asks for no check by the committee. `budget` is what its permit leaves
    to ask now, null where it sets no limit or is over. `masked` is null where the hub adds up hospitals'
    numbers; else it learns the total alone. `rounds` is null where hospitals answer once. `hidden` says why a
    total that enough hospitals answered for is not shown, null where that is not so.
    """

    id: str
    title: str
    permit: str
    analysis: str
    parameters: dict[str, JsonValue]
    budget: BudgetOut | None
    status: Literal["open", "complete", "cancelled", "expired"]
    version: int
    asked_at: str
    expires_at: str
    cohort_hash: str
    rules: list[str]
    release: ReleaseOut | None
    sites: list[SiteOut]
    hidden: str | None
    masked: MaskedOut | None
    rounds: RoundsOut | None
    combined: CombinedOut | AnalysisOut
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
    health: Literal[
        "ok", "late", "silent", "never_seen", "clock_skew", "disk_full", "warehouse_missing", "other"
    ]
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
