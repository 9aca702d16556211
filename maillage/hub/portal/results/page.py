"""What the pages of one result show: its document, its charts with their tables, where it stands."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import mark_safe

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.charting import drawn
from maillage.analysis.registry import load_chart, load_words
from maillage.analysis.rendering import Form, draw
from maillage.analysis.several.chart import list_sections
from maillage.analysis.several.combine import PART_FAILED
from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.exchange.parts import SEVERAL
from maillage.hub.boot import Hub
from maillage.hub.portal.results.naming import list_concepts, name_concepts, name_unit
from maillage.hub.portal.words import word_repeats
from maillage.hub.questions.document import describe_question, list_questions
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.permits import describe_budget
from maillage.hub.questions.repeats import find_repeats
from maillage.hub.questions.states import AWAITED

_AWAITED = [state.value for state in AWAITED]
_COUNT = "count"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shown:
    """A chart as a page shows it: drawn for a wide and a narrow screen, and its table."""

    title: str
    wide: str
    narrow: str
    table: ChartTable
    note: str


def list_lines(requester: str) -> list[dict[str, Any]]:
    """One's own questions, newest first, each with its analysis and the thread of its hospitals."""
    found = list_questions(requester)
    asked = Question.objects.filter(id__in=[line["id"] for line in found])
    analyses = {row["id"]: row["analysis"]["id"] for row in asked.values("id", "analysis")}
    knots: dict[str, list[dict[str, str]]] = {}
    tasks = Task.objects.filter(question_id__in=analyses).order_by("site")
    for question_id, status in tasks.values_list("question_id", "state"):
        knots.setdefault(question_id, []).append({"status": status})
    return [
        line | {"analysis": load_words(analyses[line["id"]]), "knots": knots.get(line["id"], [])}
        for line in found
    ]


def describe_result(question: Question, *, hub: Hub) -> dict[str, Any]:
    """Everything that the result's page shows of a question."""
    document = describe_question(question, settings=hub.settings)
    document["budget"] = describe_budget(question.permit, requester=question.requester, hub=hub)
    charts = [show(chart) for chart in chart_result(question, document=document, hub=hub)]
    names = {site["id"]: site["name"] for site in document["sites"]}
    repeats = find_repeats(question, combined=document["combined"])
    return {
        "question": document,
        "analysis": load_words(question.analysis["id"]),
        "repeated": word_repeats(repeats, names=names),
        "no_chart": "" if charts else _say_no_chart(question, document=document),
        "spoken": sum(site["status"] not in _AWAITED for site in document["sites"]),
        "knots": [_tie(site) for site in document["sites"]],
        "checked": [site for site in document["sites"] if site["checks"]],
        "contributing": len(document["combined"]["contributing"]),
        "most": max((drawn(site["persons"]) or 0 for site in document["sites"]), default=0),
        "charts": charts,
        "sections": _list_sections(question, document=document, charts=charts, hub=hub),
    }


def _say_no_chart(question: Question, *, document: Mapping[str, Any]) -> str:
    """Why an analysis that ended shows nothing but its total; nothing where that is all there is to show."""
    combined = document["combined"]
    if document["status"] == "open" or question.analysis["id"] == _COUNT:
        return ""
    if combined["repeated"]:
        return _(
            "Pas de graphique : des hôpitaux ont répondu à une cohorte voisine, de la même autorisation, "
            "dont les personnes diffèrent de celles-ci par moins que le seuil. Deux tableaux de cohortes si "
            "proches feraient reconnaître quelqu’un. Décrivez la cohorte voisine, ou une cohorte qui s’en "
            "éloigne."
        )
    if not combined["contributing"]:
        return _(
            "Pas de graphique : aucun hôpital ne montre de nombre. Masqué ne veut pas dire zéro ; une "
            "cohorte plus large montrerait davantage."
        )
    return _("Pas de graphique : les hôpitaux ne montrent que le total de leurs personnes.")


def _list_sections(
    question: Question, *, document: Mapping[str, Any], charts: Sequence[Shown], hub: Hub
) -> list[dict[str, Any]]:
    """The analyses of a joint question, each with its own charts of all; none of another question."""
    if question.analysis["id"] != SEVERAL or not charts:
        return []
    asked = _read_asked(question, document=document, hub=hub)
    drawn_so_far = iter(enumerate(charts, start=1))
    return [
        {
            "words": section.words,
            "persons": section.document["persons"],
            "contributing": len(section.document["contributing"]),
            "failed": [
                asked.sites[line["id"]] for line in section.document["left_out"] if line["why"] == PART_FAILED
            ],
            "charts": [
                {"rank": rank, "shown": replace(shown, title=chart.title)}
                for chart, (rank, shown) in zip(section.charts, drawn_so_far, strict=False)
            ],
        }
        for section in list_sections(document["combined"], asked=asked)
    ]


def chart_result(question: Question, *, document: Mapping[str, Any], hub: Hub) -> list[ChartSpec]:
    """The charts that the analysis makes of the group's document; none while nobody is in it."""
    combined = document["combined"]
    if not combined["contributing"]:
        return []
    asked = _read_asked(question, document=document, hub=hub)
    return load_chart(question.analysis["id"]).charts(combined, asked=asked)


def _read_asked(question: Question, *, document: Mapping[str, Any], hub: Hub) -> Asked:
    return Asked(
        parameters=question.parameters,
        rules=tuple(question.rules),
        sites={site["id"]: site["name"] for site in document["sites"]},
        names={
            **name_concepts(list_concepts(document["combined"]), hub=hub),
            **name_unit(question.parameters, hub=hub),
        },
    )


def show(chart: ChartSpec) -> Shown:
    """Drawn, or its table alone where it cannot be: a defect of a drawing hides no number."""
    try:
        wide, narrow = (draw(chart, form=form) for form in (Form.WIDE, Form.NARROW))
    except (ValueError, MaillageError) as error:
        _LOG.error("hub.chart_failed", extra={"chart": chart.title, "error": type(error).__name__})
        wide = narrow = ""
    # Vega writes what it draws escaped; the theme and the names around it are ours.
    drawings: Any = {"wide": mark_safe(wide), "narrow": mark_safe(narrow)}  # noqa: S308
    return Shown(title=chart.title, table=chart.table, note=chart.note, **drawings)


def tabulate_sites(document: Mapping[str, Any]) -> ChartTable:
    """The table of hospitals, as it is downloaded."""
    columns = (
        Column("id", _("Identifiant")),
        Column("name", _("Hôpital")),
        Column("status", _("État")),
        Column("persons", _("Personnes"), figures=True),
        Column("reason", _("Motif")),
        Column("engine_ms", _("Moteur (ms)"), figures=True),
    )
    keys = [column.key for column in columns]
    return ChartTable(columns, tuple({key: site[key] for key in keys} for site in document["sites"]))


def list_tables(charts: Sequence[ChartSpec], *, document: Mapping[str, Any]) -> list[tuple[str, ChartTable]]:
    """Every table of a result with its title: the hospitals', then each chart's."""
    return [(_("Par hôpital"), tabulate_sites(document)), *((chart.title, chart.table) for chart in charts)]


def _tie(site: Mapping[str, Any]) -> dict[str, Any]:
    """A hospital as a knot of the thread."""
    hidden = site["persons"] is not None and drawn(site["persons"]) is None
    return {"name": site["name"], "status": site["status"], "hidden": hidden}
