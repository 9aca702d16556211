"""The screen of the demo: each hospital's line as it answers, then the total."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from maillage.base.french import format_milliseconds
from maillage.base.i18n import _
from maillage.client.results import CountResult, SiteCount
from maillage.disclosure.values import cell_to_json
from maillage.exchange.cell_words import describe_cell

_STYLES: Mapping[str, str] = {
    "waiting": "dim",
    "delivered": "cyan",
    "held": "yellow",
    "answered": "green",
    "refused": "magenta",
    "failed": "red",
    "missing": "red",
}


def _state_words() -> Mapping[str, str]:
    return {
        "waiting": _("en attente"),
        "delivered": _("calcule…"),
        "held": _("examine la question"),
        "answered": _("a répondu"),
        "refused": _("refuse"),
        "failed": _("a échoué"),
        "missing": _("n’a pas répondu"),
    }


@contextmanager
def open_screen(console: Console) -> Generator[Live]:
    """What is drawn anew at each answer; what comes after it begins on a line of its own."""
    with Live(console=console, auto_refresh=False) as live:
        yield live
    if not console.is_terminal:
        # A terminal's cursor is set below the drawing; a file has none.
        console.line()


def draw_result(result: CountResult) -> Group:
    """The table of the moment."""
    table = Table(title=result.title, title_style="bold", title_justify="left")
    table.add_column(_("Hôpital"))
    table.add_column(_("État"))
    table.add_column(_("Patients"), justify="right")
    table.add_column(_("Moteur"), justify="right")
    for site in result.sites:
        table.add_row(*_row(site))
    table.add_section()
    table.add_row(
        Text(_("Groupement"), style="bold"),
        _total_state(result),
        Text(describe_cell(result.combined.persons), style="bold"),
        "",
    )
    return Group(table, _footnote(result))


def _row(site: SiteCount) -> tuple[Text | str, ...]:
    style = _STYLES.get(site.status, "")
    state = Text(_state_words().get(site.status, site.status), style=style)
    if site.status in {"refused", "failed", "held"} and site.sentence:
        state.append(f"\n{site.sentence}", style="dim")
    engine = "" if site.engine_ms is None else format_milliseconds(site.engine_ms)
    return site.name, state, describe_cell(site.persons), engine


def _total_state(result: CountResult) -> str:
    return _("{count} hôpitaux sur {total}").format(
        count=len(result.combined.contributing), total=len(result.sites)
    )


def _footnote(result: CountResult) -> Text:
    lines = [_("Chaque nombre compte des personnes distinctes d’un hôpital ; moins de 11 : masqué.")]
    if result.budget is not None:
        lines.append(result.budget.sentence)
    if result.complete:
        elapsed = format_milliseconds(result.elapsed_ms)
        lines.append(_("Réponse complète en {elapsed}.").format(elapsed=elapsed))
    return Text("\n".join(lines), style="dim")


def as_document(result: CountResult, *, elapsed_ms: float) -> dict[str, Any]:
    """The one JSON document of `--once --json`."""
    combined = cell_to_json(result.combined.persons)
    return {
        "question": {"id": result.id, "title": result.title},
        "sites": [_site_document(site) for site in result.sites],
        "combined": {**combined, "contributing": list(result.combined.contributing)},
        "elapsed_ms": round(elapsed_ms, 1),
    }


def _site_document(site: SiteCount) -> dict[str, Any]:
    document: dict[str, Any] = {"id": site.id, "status": site.status, "engine_ms": site.engine_ms}
    return document | ({"reason": site.sentence} if site.persons is None else cell_to_json(site.persons))


def make_console(*, json: bool) -> Console:
    """Where people read: the standard output, or the error output when it must hold JSON alone."""
    return Console(stderr=json, highlight=False)
