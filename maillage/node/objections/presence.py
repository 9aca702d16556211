"""Which objections concern a person of the warehouse as it is now; the others wait for the day they come."""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.node.folder import Node
from maillage.node.objections.register import Register, read_register
from maillage.warehouse.engines.base import Persons
from maillage.warehouse.engines.open import open_engine


def find_present(node: Node, register: Register) -> set[int]:
    """The numbers of the objections that are met in the warehouse. Raises WarehouseError."""
    if not register.names:
        return set()
    met: set[int] = set()

    def note(persons: Persons) -> Sequence[int]:
        found = list(register.find(persons))
        met.update(objection for _person, objection in found)
        return [person for person, _objection in found]

    open_engine(node.place, find_objected=note).close()
    return met


@dataclass(frozen=True)
class Presence:
    """How many objections the register has, and how many of them concern nobody of the warehouse yet."""

    total: int
    waiting: int


def count_presence(node: Node) -> Presence:
    """Counted in register and warehouse as they are now. Raises WarehouseError, RegisterBrokenError."""
    register = read_register(node.folder)
    total = len(set(register.names.values()))
    return Presence(total, total - len(find_present(node, register)))
