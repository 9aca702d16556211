"""Permits: what the committee allows, and what each hospital says to it. The hub signs neither."""

from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal, Self, cast

from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)

from maillage.base.keys import PublicKey
from maillage.disclosure.noise import NoiseTable
from maillage.exchange.message import Hash, Instant, Json, Message, Name, Site
from maillage.exchange.parts import SEVERAL, AnalysisId

ANY: Literal["any"] = "any"
LEAST_MASKED = 3
"""With two hospitals, each finds the other's number. As in `disclosure.masking`, which is too heavy here."""


def _is_printable(text: str) -> str:
    # A steward reads it in a terminal, which would obey its control characters.
    if not text.isprintable():
        raise ValueError("the text holds control characters")
    return text


Text = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(_is_printable)]
Key = Annotated[str, StringConstraints(pattern=r"^ed25519:[A-Za-z0-9+/]{43}=$")]
Scalar = bool | int | float | str


class View(StrEnum):
    """What of an answer people may see."""

    TOTAL = "total"
    PER_HOSPITAL = "per_hospital"


class Output(StrEnum):
    """Whether an answer leaves by itself, or a person checks it first."""

    AUTOMATIC = "automatic"
    HELD = "held"


class CheckAt(StrEnum):
    """Where a held answer is checked: at each node, or there and then by the committee at the hub."""

    NODE = "node"
    COMMITTEE = "committee"


class ReleaseCheck(Message):
    """Who checks a held answer before its release: where, and how many persons at each place."""

    at: CheckAt = CheckAt.NODE
    checkers: Annotated[int, Field(ge=1, le=2)] = 1


class Bound(Message):
    """What one parameter may be: a number between two others, or one value among some."""

    minimum: float | None = None
    maximum: float | None = None
    among: tuple[Scalar, ...] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.among is None and self.minimum is None and self.maximum is None:
            raise ValueError("a bound names values, a minimum or a maximum")
        return self

    def holds(self, value: object) -> bool:
        """Whether the value is inside; each element of a list must be, and so must each value of a table."""
        if isinstance(value, list | dict):
            held = cast("list[Any] | dict[str, Any]", value)
            return all(self.holds(one) for one in (held.values() if isinstance(held, dict) else held))
        if self.among is not None:
            # True equals 1 in Python; a permit for the one is not a permit for the other.
            return any(
                isinstance(one, bool) is isinstance(value, bool) and one == value for one in self.among
            )
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        low = self.minimum is None or value >= self.minimum
        return low and (self.maximum is None or value <= self.maximum)


class AnalysisScope(Message):
    """One analysis, and what may be asked of it. A parameter that `parameters` does not name is refused.

    One that it names and the question leaves out is held to its bound with the value that the analysis takes.
    Several analyses in one question are each under the scope of their own.
    """

    id: AnalysisId
    parameters: Literal["any"] | Annotated[dict[str, Bound], Field(max_length=40)] = ANY

    @field_validator("id")
    @classmethod
    def _is_one(cls, name: str) -> str:
        if name == SEVERAL:
            raise ValueError("a permit names each analysis; a joint question needs no scope of its own")
        return name


class Exact(Message):
    """Exact counts, each compared with what the same requester was told before."""

    kind: Literal["exact"] = "exact"


class CellKey(Message):
    """Counts with noise: the public table that draws it (`disclosure.noise.NoiseTable.to_json`)."""

    kind: Literal["cell_key"] = "cell_key"
    table: Json

    @field_validator("table")
    @classmethod
    def _is_a_table(cls, document: Json) -> Json:
        NoiseTable.from_json(document)
        return document


class Bands(Message):
    """Counts as bands of `width` persons."""

    kind: Literal["bands"] = "bands"
    width: Annotated[int, Field(ge=2, le=1000)]


class DifferentialPrivacy(Message):
    """Counts with the noise of differential privacy, each question at a cost, until the total is spent.

    ε is that of one hospital's answer, for one person in its warehouse; hospitals do not share persons as far
    as any of them knows. `per_requester`: each person has the total to spend; else all of them together.
    Years are counted from `first_year` to `last_year`, whoever is in them. `contact` is whom to call.
    """

    kind: Literal["dp"] = "dp"
    epsilon_per_question: Annotated[float, Field(gt=0, le=10)]
    epsilon_total: Annotated[float, Field(gt=0, le=100)]
    delta: Literal[0] = 0
    per_requester: bool = False
    first_year: Annotated[int, Field(ge=1900, le=2200)]
    last_year: Annotated[int, Field(ge=1900, le=2200)]
    contact: Text

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if self.epsilon_per_question > self.epsilon_total:
            raise ValueError("the first question costs more than the total")
        if self.first_year > self.last_year:
            raise ValueError("the years end before they begin")
        return self

    @property
    def questions(self) -> int:
        """How many different questions the total pays for."""
        return int(Fraction(str(self.epsilon_total)) / Fraction(str(self.epsilon_per_question)))


Counts = Annotated[Exact | CellKey | Bands | DifferentialPrivacy, Field(discriminator="kind")]


class Plain(Message):
    """The hub reads each hospital's cells, and adds them up."""

    kind: Literal["plain"] = "plain"


class Masked(Message):
    """The hub reads sums alone. `keys` are the hospitals' own, by which they know each other.

    They stand here so that the committee signs them and each hospital accepts them: the hub, which carries
    the masks' keys, can put none of its own in between.
    """

    kind: Literal["masked"] = "masked"
    keys: Annotated[dict[Site, Key], Field(min_length=LEAST_MASKED, max_length=200)]

    @property
    def identities(self) -> dict[str, PublicKey]:
        """The hospitals' keys, by hospital."""
        return {site: PublicKey.parse(text) for site, text in self.keys.items()}


Sums = Annotated[Plain | Masked, Field(discriminator="kind")]


class Budget(Message):
    """How many questions one requester may have answered in the last `hours`.

    Past `slow_after` two questions lie `pause_seconds` apart; at `hold_after` a person must be called. A
    question whose every number was told before costs nothing.
    """

    hours: Annotated[int, Field(ge=1, le=24 * 366)]
    slow_after: Annotated[int, Field(ge=1)]
    pause_seconds: Annotated[int, Field(ge=1, le=86_400)]
    hold_after: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _slows_first(self) -> Self:
        if self.hold_after < self.slow_after:
            raise ValueError("a budget slows down before it holds")
        return self


class Budgets(Message):
    """One budget where totals are shown, a smaller one where hospitals are; `contact` is whom to call."""

    total: Budget
    per_hospital: Budget
    contact: Text

    @model_validator(mode="after")
    def _total_is_larger(self) -> Self:
        if self.per_hospital.hold_after > self.total.hold_after:
            raise ValueError("the budget per hospital is not larger than the one for totals")
        return self

    def choose(self, *, per_hospital: bool) -> Budget:
        """The one that holds for a view."""
        return self.per_hospital if per_hospital else self.total


class Permit(Message):
    """What the committee allows, to whom, where and until when. Its hash is its identity.

    `minimum_cell` is in distinct persons, `minimum_sites` in hospitals that a total mixes at least. Each
    hospital may be stricter in its own policy, never laxer. `sites` "any" is every member, present and to
    come: each must still accept. `counts` says in which form numbers leave; a permit has one form.
    `budgets` None sets no limit to questions. `release` says how held answers are checked; absent, one
    person at each hospital does. `sums` masked binds the hub too. `catalogue` has each hospital tell daily,
    in wide bands, how many patients each concept has.
    """

    format: Literal[1] = 1
    kind: Literal["permit"] = "permit"
    permit_id: Name
    network: Name
    project: Text
    purpose: Text
    requesters: Literal["any"] | Annotated[tuple[Name, ...], Field(min_length=1)]
    sites: Literal["any"] | Annotated[tuple[Site, ...], Field(min_length=1, max_length=200)]
    analyses: Annotated[tuple[AnalysisScope, ...], Field(min_length=1)]
    cohorts: Literal["any"] | Annotated[tuple[Hash, ...], Field(min_length=1)]
    minimum_cell: Annotated[int, Field(ge=1, le=10_000)]
    minimum_sites: Annotated[int, Field(ge=1, le=200)]
    counts: Counts = Exact()
    views: Annotated[tuple[View, ...], Field(min_length=1, max_length=2)]
    output: Output
    release: ReleaseCheck | None = None
    budgets: Budgets | None = None
    sums: Sums = Plain()
    catalogue: bool = False
    issued_at: Instant
    starts_at: Instant
    expires_at: Instant

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.expires_at <= self.starts_at:
            raise ValueError("the permit ends before it begins")
        if self.sites != ANY and len(set(self.sites)) != len(self.sites):
            raise ValueError("a hospital is named twice")
        if len({scope.id for scope in self.analyses}) != len(self.analyses):
            raise ValueError("an analysis is named twice")
        if self.release is not None and self.output is not Output.HELD:
            raise ValueError("a release check belongs to a permit whose output is held")
        if isinstance(self.sums, Masked):
            self._check_masked(self.sums)
        return self

    def _check_masked(self, sums: Masked) -> None:
        if self.sites == ANY or set(self.sites) != set(sums.keys):
            raise ValueError("masked sums need the key of each hospital that the permit names, and no other")
        if len(set(sums.keys.values())) != len(sums.keys):
            raise ValueError("two hospitals have the same key")
        if self.views != (View.TOTAL,):
            raise ValueError("masked sums show no hospital: views is the total alone")
        if self.minimum_sites < LEAST_MASKED:
            raise ValueError(f"a masked sum mixes at least {LEAST_MASKED} hospitals: minimum_sites")
        if not isinstance(self.counts, Exact | CellKey):
            raise ValueError("bands do not add up under masks: counts are exact or noisy")
        if self.catalogue:
            raise ValueError("a catalogue is read by the hub, which masked sums forbid: catalogue is false")
        if self.output is not Output.AUTOMATIC:
            raise ValueError("hospitals sum under masks at the same time: their output is automatic")

    @model_serializer(mode="wrap")
    def _leave_out_absent(self, write: SerializerFunctionWrapHandler) -> Json:
        # A permit signed before there were such fields keeps its hash when it is signed again.
        document: Json = write(self)
        absent = {
            "release": self.release is None,
            "sums": isinstance(self.sums, Plain),
            "catalogue": not self.catalogue,
        }
        return {name: value for name, value in document.items() if not absent.get(name)}

    @property
    def check(self) -> ReleaseCheck | None:
        """How an answer is checked before its release; None when it leaves by itself."""
        return (self.release or ReleaseCheck()) if self.output is Output.HELD else None

    def names(self, site: str) -> bool:
        """Whether it is for this hospital."""
        return self.sites == ANY or site in self.sites

    @property
    def is_shared(self) -> bool:
        """Whether an exact answer is compared with what anybody was told under it, not the requester alone.

        Who asks under "any" is a name that the hub may invent: each new one would be compared with nothing.
        """
        return self.requesters == ANY and isinstance(self.counts, Exact)

    @property
    def is_per_hospital(self) -> bool:
        """Whether a hospital's own numbers may be shown, where it agrees."""
        return View.PER_HOSPITAL in self.views


class Revocation(Message):
    """The committee takes a permit back, for good."""

    format: Literal[1] = 1
    kind: Literal["revocation"] = "revocation"
    permit: Hash
    network: Name
    revoked_at: Instant


class Decision(StrEnum):
    """What a hospital says to a permit."""

    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class SiteDecision(Message):
    """A hospital's word on one permit, signed with its own key at its node. `by` stays in its ledger."""

    format: Literal[1] = 1
    kind: Literal["site_decision"] = "site_decision"
    permit: Hash
    permit_id: Name
    site: Site
    decision: Decision
    decided_at: Instant
