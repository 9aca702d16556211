"""`policy.toml`: what this hospital answers. The first rule that matches decides; without one, no answer."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from maillage.base.canon import sha256_hex
from maillage.base.errors import Kind
from maillage.base.i18n import _, mark
from maillage.base.settings import Settings, describe_validation
from maillage.disclosure.rules import NETWORK_FLOOR, DisclosureRules
from maillage.exchange.parts import list_inquiries
from maillage.exchange.task import Task
from maillage.node.errors import NodeError

NETWORK_MINIMUM_PARTICIPANTS = 3
"""A total of two hospitals tells each of them the other's number (S8)."""

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Person = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class PolicyError(NodeError):
    """The policy file says something that is not a policy, or weakens the network's rules."""


class PolicyMissingError(PolicyError):
    """There is no policy file."""

    kind = Kind.NOT_FOUND


class Decision(StrEnum):
    """What becomes of a question."""

    AUTO = "auto"
    HOLD = "hold"
    REFUSE = "refuse"


class Rule(Settings):
    """One rule; patterns are exact names or use `*`, case counts."""

    analysis: Pattern = "*"
    """Which analysis."""
    requester: Pattern = "*"
    """Who asks."""
    permit: Pattern = "*"
    """Under which permit."""
    decision: Decision
    """Answer, hold for a person, or refuse."""

    def matches(self, task: Task, *, analysis: str) -> bool:
        """Whether the rule speaks of this task, or of this analysis of it."""
        return (
            fnmatchcase(analysis, self.analysis)
            and fnmatchcase(task.requester, self.requester)
            and fnmatchcase(task.permit, self.permit)
        )


class PolicyFile(Settings):
    """The whole file, not yet known to hold together."""

    floor: Annotated[int, Field(ge=1, strict=True)] = NETWORK_FLOOR
    """Smallest number of distinct persons that a released cell may count; it may only be raised."""
    shown_alone: Annotated[bool, Field(strict=True)] = False
    """Whether this hospital's own numbers may be shown, not only a total."""
    minimum_participants: Annotated[int, Field(ge=1, le=200, strict=True)] = NETWORK_MINIMUM_PARTICIPANTS
    """How many hospitals a total mixes at least; not asked of a hospital shown alone."""
    checkers: tuple[Person, ...] = ()
    """Who may check held answers before their release; without a name, none leaves."""
    test_network: Annotated[bool, Field(strict=True)] = False
    """Lets the floor and the participants go under the network's; no patient's data belong there."""
    rule: tuple[Rule, ...] = ()
    """Rules, in order; the first that matches decides, and without one the question is refused."""


@dataclass(frozen=True)
class Policy:
    """A policy that holds together. `hash` names the exact file that decided, in the ledger."""

    rules: tuple[Rule, ...]
    disclosure: DisclosureRules
    shown_alone: bool
    minimum_participants: int
    checkers: tuple[str, ...]
    test_network: bool
    hash: str

    def __post_init__(self) -> None:
        if self.minimum_participants < NETWORK_MINIMUM_PARTICIPANTS and not self.test_network:
            raise PolicyError(
                _("Un total mêle au moins {count} hôpitaux.").format(count=NETWORK_MINIMUM_PARTICIPANTS),
                remedy=_("Relevez minimum_participants."),
            )


@dataclass(frozen=True)
class Verdict:
    """The decision and the number of the rule that made it, from 1; None when no rule matched."""

    decision: Decision
    rule: int | None


def load_policy(path: Path) -> Policy:
    """Read and check a policy. Raises PolicyError, or FloorError for a floor under the network's."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PolicyMissingError(
            _("La politique {path} est illisible.").format(path=path), why=error.strerror or ""
        ) from error
    return parse_policy(data, name=str(path))


@lru_cache(maxsize=4)
def parse_policy(data: bytes, *, name: str) -> Policy:
    """The policy written in these bytes; `name` is how errors call it.

    Asked thrice a question, of a file that is read each time and seldom changes: the same bytes, the same
    policy.
    """
    try:
        file = PolicyFile.model_validate(tomllib.loads(data.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(_("{path} n’est pas du TOML.").format(path=name), why=str(error)) from error
    except ValidationError as error:
        raise PolicyError(
            _("{path} contient une règle invalide.").format(path=name), why=describe_validation(error)
        ) from error
    network_floor = min(file.floor, NETWORK_FLOOR) if file.test_network else NETWORK_FLOOR
    return Policy(
        rules=file.rule,
        disclosure=DisclosureRules(floor=file.floor, network_floor=network_floor),
        shown_alone=file.shown_alone,
        minimum_participants=file.minimum_participants,
        checkers=file.checkers,
        test_network=file.test_network,
        hash=sha256_hex(data),
    )


_STRICTEST_FIRST = (Decision.REFUSE, Decision.HOLD, Decision.AUTO)


def decide(task: Task, *, policy: Policy) -> Verdict:
    """The first rule that matches; closed when there is none. Of several analyses, the strictest verdict."""
    asked = list_inquiries(task.analysis.id, task.parameters)
    verdicts = [_decide(task, analysis=one.analysis, policy=policy) for one in asked]
    closed = Verdict(Decision.REFUSE, None)
    return min(verdicts, key=lambda one: _STRICTEST_FIRST.index(one.decision), default=closed)


def _decide(task: Task, *, analysis: str, policy: Policy) -> Verdict:
    for number, rule in enumerate(policy.rules, start=1):
        if rule.matches(task, analysis=analysis):
            return Verdict(rule.decision, number)
    return Verdict(Decision.REFUSE, None)


def has_enough_participants(task: Task, *, policy: Policy) -> bool:
    """Whether this hospital's number can be told from the total.

    A hospital that agrees to be shown alone has nothing to hide in a total. The task's own minimum counts as
    well as its list: it is what the hub promises to combine at least.
    """
    promised = min(len(task.participants), task.minimum_participants)
    return policy.shown_alone or promised >= policy.minimum_participants


_DECISIONS: Mapping[Decision, str] = {
    Decision.AUTO: mark("répondre"),
    Decision.HOLD: mark("retenir pour examen"),
    Decision.REFUSE: mark("refuser"),
}


def word_decision(decision: Decision) -> str:
    """The decision for people."""
    return _(_DECISIONS[decision])


def word_policy(found: Policy) -> list[str]:
    """What holds for every answer, in sentences; the rules are a table."""
    return [
        _("Seuil : {floor} personnes").format(floor=found.disclosure.floor),
        _("Participants au moins : {count}").format(count=found.minimum_participants),
        _("Les nombres de l’hôpital peuvent être montrés seuls.")
        if found.shown_alone
        else _("Les nombres de l’hôpital ne sont montrés que dans un total."),
    ]
