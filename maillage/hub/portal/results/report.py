"""A result as one page of PDF, and as a citation. Typst sets it with the fonts that it brings."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

import typst
from django.utils.timezone import localtime

from maillage.analysis.base import ChartTable
from maillage.analysis.registry import load_words
from maillage.analysis.rendering import Form, draw
from maillage.base.canon import read_json
from maillage.base.clock import parse_instant
from maillage.base.french import format_figure, format_milliseconds
from maillage.base.i18n import _, current_language, say
from maillage.cohort.edit import summary
from maillage.exchange.parts import name_parts
from maillage.hub.boot import Hub
from maillage.hub.portal.results.page import chart_result
from maillage.hub.portal.words import word_cell, word_status
from maillage.hub.questions.document import describe_question
from maillage.hub.questions.models import MAX_COHORT_TEXT, Question
from maillage.hub.questions.provenance import describe_provenance


def write_pdf(question: Question, *, hub: Hub) -> bytes:
    """The page: title, sentence, total, charts with their tables, provenance, citation. PDF/UA."""
    document = describe_question(question, settings=hub.settings)
    charts = chart_result(question, document=document, hub=hub)
    pictures = {f"chart-{rank}.svg": draw(chart, form=Form.PRINTED) for rank, chart in enumerate(charts)}
    parts = [
        {
            "title": chart.title,
            "picture": name if pictures[name] else None,
            "table": _write_table(chart.table),
            "note": chart.note,
        }
        for name, chart in zip(pictures, charts, strict=True)
    ]
    content = _describe(question, document=document, hub=hub) | {"parts": parts}
    files = {
        "main.typ": _template(),
        "result.json": json.dumps(content).encode(),
        **{name: picture.encode() for name, picture in pictures.items() if picture},
    }
    # The same bytes for the same result: the date is the question's, and no font is this machine's.
    dated: Any = {"timestamp": int(question.asked_at.timestamp()), "ignore_system_fonts": True}
    sources: Any = files
    return cast("bytes", typst.compile(sources, format="pdf", pdf_standards="ua-1", **dated))


def cite(question: Question, *, hub: Hub) -> str:
    """How to name this result: who asked it where and when, under which hashes."""
    asked = localtime(question.asked_at)
    return _(
        "{network}. « {title} ». Analyse « {analysis} », version {version}, dans {count} hôpitaux, sous "
        "l’autorisation « {permit} », le {day} ; question {question}, cohorte {cohort}, programme {code}."
    ).format(
        network=_("Réseau {name} (Maillage)").format(name=hub.settings.name),
        title=question.title,
        analysis=_name_analysis(question),
        version=question.analysis["version"],
        count=len(question.participants),
        permit=question.permit,
        day=asked.date().isoformat(),
        question=question.id,
        cohort=question.cohort_hash[:19],
        code=question.analysis["code"][:19],
    )


def _name_analysis(question: Question) -> str:
    """Its id; of a joint question, those that it holds too."""
    name = question.analysis["id"]
    parts = name_parts(name, question.parameters).get("parts")
    return f"{name} ({', '.join(parts)})" if parts else name


def say_cohort(question: Question) -> str:
    """The cohort in one sentence, the one that the builder shows, in the present language."""
    return summary(read_json(question.cohort, max_bytes=MAX_COHORT_TEXT))


def _describe(question: Question, *, document: Mapping[str, Any], hub: Hub) -> dict[str, Any]:
    combined, origin = document["combined"], describe_provenance(question)
    return {
        "title": question.title,
        "network": _("Réseau {name}").format(name=hub.settings.name),
        "banner": hub.settings.banner,
        "analysis": say(load_words(question.analysis["id"]).title),
        "language": current_language(),
        "question": question.id,
        "asked": _("Posée le {when} par {who}.").format(
            when=_say_instant(document["asked_at"]), who=question.requester
        ),
        "sentence": say_cohort(question),
        "total": word_cell(combined["persons"]),
        "total_note": _("personnes, dans {count} hôpitaux comptés sur {all}").format(
            count=len(combined["contributing"]), all=len(document["sites"])
        ),
        "provenance": _write_provenance(origin, document=document),
        "hashes": [
            [_("Cohorte"), question.cohort_hash],
            [_("Programme"), question.analysis["code"]],
            [_("Autorisation"), f"{question.permit} {question.permit_hash}"],
        ],
        "citation": cite(question, hub=hub),
        "words": {"page": _("page"), "provenance": _("Provenance"), "citation": _("Pour citer :")},
    }


def _write_provenance(origin: Mapping[str, Any], *, document: Mapping[str, Any]) -> dict[str, list[Any]]:
    persons = {site["id"]: site["persons"] for site in document["sites"]}
    headings = [_("Hôpital"), _("Réponse"), _("Personnes"), _("Logiciel"), _("Référentiel"), _("Moteur")]
    return {
        "columns": [
            {"heading": text, "figures": text in (_("Personnes"), _("Moteur"))}
            for text in [*headings, _("Registre")]
        ],
        "rows": [
            [
                site["name"],
                word_status(site["status"]),
                word_cell(persons[site["id"]]),
                site["software"] or "–",
                site["reference"] or "–",
                "–" if site["engine_ms"] is None else format_milliseconds(site["engine_ms"]),
                _("ligne {number}").format(number=site["ledger"]["sequence"]) if site["ledger"] else "–",
            ]
            for site in origin["sites"]
        ],
    }


def _write_table(table: ChartTable) -> dict[str, list[Any]]:
    return {
        "columns": [{"heading": column.heading, "figures": column.figures} for column in table.columns],
        "rows": [[_write_value(row.get(column.key)) for column in table.columns] for row in table.rows],
    }


def _write_value(value: Any) -> str:
    if isinstance(value, Mapping):
        return word_cell(value)
    if isinstance(value, float):
        return format_figure(value)
    return "–" if value is None else str(value)


def _say_instant(text: str) -> str:
    return localtime(parse_instant(text)).strftime("%d/%m/%Y %H:%M")


@cache
def _template() -> bytes:
    return Path(__file__).with_name("report.typ").read_bytes()
