"""The pyramid: women on the left, men on the right, the oldest at the top."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.charting import (
    HATCHING,
    INK,
    LINE_STRONG,
    SCHEMA,
    SERIES,
    drawable,
    drawn,
    hidden_note,
)
from maillage.analysis.pyramid.spec import SEXES, TABLE, read_key
from maillage.analysis.tabular.adding import find_table
from maillage.analysis.tabular.drawing import share
from maillage.analysis.tabular.wording import word_age, word_sex
from maillage.base.i18n import _

_NOTHING = Asked()
_SIDES = {"F": -1, "M": 1}
_SIGNED = ("value", "low", "high", "end")
# Shares of the longest bar: what stands for a hidden number, the crown of a partial one, room for numbers.
_STUB, _CROWN, _ROOM = 0.14, 0.05, 1.65
_WORDS = "(datum.low === null ? '' : '≈ ') + format(abs(datum.value), ',')"


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:  # noqa: ARG001
    """One drawing and its table; nothing where no hospital gave it."""
    found = find_table(document, TABLE)
    if not found:
        return []
    rows = [_describe(row) for row in found]
    columns = (
        Column("sex", _("Sexe")),
        Column("age", _("Âge")),
        Column("persons", _("Personnes"), figures=True),
        Column("share", _("Part"), figures=True),
        Column("sites", _("Hôpitaux comptés"), figures=True),
    )
    return [ChartSpec(_("Âge et sexe"), _draw(rows), ChartTable(columns, tuple(rows)), note=_note(rows))]


def _describe(row: Mapping[str, Any]) -> dict[str, Any]:
    sex, ages = read_key(row["key"])
    return {
        "sex": word_sex(sex),
        "age": word_age(ages),
        "band": ages.replace("-", "–"),
        "persons": row["persons"],
        "share": share(row["persons"], of=row["of"]),
        "sites": len(row["contributing"]),
        "side": _SIDES[sex],
        "partial": not row["complete"],
    }


def _note(rows: Sequence[Mapping[str, Any]]) -> str:
    partial = any(row["partial"] and drawn(row["persons"]) is not None for row in rows)
    told = _(
        "Une barre coiffée de hachures ne compte qu’une partie des hôpitaux : les personnes des autres sont "
        "dans le total."
    )
    unknown = _("Qui n’a pas de sexe noté est dans le total seul.")
    hidden = hidden_note([row["persons"] for row in rows])
    return " ".join(filter(None, [told if partial else "", hidden, unknown]))


def _draw(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    longest = max([1, *(drawn(row["persons"]) or 0 for row in rows)])
    ages = list(dict.fromkeys(row["band"] for row in reversed(rows)))
    up = {
        "field": "band",
        "type": "ordinal",
        "scale": {"domain": ages},
        "title": _("Âge, en années"),
        "axis": {"ticks": False, "domain": False, "labelPadding": 8},
    }
    hatched = {"type": "bar", "fill": HATCHING, "stroke": LINE_STRONG, "strokeWidth": 0.75}
    told = [_text(sex) for sex in SEXES]
    return {
        "$schema": SCHEMA,
        "data": {"values": [_place(row, longest=longest) for row in rows]},
        "encoding": {"y": up},
        "layer": [
            _part("!datum.hidden", {"type": "bar"}, _across("value", longest) | _colour()),
            _part(
                "datum.low !== null",
                {"type": "rule", "color": INK, "strokeWidth": 1.5},
                _across("low", longest, to="high"),
            ),
            _part("datum.hidden", hatched, _across("stub", longest)),
            _part("datum.partial && !datum.hidden", hatched, _across("crown", longest, to="end")),
            *told,
        ],
        "height": {"step": 26},
    }


def _place(row: Mapping[str, Any], *, longest: int) -> dict[str, Any]:
    """A row for the drawing; women's numbers are on the negative side."""
    side = row["side"]
    found = drawable(row, cell="persons") | {"partial": row["partial"], "stub": side * _STUB * longest}
    signed = {key: None if found[key] is None else side * found[key] for key in _SIGNED}
    crown = None if found["end"] is None else side * (found["end"] - min(found["end"], _CROWN * longest))
    return found | signed | {"crown": crown}


def _across(field: str, longest: int, *, to: str = "") -> dict[str, Any]:
    reach = _ROOM * longest
    across = {
        "field": field,
        "type": "quantitative",
        "title": _("Personnes"),
        "stack": None,
        "scale": {"domain": [-reach, reach], "nice": False},
        "axis": {"tickCount": 3, "labelExpr": "format(abs(datum.value), ',')"},
    }
    return {"x": across, "x2": {"field": to}} if to else {"x": across}


def _colour() -> dict[str, Any]:
    """Each side has its place and its word in the legend: colour says nothing alone."""
    scale = {"domain": [word_sex(sex) for sex in SEXES], "range": list(SERIES[: len(SEXES)])}
    return {"color": {"field": "sex", "type": "nominal", "scale": scale, "legend": {"title": None}}}


def _text(sex: str) -> dict[str, Any]:
    side = _SIDES[sex]
    mark = {"type": "text", "dx": 6 * side, "align": "left" if side > 0 else "right"}
    encoding = {"x": {"field": "end", "type": "quantitative"}, "text": {"field": "words"}}
    return _part(f"!datum.hidden && datum.side === {side}", mark, encoding)


def _part(shown: str, mark: Mapping[str, Any], encoding: Mapping[str, Any]) -> dict[str, Any]:
    """A layer of the rows for which the expression `shown` holds."""
    return {
        "transform": [{"filter": shown}, {"calculate": _WORDS, "as": "words"}],
        "mark": mark,
        "encoding": encoding,
    }
