"""A specification made whole for a room: with the theme, a width and, where no page has them, colours."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from maillage.analysis.charting import HATCHING
from maillage.analysis.rendering.theme import CONFIG, PRINTED

_JOINED = ("vconcat", "concat")


class Form(StrEnum):
    """For which room: a drawing that is merely scaled down has words that nobody can read.

    `alone` is for a page that is not ours, light or dark, such as a notebook, and for a file.
    """

    WIDE = "wide"
    NARROW = "narrow"
    PRINTED = "printed"
    ALONE = "alone"

    @property
    def is_narrow(self) -> bool:
        """Whether there is room for short names and two columns alone."""
        return self in (Form.NARROW, Form.PRINTED)

    @property
    def is_painted(self) -> bool:
        """Whether its colours are values; else they are variables of the page."""
        return self in (Form.PRINTED, Form.ALONE)


_WIDTHS: Mapping[Form, int] = {Form.WIDE: 760, Form.NARROW: 310, Form.PRINTED: 430, Form.ALONE: 640}
_LABELS: Mapping[Form, int] = {Form.WIDE: 260, Form.NARROW: 140, Form.PRINTED: 170, Form.ALONE: 220}
"""How long a name at an axis may be, in pixels, before it is cut; the table has the whole of it."""

_MAPS: Mapping[Form, int] = {Form.WIDE: 560, Form.NARROW: 275, Form.PRINTED: 390, Form.ALONE: 540}
"""How tall a map is: it keeps its proportions, so that its width decides."""

_PAINTS: Mapping[str, str] = {
    **{f"var({name})": value for name, value in PRINTED.items()},
    HATCHING: PRINTED["--line"],
}


def fit(spec: Mapping[str, Any], *, form: Form) -> dict[str, Any]:
    """The specification with the theme and a width; of views joined one under another, each gets it.

    Its expressions may ask whether the room is `narrow`; what asks for `width` would change while the drawing
    is laid out.
    """
    axis = CONFIG["axis"] | {"labelLimit": _LABELS[form]}
    ground = {"background": "var(--surface)", "padding": 10} if form == Form.ALONE else {}
    fitted = {
        **spec,
        "params": [{"name": "narrow", "value": form.is_narrow}],
        "config": {**CONFIG, "axis": axis, **ground, **spec.get("config", {})},
    }
    width = _WIDTHS[form]
    for join in _JOINED:
        if join in spec:
            return fitted | {join: [{**view, "width": width - 70} for view in spec[join]], "columns": 1}
    if "facet" in spec:
        return fitted
    if "projection" in spec:
        fitted["height"] = _MAPS[form]
    return fitted | {"width": width, "autosize": {"type": "fit-x", "contains": "padding"}}


def complete(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The specification as any Vega-Lite program draws it: light colours, and plain grey for hatching."""
    return _paint(fit(spec, form=Form.ALONE))


def _paint(part: Any) -> Any:
    match part:
        case str():
            return _PAINTS.get(part, part)
        case Mapping():
            return {key: inner if key == "values" else _paint(inner) for key, inner in part.items()}  # pyright: ignore[reportUnknownVariableType]
        case list() | tuple():
            return [_paint(inner) for inner in part]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return part
