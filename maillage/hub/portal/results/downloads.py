"""Results as files: tables for spreadsheets and programs, a page for people, the document, the definition."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from maillage.analysis.base import ChartTable
from maillage.base.canon import canonical_bytes
from maillage.hub.boot import current_hub
from maillage.hub.portal.results.files import to_csv, to_parquet
from maillage.hub.portal.results.page import chart_result, list_tables
from maillage.hub.portal.results.report import write_pdf
from maillage.hub.portal.results.views import find_mine
from maillage.hub.portal.sessions import signed_in
from maillage.hub.questions.document import describe_question
from maillage.hub.questions.provenance import describe_provenance

_FORMS: Mapping[str, tuple[str, Callable[[ChartTable], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", to_csv),
    "parquet": ("application/vnd.apache.parquet", to_parquet),
}


@require_GET
@signed_in
def download_table(request: HttpRequest, question_id: str, rank: int, form: str) -> HttpResponse:
    """One table of the result: 0 is the hospitals', then those of the charts."""
    found = find_mine(request, question_id)
    document = describe_question(found, settings=current_hub().settings)
    tables = list_tables(chart_result(found, document=document, hub=current_hub()), document=document)
    if rank >= len(tables) or form not in _FORMS:
        raise Http404
    kind, write = _FORMS[form]
    return _attach(write(tables[rank][1]), kind=kind, name=f"{question_id}-{rank}.{form}")


@require_GET
@signed_in
def download_report(request: HttpRequest, question_id: str) -> HttpResponse:
    """The result on one page of PDF."""
    content = write_pdf(find_mine(request, question_id), hub=current_hub())
    return _attach(content, kind="application/pdf", name=f"{question_id}.pdf")


@require_GET
@signed_in
def download_document(request: HttpRequest, question_id: str) -> HttpResponse:
    """The document that the API gives, with the provenance."""
    found = find_mine(request, question_id)
    document: dict[str, Any] = describe_question(found, settings=current_hub().settings)
    content = canonical_bytes(document | {"provenance": describe_provenance(found)})
    return _attach(content, kind="application/json", name=f"{question_id}-resultat.json")


@require_GET
@signed_in
def download_cohort(request: HttpRequest, question_id: str) -> HttpResponse:
    """The cohort's expression, exactly as it was signed and sent."""
    content = find_mine(request, question_id).cohort.encode()
    return _attach(content, kind="application/json", name=f"{question_id}.json")


def _attach(content: bytes, *, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
