"""The report as one HTML page: each chart has the table of its figures; nothing is fetched, no script."""

from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Literal

from maillage.base.french import NO_BREAK_SPACE, format_number
from maillage.base.i18n import _, current_language, ngettext
from maillage.warehouse.quality.charts import Bar, Cell, Look, Strip, draw_bars, draw_strips
from maillage.warehouse.quality.document import (
    ALL_BUT_FEW,
    FEW,
    Figure,
    LinePart,
    ReportDocument,
    YearPart,
)
from maillage.warehouse.quality.errors_page import write_impossible, write_unmapped
from maillage.warehouse.quality.lines import GROUPS
from maillage.warehouse.quality.measure import FLOOR
from maillage.warehouse.quality.parts import add, figure, pair, percent, table, word_unknown

_HATCHES = (
    '<svg class="defs" aria-hidden="true"><defs>'
    + "".join(
        f'<pattern id="{name}" width="4" height="4" patternUnits="userSpaceOnUse"'
        ' patternTransform="rotate(45)">'
        f'<line class="{stroke}" y2="4" stroke-width="2.5"/></pattern>'
        for name, stroke in (("hatch", "stroke"), ("hatch-alarm", "stroke-alarm"))
    )
    + "</defs></svg>"
)


Year = int | Literal["before", "after"]


def write_page(report: ReportDocument) -> str:
    """The page, in the language of the present context."""
    title = _("Ce que l’entrepôt contient du socle national")
    css = files("maillage.warehouse.quality").joinpath("page.css").read_text(encoding="utf-8")
    body = [_head(report, title), *_groups(report), write_unmapped(report), write_impossible(report), _foot()]
    return (
        f'<!doctype html>\n<html lang="{current_language()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>\n{css}</style>\n</head>\n"
        f"<body>\n{_HATCHES}\n<main>\n{''.join(body)}</main>\n</body>\n</html>\n"
    )


def _head(report: ReportDocument, title: str) -> str:
    counts = (
        _("Tous les nombres sont exacts, même petits.")
        if report.exact
        else _("Un nombre que portent moins de {floor} personnes s’écrit « {few} ».").format(
            floor=FLOOR, few=figure(FEW)
        )
    )
    # Apart: texts inside an f-string are not collected for translation.
    inside = _("À l’intérieur de l’hôpital seulement")
    made = _("Fait le {date}, sans les personnes opposées.").format(date=report.made_on.isoformat())
    unknown = word_unknown(report.lines)
    warned = f'<p class="inside">{escape(unknown)}</p>\n' if unknown else ""
    return (
        f'<header>\n<p class="inside">{escape(inside)}</p>\n'
        f'<h1>{escape(title)}</h1>\n<p class="lead">{escape(made)} {escape(counts)}</p>\n{warned}'
        f"{_tiles(report)}</header>\n"
    )


def _tiles(report: ReportDocument) -> str:
    placed = [line for line in report.lines if line.place]
    filled = [line for line in placed if line.rows]
    rows, bare = sum(one.rows for one in report.unmapped), add(one.unmapped for one in report.unmapped)
    odd = add(one.rows for one in report.impossible) + add(one.odd_rows for one in report.units)
    tiles = (
        (_("Patients"), format_number(report.persons), _("visibles dans l’entrepôt")),
        (
            _("Lignes du socle"),
            f"{len(filled)}{NO_BREAK_SPACE}/{NO_BREAK_SPACE}{len(report.lines)}",
            _("ont au moins une donnée"),
        ),
        (_("Sans concept"), percent(100 * bare // rows if rows else 0), _("des événements")),
        (_("Impossibles"), format_number(odd), ngettext("valeur relevée", "valeurs relevées", odd)),
    )
    cells = [
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}<small>{escape(what)}</small></dd></div>"
        for name, value, what in tiles
    ]
    return f'<dl class="tiles">{"".join(cells)}</dl>\n'


def _groups(report: ReportDocument) -> Iterable[str]:
    for number in GROUPS:
        lines = [line for line in report.lines if line.item.startswith(number)]
        name = f"{number}. " + _(GROUPS[number])
        title = f"<h2>{escape(name)}</h2>"
        yield f"<section>\n{title}\n{_coverage(lines)}{_years(lines, report)}</section>\n"


def _coverage(lines: Sequence[LinePart]) -> str:
    bars = [line_bar(line) for line in lines]
    twin = table(
        _("Couverture : patients qui ont au moins une donnée."),
        [_("Ligne"), _("Patients"), _("Part"), _("Données")],
        [
            [f"{line.item} {line.label}", figure(line.persons), _share(line), figure(line.rows)]
            if line.place
            else [f"{line.item} {line.label}", "–", "–", "–"]
            for line in lines
        ],
    )
    return pair(draw_bars(bars, title=_("Couverture par ligne")), twin)


def line_bar(line: LinePart) -> Bar:
    """The coverage of a line as it is drawn."""
    if not line.place:
        return Bar(line.label, _("sans place dans OMOP"), 0, Look.ABSENT, line.item)
    if line.persons is None:
        return Bar(line.label, _("codes inconnus du vocabulaire"), 0, Look.ABSENT, line.item)
    if line.persons == FEW:
        return Bar(line.label, figure(FEW), 0.02, Look.FEW, line.item)
    if line.persons == ALL_BUT_FEW:
        return Bar(line.label, _share(line), 1, Look.NEARLY, line.item)
    return Bar(line.label, _share(line), (line.percent or 0) / 100, Look.PLAIN, line.item)


def _share(line: LinePart) -> str:
    if line.persons == ALL_BUT_FEW:
        return f">{NO_BREAK_SPACE}{percent(99)}"
    return "–" if line.percent is None else percent(line.percent)


def _years(lines: Sequence[LinePart], report: ReportDocument) -> str:
    dated = [line for line in lines if line.years]
    if not dated:
        return ""
    years: list[Year] = ["before", *range(report.first_year, report.last_year + 1), "after"]
    names = [_year_name(year, report) for year in years]
    strips = [Strip(line.label, _cells(line, years, names), line.item) for line in dated]
    by_year = [{part.year: part for part in line.years} for line in dated]
    twin = table(
        _("Patients par année civile."),
        [_("Ligne"), *names],
        [
            [f"{line.item} {line.label}", *(figure(_persons(found.get(year))) for year in years)]
            for line, found in zip(dated, by_year, strict=True)
        ],
    )
    said = _(
        "Plus une case est marquée, plus la ligne a de patients cette année-là, par rapport à sa meilleure."
    )
    title, fold = _("Par année civile"), _("Le tableau des années")
    shown = f"<h3>{escape(title)}</h3><p>{escape(said)}</p>"
    folded = f"<details><summary>{escape(fold)}</summary>{twin}</details>"
    return f'{shown}<div class="pair halves">{_draw_years(strips, years)}</div>{folded}'


def _draw_years(strips: Sequence[Strip], years: Sequence[Year]) -> str:
    """In two halves, side by side where the page is wide."""
    ticks = [str(year) if rank % 4 == 0 else "" for rank, year in enumerate(years)]
    ticks[0], ticks[-1] = _("avant"), _("après")
    half = (len(strips) + 1) // 2 if len(strips) > 3 else len(strips)
    title = _("Patients par année civile")
    return "".join(
        f"<figure>{draw_strips(part, ticks=ticks, title=title)}</figure>"
        for part in (strips[:half], strips[half:])
        if part
    )


def _cells(line: LinePart, years: Sequence[Year], names: Sequence[str]) -> list[Cell]:
    found = {part.year: part for part in line.years}
    most = max((part.persons for part in line.years if isinstance(part.persons, int)), default=0)
    return [_cell(found.get(year), name, most) for year, name in zip(years, names, strict=True)]


def _cell(part: YearPart | None, name: str, most: int) -> Cell:
    persons = _persons(part)
    title = _("{year} : {persons} patients").format(year=name, persons=figure(persons))
    if persons == FEW:
        return Cell(1, title, Look.FEW)
    return Cell(persons / most if most else 0, title)


def _persons(part: YearPart | None) -> Figure:
    return part.persons if part else 0


def _year_name(year: Year, report: ReportDocument) -> str:
    if year == "before":
        return _("avant {year}").format(year=report.first_year)
    return _("après {year}").format(year=report.last_year) if year == "after" else str(year)


def _foot() -> str:
    told = (
        _("Les lignes sont celles du socle commun des entrepôts hospitaliers, 15 septembre 2023."),
        _("Ce rapport n’est pas fait pour sortir : de ses sommes, un petit nombre caché peut se déduire."),
    )
    return f"<footer>{''.join(f'<p>{escape(one)}</p>' for one in told)}</footer>\n"
