"""The part of the page about what is wrong: codes without a concept, rows and values that cannot be."""

from html import escape

from maillage.base.i18n import _
from maillage.warehouse.quality.charts import Bar, Look, draw_bars
from maillage.warehouse.quality.document import FEW, Figure, ReportDocument, UnitPart
from maillage.warehouse.quality.parts import figure, pair, percent, table


def write_unmapped(report: ReportDocument) -> str:
    """By table, then code by code."""
    found = [one for one in report.unmapped if one.rows]
    bars = [Bar(one.table, figure(one.unmapped), *_look(one.unmapped, one.rows)) for one in found]
    twin = table(
        _("Événements dont le code n’a pas de concept, par table."),
        [_("Table"), _("Lignes"), _("Sans concept"), _("Part"), _("Codes")],
        [
            [
                one.table,
                figure(one.rows),
                figure(one.unmapped),
                "–" if one.percent is None else percent(one.percent),
                figure(one.distinct_codes),
            ]
            for one in found
        ],
    )
    chart = draw_bars(bars, title=_("Événements sans concept, par table"))
    return _section(_("Codes sans concept"), pair(chart, twin, alarm=True) + _codes(report))


def _codes(report: ReportDocument) -> str:
    rows = [
        [code.code, one.table, figure(code.rows), figure(code.persons)]
        for one in report.unmapped
        for code in one.codes
    ]
    if not rows:
        return _nothing(_("Aucun code sans concept n’est assez fréquent pour être nommé."))
    caption = _("Les codes sans concept les plus fréquents, à faire correspondre d’abord.")
    return table(caption, [_("Code de la source"), _("Table"), _("Lignes"), _("Patients")], rows, words=2)


def write_impossible(report: ReportDocument) -> str:
    """Rows by check, then values by unit."""
    found = [one for one in report.impossible if one.rows != 0]
    most = max((one.rows for one in found if isinstance(one.rows, int)), default=1)
    if not found:
        rows = _nothing(_("Aucune ligne impossible."))
    else:
        names = [_("{table} : {fault}").format(table=one.table, fault=one.label) for one in found]
        bars = [
            Bar(name, figure(one.rows), *_look(one.rows, most))
            for name, one in zip(names, found, strict=True)
        ]
        twin = table(
            _("Lignes qui ne peuvent pas être, par table."),
            [_("Table et défaut"), _("Lignes"), _("Patients")],
            [[name, figure(one.rows), figure(one.persons)] for name, one in zip(names, found, strict=True)],
        )
        rows = pair(draw_bars(bars, title=_("Lignes impossibles")), twin, alarm=True)
    return _section(_("Valeurs impossibles"), rows + _units(report))


def _units(report: ReportDocument) -> str:
    if not report.units:
        return _nothing(_("Aucune mesure du socle."))
    odd = [one for one in report.units if one.odd_rows != 0]
    twin = table(
        _("Mesures du socle par unité, et valeurs hors des bornes de vraisemblance."),
        [_("Ligne"), _("Unité"), _("Mesures"), _("Bornes"), _("Hors bornes"), _("Patients")],
        [_unit_row(one) for one in report.units],
        words=2,
    )
    if not odd:
        return twin
    bars = [
        Bar(f"{one.label}, {_unit_name(one)}", figure(one.odd_rows), *_look(one.odd_rows, one.rows), one.item)
        for one in odd
    ]
    chart = draw_bars(bars, title=_("Part des mesures hors des bornes"))
    # Under each other: this table is too wide to stand beside.
    return f'<figure class="alarm">{chart}</figure>{twin}'


def _unit_row(one: UnitPart) -> list[str]:
    bounded = one.low is not None and one.high is not None
    return [
        f"{one.item} {one.label}",
        _unit_name(one),
        figure(one.rows),
        f"{one.low:g}–{one.high:g}" if bounded else _("aucune"),
        figure(one.odd_rows) if bounded else "–",
        figure(one.odd_persons) if bounded else "–",
    ]


def _unit_name(one: UnitPart) -> str:
    return one.unit or _("sans unité")


def _look(value: Figure, most: Figure) -> tuple[float, Look]:
    if value == FEW:
        return 0.02, Look.FEW
    return (value / most if isinstance(most, int) and most else 0), Look.PLAIN


def _nothing(text: str) -> str:
    return f'<p class="good">{escape(text)}</p>\n'


def _section(title: str, body: str) -> str:
    return f"<section>\n<h2>{escape(title)}</h2>\n{body}</section>\n"
