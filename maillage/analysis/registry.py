"""Which analyses are installed, and the hash of the code that runs them.

Nothing here imports an analysis's local half, so that the node's agent and the hub stay light; only the
node's worker calls `load_local`.
"""

import hashlib
import importlib.util
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from pydantic import BaseModel, ValidationError

from maillage import analysis
from maillage.analysis.base import (
    Asked,
    ChartSpec,
    Contribution,
    LocalRun,
    NamedCell,
    Spec,
    SumQuestion,
    Words,
)
from maillage.analysis.errors import ParametersError, UnknownAnalysisError
from maillage.base.i18n import _
from maillage.base.settings import describe_validation
from maillage.disclosure.evidence import RuleName
from maillage.disclosure.summands import Summands
from maillage.exchange.parts import SEVERAL
from maillage.exchange.permit import Counts, Exact

if TYPE_CHECKING:
    from maillage.analysis.rounds import Coordinate

# What decides a number: the analysis, what analyses share, the cohort compiler under them, the gate above.
_HASHED_PACKAGES = (
    "maillage.analysis.features",
    "maillage.analysis.glm",
    "maillage.analysis.tabular",
    "maillage.cohort",
    "maillage.disclosure",
    "maillage.warehouse.engines",
)
# What writes, explains or checks definitions changes no number: a better sentence must not part a node from
# its hub.
_NOT_HASHED = frozenset(
    f"maillage.cohort/{room}" for room in ("dsl", "edit", "explain", "profile", "reference")
)
# Of an analysis alone: the compiler may one day have a module of such a name that does decide something.
_FOR_READERS = frozenset({"chart.py", "words.py"})


@dataclass(frozen=True)
class Installed:
    """An analysis as a node announces it."""

    id: str
    version: int
    code: str


class Combine(Protocol):
    """The hub's half of an analysis."""

    def __call__(
        self, contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int
    ) -> dict[str, Any]:
        """The combined document, every cell of it checked again."""
        ...


class Withholding(Protocol):
    """What a checker may hide of a content: `analysis.<id>.withhold`."""

    PARTS: tuple[str, ...]

    def list_cells(self, document: Mapping[str, Any], *, rules: Sequence[str] = ()) -> list[NamedCell]:
        """Its cells in words, each with its name."""
        ...

    def list_combined(self, document: Mapping[str, Any], *, rules: Sequence[str] = ()) -> list[NamedCell]:
        """The same of the group's document."""
        ...

    def withhold(self, document: Mapping[str, Any], *, names: Collection[str]) -> dict[str, Any]:
        """The content with these suppressed, and what would give them back; no number is changed."""
        ...

    def find_margins(self, document: Mapping[str, Any]) -> dict[RuleName, int]:
        """By rule of disclosure, the number that comes nearest to breaking it."""
        ...


class Additive(Protocol):
    """How an analysis's contents add up under masks: the module `additive` of its folder."""

    def refuse(self, parameters: Any) -> str:
        """Why a question with these parameters is not summed, in words; empty of one that is."""
        ...

    def count_amounts(self, question: SumQuestion) -> int:
        """How many of the numbers are amounts; the others are cells."""
        ...

    def flatten(self, document: Mapping[str, Any], *, question: SumQuestion) -> Summands:
        """One hospital's numbers, in an order that follows from the question alone."""
        ...

    def assemble(
        self, summands: Summands, *, question: SumQuestion, sites: Sequence[str], floor: int
    ) -> dict[str, Any]:
        """The combined document of a sum. Raises ContentError for one that cannot be."""
        ...


class Chart(Protocol):
    """What an analysis's combined document looks like: the module `chart` of its folder."""

    def charts(self, document: Mapping[str, Any], *, asked: Asked = ...) -> list[ChartSpec]:
        """Its drawings and tables, the one to read first at the head. Pure; words in the present language."""
        ...


def installed_analyses() -> Mapping[str, Installed]:
    """Every analysis installed here, by id."""
    return {name: Installed(name, find_spec(name).version, code_hash(name)) for name in list_analyses()}


def list_analyses() -> tuple[str, ...]:
    """The ids of what is installed: each folder here that has a `spec`. Adding one is adding its folder."""
    return _list_in(tuple(analysis.__path__))


# Every view of a question asks: a folder is looked into once.
@cache
def _list_in(folders: tuple[str, ...]) -> tuple[str, ...]:
    specs = (spec for folder in folders for spec in Path(folder).glob("*/spec.py"))
    return tuple(sorted(spec.parent.name for spec in specs))


def find_spec(analysis_id: str) -> Spec:
    """What the analysis takes and gives. Raises UnknownAnalysisError."""
    if analysis_id not in list_analyses():
        raise UnknownAnalysisError(
            _("L’analyse « {name} » n’est pas installée.").format(name=analysis_id[:40]),
            remedy=_("Analyses installées : {names}.").format(names=", ".join(list_analyses())),
        )
    return cast("Spec", import_module(f"maillage.analysis.{analysis_id}.spec").SPEC)


def read_parameters(spec: Spec, document: Mapping[str, Any]) -> BaseModel:
    """The parameters, validated. Raises ParametersError."""
    try:
        return spec.parameters.model_validate(document)
    except ValidationError as error:
        raise ParametersError(
            _("Les paramètres de l’analyse « {name} » sont invalides.").format(name=spec.id),
            why=describe_validation(error),
        ) from error


def load_local(analysis_id: str) -> LocalRun:
    """The node's half; importing it brings in the compiler, so only the worker does."""
    find_spec(analysis_id)
    return cast("LocalRun", import_module(f"maillage.analysis.{analysis_id}.local").run)


def load_combine(analysis_id: str) -> Combine:
    """The hub's half."""
    find_spec(analysis_id)
    return cast("Combine", import_module(f"maillage.analysis.{analysis_id}.combine").combine)


def load_coordinate(analysis_id: str) -> "Coordinate":
    """The hub's half of the rounds of an analysis that has some."""
    find_spec(analysis_id)
    return cast("Coordinate", import_module(f"maillage.analysis.{analysis_id}.coordinate").coordinate)


def load_withholding(analysis_id: str) -> Withholding:
    """What may be hidden of its contents."""
    find_spec(analysis_id)
    return cast("Withholding", import_module(f"maillage.analysis.{analysis_id}.withhold"))


def load_chart(analysis_id: str) -> Chart:
    """How its combined document is drawn."""
    find_spec(analysis_id)
    return cast("Chart", import_module(f"maillage.analysis.{analysis_id}.chart"))


def load_words(analysis_id: str) -> Words:
    """Its name and those of its parameters, in French to be translated."""
    find_spec(analysis_id)
    return cast("Words", import_module(f"maillage.analysis.{analysis_id}.words").WORDS)


def is_joinable(analysis_id: str) -> bool:
    """Whether it is installed and may be one of several in a question: rounds wait for nobody."""
    return analysis_id != SEVERAL and analysis_id in list_analyses() and find_spec(analysis_id).rounds is None


def list_joinable() -> tuple[str, ...]:
    """The ids of those that may be asked beside others."""
    return tuple(filter(is_joinable, list_analyses()))


def refuse_sum(analysis_id: str, parameters: Mapping[str, Any]) -> str:
    """Why this question is not summed under masks, in words; empty of one that is. Raises AnalysisError."""
    spec = find_spec(analysis_id)
    if not is_additive(analysis_id):
        return _(spec.unsummed) if spec.unsummed else _("Cette analyse ne s’additionne pas sous masques.")
    return load_additive(analysis_id).refuse(read_parameters(spec, parameters))


def is_additive(analysis_id: str) -> bool:
    """Whether its folder says how hospitals' contents add up."""
    return importlib.util.find_spec(f"maillage.analysis.{analysis_id}.additive") is not None


def suits(analysis_id: str, *, counts: Counts) -> bool:
    """Whether it can be told in the form of numbers that a permit allows."""
    return isinstance(counts, Exact) or analysis_id not in list_analyses() or not find_spec(analysis_id).exact


def load_additive(analysis_id: str) -> Additive:
    """How the contents of an additive analysis are summed under masks."""
    find_spec(analysis_id)
    return cast("Additive", import_module(f"maillage.analysis.{analysis_id}.additive"))


@cache
def code_hash(analysis_id: str) -> str:
    """`sha256:…` over the sources that decide this analysis's numbers, the same on every machine.

    A joint question may run any analysis that can be joined: its code is theirs too.
    """
    joined = list_joinable() if analysis_id == SEVERAL else ()
    packages = [f"maillage.analysis.{name}" for name in (analysis_id, *joined)]
    digest = hashlib.sha256()
    for package in (*packages, *_HASHED_PACKAGES):
        root = _folder_of(package)
        for name, content in sorted(_sources(root, prefix=package)):
            if _is_for_readers(name):
                continue
            digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return "sha256:" + digest.hexdigest()


def _is_for_readers(name: str) -> bool:
    package, _slash, file = name.partition("/")
    return package.startswith("maillage.analysis.") and file in _FOR_READERS


def _folder_of(package: str) -> Path:
    # Found without being imported (`importlib.resources.files` would import it): hashing the compiler must
    # not bring it into the agent.
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise UnknownAnalysisError(_("Le paquet {name} n’est pas installé.").format(name=package))
    return Path(found.submodule_search_locations[0])


def _sources(folder: Path, *, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for entry in folder.iterdir():
        name = f"{prefix}/{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__" and name not in _NOT_HASHED:
            found += _sources(entry, prefix=name)
        elif entry.name.endswith(".py"):
            # Line ends are made alike: a checkout on another system must give the same hash.
            found.append((name, entry.read_bytes().replace(b"\r\n", b"\n")))
    return found
