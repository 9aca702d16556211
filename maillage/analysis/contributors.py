"""Who is in a total of hospitals (S8), for analyses whose contents are more than a count."""

from collections.abc import Mapping
from typing import Protocol, TypeVar


class Told(Protocol):
    """One hospital's opening."""

    @property
    def site(self) -> str:
        """The hospital."""
        ...

    @property
    def shown_alone(self) -> bool:
        """Whether it agreed that its own numbers appear by themselves."""
        ...


AnyTold = TypeVar("AnyTold", bound=Told)


def choose_contributors(opened: Mapping[str, AnyTold], *, minimum_sites: int) -> list[AnyTold]:
    """Those shown alone, and the others when there are enough of them to hide each other; by name."""
    mixed = [one for one in opened.values() if not one.shown_alone]
    chosen = [one for one in opened.values() if one.shown_alone]
    chosen += mixed if len(mixed) >= minimum_sites else []
    return sorted(chosen, key=lambda one: one.site)
