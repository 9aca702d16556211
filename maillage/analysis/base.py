"""The shape that every analysis has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, cast

from pydantic import BaseModel, ConfigDict

from maillage.base.canon import canonical_hash
from maillage.disclosure.values import Cell

if TYPE_CHECKING:
    from maillage.analysis.rounds import Resident

    # At run time these would bring the SQL compiler into the node's agent, which stays small.
    from maillage.analysis.tabular.people import Cohort
    from maillage.disclosure.gates import Gate
    from maillage.warehouse.engines.base import Engine


def one_or_more(value: object) -> object:
    """A list of a question as the tuple that strict models ask for, and one value alone as a list of one.

    R writes a vector of one as the value itself. Only parameters are read so; what a hospital tells is not.
    """
    match value:
        case list() | tuple():
            return tuple(cast("Sequence[object]", value))
        case None:
            return None
        case _:
            return (value,)


class WireModel(BaseModel):
    """The base of parameters and contents: strict, closed, frozen."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


@dataclass(frozen=True)
class RoundsSpec:
    """An analysis of several rounds: what the hub asks in each, what a hospital tells, how many
    there may be.
    """

    parameters: type[WireModel]
    content: type[WireModel]
    most: int


@dataclass(frozen=True)
class Spec:
    """An analysis as declared: who asks reads `parameters`, who answers sends `content`.

    `exact`: it is told in exact numbers alone, under permits that allow them. `rounds`: the content opens an
    exchange of several rounds; its module `coordinate` is the hub's half. `unsummed`: why its contents are
    not summed under masks, marked French; empty of one that is, whose module `additive` says how.
    """

    id: str
    version: int
    parameters: type[WireModel]
    content: type[WireModel]
    exact: bool = False
    rounds: RoundsSpec | None = None
    unsummed: str = ""
    example: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Parameters to try it with on the synthetic hospitals."""


@dataclass(frozen=True)
class LocalAnswer:
    """What one hospital computed: a content that passed the gate; its milliseconds by part do not leave.

    `resident` is what an analysis of several rounds keeps in memory (`analysis.rounds`). `gates` is through
    how many gates it went; `troubles` what stopped parts of a joint question, for the hospital's own log.
    """

    content: WireModel
    compile_ms: float
    engine_ms: float
    gate_ms: float
    resident: "Resident | None" = None
    gates: int = 1
    troubles: Sequence[Exception] = ()


@dataclass(frozen=True)
class NamedCell:
    """A cell of a content in words, and the name by which a checker withholds it."""

    name: str
    words: str
    cell: Cell


@dataclass(frozen=True)
class Contribution:
    """One hospital's content as the hub received it, and whether it may be shown by itself.

    `in_total`: of one that may not, whether it is in the question's total, once that is fixed.
    """

    content: Mapping[str, Any]
    shown_alone: bool
    in_total: bool | None = None


class Ask(StrEnum):
    """How a number is asked whose type alone does not say what it is."""

    DAYS = "days"
    """A length of time, kept in days."""
    STEPS = "steps"
    """Cut points: from one number to another by equal steps, or as a list."""
    UNIT = "unit"
    """The concept id of a unit, asked as it is written."""


@dataclass(frozen=True)
class SumQuestion:
    """What says which numbers each hospital adds to a masked sum: what was asked, in which calendar year."""

    parameters: BaseModel
    year: int


@dataclass(frozen=True)
class Words:
    """What people read of an analysis: the module `words` of its folder, as `WORDS`. Texts are marked French.

    `labels` names each parameter by its field's name, and each value to choose as `field=value`; `hints` says
    more of a field. The portal's form is made of the parameters' types and of these. A field inside another
    has its path (`model.age`); `maillage.analysis.asking` has what is common. `asks` says how a number is
    asked, `fine` which fields are rarely touched; `start` is what the form holds at first, `picked` what a
    variable holds when it is chosen, by its field's path or by `path=kind`; `offers` which kinds of variables
    have a button of their own, beside the search; `sets`, by `path=kind`, which values to choose go with it.
    """

    title: str
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    hints: Mapping[str, str] = field(default_factory=dict[str, str])
    asks: Mapping[str, Ask] = field(default_factory=dict[str, Ask])
    fine: frozenset[str] = frozenset()
    start: Mapping[str, Any] = field(default_factory=dict[str, Any])
    picked: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    offers: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    sets: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])


@dataclass(frozen=True)
class Asked:
    """What a chart may say of the question beside its document: parameters, rules, hospitals' names by id.

    `names` are those of concepts, by id as text, where somebody knows them.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    rules: Sequence[str] = ()
    sites: Mapping[str, str] = field(default_factory=dict[str, str])
    names: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Column:
    """A column of a table: the key of its values in each row, its heading in words.

    A value is text, a number, None or the JSON of a cell; those of `figures` are set flush right.
    """

    key: str
    heading: str
    figures: bool = False


@dataclass(frozen=True)
class ChartTable:
    """What a drawing shows, as rows. A value that is suppressed stays the JSON of its cell."""

    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class ChartSpec:
    """A drawing in Vega-Lite and the table that says the same.

    Without `spec` the table stands alone. `spec` brings its data with it, and neither theme nor width: the
    hub has one theme, whose colours `maillage.analysis.charting` names. `note` is a sentence under both.
    """

    title: str
    spec: Mapping[str, Any] | None
    table: ChartTable
    note: str = ""


class LocalRun(Protocol):
    """The node's half of an analysis."""

    def __call__(
        self, *, cohort: "Cohort", parameters: BaseModel, engine: "Engine", gate: "Gate"
    ) -> LocalAnswer:
        """Compute and gate; nothing ungated is returned. The cohort may be open already."""
        ...


def hash_question(analysis_id: str, *, version: int, parameters: Mapping[str, Any]) -> str:
    """The name of what is asked of a cohort, alone or beside other analyses; `sha256:…`."""
    return canonical_hash({"id": analysis_id, "version": version, "parameters": parameters})
