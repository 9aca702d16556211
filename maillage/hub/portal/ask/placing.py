"""Where a card, a group or a rule may be put: by buttons here, by hand in `ask-drag.js`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.cohort.edit import Block, Outline, Rule


@dataclass(frozen=True)
class Home:
    """A rule or a group that takes others in: its path, and its words after « mettre »."""

    path: str
    words: str


@dataclass(frozen=True)
class Placing:
    """What there is to choose for one thing. `leaves`: it may become a rule of its own."""

    homes: Sequence[Home]
    nests: bool
    leaves: bool

    @property
    def is_offered(self) -> bool:
        """Whether there is anything to choose."""
        return bool(self.homes) or self.nests or self.leaves


def list_homes(found: Outline) -> list[Home]:
    """Every rule and every group in them."""
    return [home for number, rule in enumerate(found.rules, start=1) for home in _list_of(rule, number)]


def find_placing(path: str, *, homes: Sequence[Home], found: Outline) -> Placing:
    """For what is at the path: nothing for entry events and for what is tied to an event."""
    if not path.startswith("rule.") or ".with" in path:
        return Placing((), nests=False, leaves=False)
    parent = path.rpartition(".")[0]
    others = [home for home in homes if home.path != parent and not f"{home.path}.".startswith(f"{path}.")]
    inside = parent != "rule"
    around = find_block(found, parent if inside else path)
    return Placing(others, nests=around is not None and len(around.members) > 1, leaves=inside)


def find_block(found: Outline, path: str) -> Block | None:
    """The rule's body or the group at that path."""
    blocks = (block for rule in found.rules for block in _each_block(rule.body))
    return next((block for block in blocks if block.path == path), None)


def _list_of(rule: Rule, number: int) -> Iterator[Home]:
    yield Home(rule.path, _("avec le critère {number} : {name}").format(number=number, name=rule.name))
    for block in list(_each_block(rule.body))[1:]:
        words = _("dans le groupe « {words} » du critère {number}")
        yield Home(block.path, words.format(words=block.words, number=number))


def _each_block(block: Block) -> Iterator[Block]:
    yield block
    for member in block.members:
        if isinstance(member, Block):
            yield from _each_block(member)
