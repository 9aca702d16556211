"""The four university hospitals of the demo, and which of them see the same patients."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Site:
    """A hospital. `number` sets its identifiers apart from those of the others."""

    id: str
    name: str
    city: str
    department: str
    number: int


SITES: Mapping[str, Site] = MappingProxyType(
    {
        site.id: site
        for site in (
            Site(
                id="chu-clermont",
                name="CHU de Clermont-Ferrand",
                city="Clermont-Ferrand",
                department="63",
                number=1,
            ),
            Site(id="chu-grenoble", name="CHU Grenoble Alpes", city="Grenoble", department="38", number=2),
            Site(id="hcl", name="Hospices Civils de Lyon", city="Lyon", department="69", number=3),
            Site(
                id="chu-saint-etienne",
                name="CHU de Saint-Étienne",
                city="Saint-Étienne",
                department="42",
                number=4,
            ),
        )
    }
)


@dataclass(frozen=True)
class SharedSlot:
    """Of every hundred patients of two hospitals, the one at this place is the same person in both."""

    place: int
    sites: tuple[str, str]


# Four in a hundred at each hospital. The place fixes the identity, so that two hospitals agree whatever
# their sizes; places are spread out, so that small samples have shared patients too.
SHARED_SLOTS: tuple[SharedSlot, ...] = (
    SharedSlot(place=5, sites=("chu-clermont", "chu-saint-etienne")),
    SharedSlot(place=13, sites=("chu-grenoble", "hcl")),
    SharedSlot(place=29, sites=("hcl", "chu-saint-etienne")),
    SharedSlot(place=41, sites=("chu-clermont", "hcl")),
    SharedSlot(place=55, sites=("chu-clermont", "chu-saint-etienne")),
    SharedSlot(place=63, sites=("chu-grenoble", "hcl")),
    SharedSlot(place=89, sites=("chu-grenoble", "chu-saint-etienne")),
    SharedSlot(place=97, sites=("chu-clermont", "chu-grenoble")),
)
SLOT_PERIOD = 100
