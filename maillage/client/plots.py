"""A drawing of a result, as a notebook shows it; made of the same specification as the portal's."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maillage.analysis.base import ChartSpec
from maillage.analysis.rendering import Form, complete, draw
from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.client.errors import ClientError
from maillage.client.tables import Table

VEGA_LITE = "application/vnd.vegalite.v6+json"
SVG = "image/svg+xml"


class PlotMissingError(ClientError):
    """There is no such drawing, or nothing to draw."""

    kind = Kind.NOT_FOUND
    code = "plot_missing"


class DrawingMissingError(ClientError):
    """A drawing was wanted as SVG and vl-convert is not installed."""

    kind = Kind.NOT_FOUND


@dataclass(frozen=True)
class Plot:
    """One drawing of a result, with the table that says the same.

    `spec` is its Vega-Lite specification, whole: data, theme, width, light colours. A notebook shows `svg`,
    which needs vl-convert (`pip install vl-convert-python`); without it, the specification where the notebook
    draws such itself, else the table and what to install.
    """

    title: str
    note: str
    spec: dict[str, Any]
    table: Table
    _chart: ChartSpec

    @property
    def svg(self) -> str:
        """The drawing as a file of its own. Raises DrawingMissingError without vl-convert."""
        try:
            return draw(self._chart, form=Form.ALONE)
        except ImportError as error:
            raise DrawingMissingError(
                _("vl-convert n’est pas installé : il n’y a pas de dessin en SVG."),
                why=_("La spécification Vega-Lite est dans `spec`, les mêmes nombres dans `table`."),
                remedy="pip install vl-convert-python",
            ) from error

    def save(self, path: Path | str) -> Path:
        """Write the drawing where the name ends in `.svg`, its specification where it ends in `.json`.

        Raises ClientError for another ending, DrawingMissingError without vl-convert.
        """
        path = Path(path)
        match path.suffix:
            case ".svg":
                text = self.svg
            case ".json":
                text = json.dumps(self.spec, ensure_ascii=False, indent=2)
            case _:
                raise ClientError(
                    _("Un dessin s’enregistre en .svg, ou en .json pour sa spécification."),
                    why=_("Le nom donné est « {name} ».").format(name=path.name),
                )
        path.write_text(text, encoding="utf-8")
        return path

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        shown: dict[str, Any] = {VEGA_LITE: self.spec, "text/plain": str(self)}
        try:
            shown[SVG] = self.svg
        except DrawingMissingError as error:
            shown["text/html"] = f"{self.table._repr_html_()}<p>{error.what} {error.remedy}</p>"
        return {
            kind: value
            for kind, value in shown.items()
            if (not include or kind in include) and kind not in (exclude or ())
        }

    def __str__(self) -> str:
        return str(self.table)


def list_plots(charts: Sequence[ChartSpec]) -> tuple[Plot, ...]:
    """The drawings among the charts of a result, in their order; a chart may be a table alone."""
    return tuple(
        Plot(chart.title, chart.note, complete(chart.spec), Table.of(chart), chart)
        for chart in charts
        if chart.spec is not None
    )


def find_plot(charts: Sequence[ChartSpec], *, title: str) -> Plot:
    """The drawing of that title, without one the first. Raises PlotMissingError."""
    plots = list_plots(charts)
    if not plots:
        raise PlotMissingError(
            _("Ce résultat n’a rien à dessiner."),
            why=next((chart.note for chart in charts if chart.note), ""),
            remedy=_("Si des hôpitaux n’ont pas encore répondu, relisez-le plus tard par son identifiant."),
        )
    for plot in plots:
        if title in ("", plot.title):
            return plot
    raise PlotMissingError(
        _("Ce résultat n’a pas de dessin « {title} ».").format(title=str(title)[:80]),
        remedy=_("Ses dessins : {titles}.").format(titles=", ".join(plot.title for plot in plots)),
    )
