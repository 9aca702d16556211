"""What a feature is, as it crosses the wire: one number or one level a person, at the date of the index.

The index is the first day of a person's first stay in the cohort. Levels are those that the specification
names or that its bands bound: a level that only a rare patient has can appear nowhere by itself.
"""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from maillage.analysis.base import WireModel, one_or_more
from maillage.analysis.features.concepts import Concepts
from maillage.base.i18n import _

Days = Annotated[int, Field(ge=-36_525, le=36_525)]
FeatureName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Number = Annotated[float, Field(ge=-1e12, le=1e12)]
Missing = Literal["complete", "indicator", "category"]
MAX_FEATURES = 100


class Window(WireModel):
    """Days around the index, both ends included; 0 is the day itself. An open end is as far as data go."""

    start: Days | None = None
    end: Days | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(_("la fenêtre finit avant de commencer"))
        return self


BEFORE = Window(end=0)
"""All that is known on the day of the index."""


class _Feature(WireModel):
    name: FeatureName


class _Numeric(_Feature):
    """A number, held between `at_least` and `at_most`; with `bands`, a factor of len(bands) + 1 levels.

    `bands` are cut points: a level goes from one, included, to the next. `reference` is the position of the
    level that has no column.
    """

    at_least: Number | None = None
    at_most: Number | None = None
    bands: Annotated[tuple[Number, ...], BeforeValidator(one_or_more), Field(max_length=30)] = ()
    reference: Annotated[int, Field(ge=0, le=30)] = 0

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if list(self.bands) != sorted(set(self.bands)):
            raise ValueError(_("bands sont des bornes en ordre croissant"))
        if self.reference > len(self.bands):
            raise ValueError(_("reference est le rang d’un des niveaux, à partir de 0"))
        if self.at_least is not None and self.at_most is not None and self.at_most <= self.at_least:
            raise ValueError(_("at_most n’est pas au-dessus de at_least"))
        return self


class Age(_Numeric):
    """Years from the year of birth to that of the index."""

    kind: Literal["age"] = "age"


class Sex(_Feature):
    """OMOP's male and female; who has neither is missing."""

    kind: Literal["sex"] = "sex"
    reference: Literal["female", "male"] = "female"
    missing: Literal["complete", "category"] = "complete"


class Year(_Numeric):
    """The calendar year of the index; a number, or with `levels` a factor of these years."""

    kind: Literal["year"] = "year"
    levels: Annotated[
        tuple[Annotated[int, Field(ge=1, le=9999)], ...], BeforeValidator(one_or_more), Field(max_length=60)
    ] = ()
    missing: Literal["complete", "category"] = "complete"

    @model_validator(mode="after")
    def _levels_or_bands(self) -> Self:
        if self.levels and (self.bands or self.reference >= len(self.levels)):
            raise ValueError(_("une année a levels ou bands, et reference est le rang de l’un d’eux"))
        if list(self.levels) != sorted(set(self.levels)):
            raise ValueError(_("les années sont en ordre croissant"))
        return self


class Event(_Numeric):
    """Events of a concept set in the window: whether there is any (0 or 1), or how many."""

    kind: Literal["condition", "drug", "procedure", "observation", "device"]
    concepts: Concepts
    window: Window = BEFORE
    use: Literal["any", "count"] = "any"


class Measurement(_Numeric):
    """Values of a concept set in the window; only those in `unit`, a concept id, when it is given.

    `last` and `first` by day, the later row of a day counting as later. Who has none is missing: left out
    (`complete`), or `fill` with a column that says so (`indicator`), or with bands a level of their own.
    """

    kind: Literal["measurement"] = "measurement"
    concepts: Concepts
    unit: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    window: Window = BEFORE
    use: Literal["last", "first", "mean", "min", "max"] = "last"
    missing: Missing = "complete"
    fill: Number = 0.0

    @model_validator(mode="after")
    def _missing_fits(self) -> Self:
        if (self.missing == "category") != bool(self.bands) and self.missing != "complete":
            raise ValueError(_("missing est « indicator » pour un nombre, et « category » avec bands"))
        return self


class Visit(_Numeric):
    """Visits that begin in the window, of a concept set or all: any, how many, or their nights together."""

    kind: Literal["visit"] = "visit"
    concepts: Concepts | None = None
    window: Window = BEFORE
    use: Literal["any", "count", "days"] = "any"


class Death(_Feature):
    """Whether death falls in the window."""

    kind: Literal["death"] = "death"
    window: Window = Window(start=0)


class FollowUp(_Numeric):
    """Days from the index to the end of observation, to death, or `until`, whichever comes first."""

    kind: Literal["follow_up"] = "follow_up"
    until: Annotated[int, Field(ge=1, le=36_525)]


Feature = Annotated[
    Age | Sex | Year | Event | Measurement | Visit | Death | FollowUp, Field(discriminator="kind")
]
Features = Annotated[tuple[Feature, ...], BeforeValidator(one_or_more), Field(max_length=MAX_FEATURES)]


def check_names(*features: _Feature) -> None:
    """Raises ValueError when two features have one name."""
    names = [feature.name for feature in features]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ValueError(_("deux variables s’appellent « {name} »").format(name=twice[0]))
