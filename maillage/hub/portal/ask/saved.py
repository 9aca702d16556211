"""Saved cohorts: the list, versions, sharing, comments, ATLAS in and out."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_POST

from maillage.base.errors import MaillageError
from maillage.cohort.edit import name_rules
from maillage.hub.boot import current_hub
from maillage.hub.cohorts import drafts
from maillage.hub.cohorts import versions as saving
from maillage.hub.cohorts.find import (
    find_own,
    find_readable,
    find_version,
    list_own,
    list_shared,
    read_draft,
)
from maillage.hub.portal.ask import pages
from maillage.hub.portal.ask.guard import page
from maillage.hub.portal.ask.importing import read_import
from maillage.hub.portal.ask.reading import describe_comparison, describe_version, describe_versions
from maillage.hub.portal.examples import find_example, list_examples
from maillage.hub.portal.sessions import field, requester_of


@require_GET
@page
def cohorts(request: HttpRequest) -> HttpResponse:
    """One's own cohorts, and those that others share."""
    return _show_list(request)


@require_POST
@page
def import_atlas(request: HttpRequest) -> HttpResponse:
    """A cohort of one's own from what ATLAS exports, pasted or in a file."""
    hub, by = current_hub(), requester_of(request)
    try:
        name, document = read_import(request)
        permit = pages.default_permit(by, hub=hub)
        cohort = drafts.start(document, name=name, permit=permit, by=by, hub=hub)
    except MaillageError as error:
        return _show_list(request, error=error)
    return redirect("cohort_page", cohort.id)


@require_POST
@page
def open_example(request: HttpRequest, slug: str) -> HttpResponse:
    """A cohort of one's own that starts from an example."""
    hub, by = current_hub(), requester_of(request)
    example = find_example(hub.examples, slug=slug)
    if example is None:
        raise Http404
    permit = pages.default_permit(by, hub=hub)
    document = name_rules(dict(example.cohort))
    cohort = drafts.start(document, name=example.title, permit=permit, by=by, hub=hub)
    return redirect("cohort_page", cohort.id)


@require_GET
@page
def export_atlas(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """The expression as ATLAS reads it: the owner's draft, or the version `v` of a cohort that is shared."""
    by = requester_of(request)
    number = str(request.GET.get("v", ""))
    if number.isdecimal() and len(number) < pages.MOST_DIGITS:
        cohort, version = find_readable(cohort_id, by=by), f"-v{int(number)}"
        document = json.loads(find_version(cohort, number=int(number)).document)
    else:
        cohort, version = find_own(cohort_id, by=by), ""
        document = read_draft(cohort).document
    name = (slugify(cohort.name) or cohort_id) + version
    return HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=2).encode(),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


@require_POST
@page
def save(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """Name a version."""
    name, note = field(request, "name"), field(request, "note")
    saving.save_version(cohort_id, name=name, note=note, by=requester_of(request), hub=current_hub())
    return _back(cohort_id, done="saved")


@require_POST
@page
def share(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """Share inside the group, or no longer."""
    shared = field(request, "shared") == "1"
    saving.share(cohort_id, shared=shared, by=requester_of(request), hub=current_hub())
    return _back(cohort_id, done="shared" if shared else "unshared")


@require_GET
@page
def versions(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """The versions of a cohort, with how each was counted."""
    by = requester_of(request)
    context = describe_versions(find_readable(cohort_id, by=by), by=by, hub=current_hub())
    return render(request, "portal/ask/versions.html", context)


@require_GET
@page
def version(request: HttpRequest, cohort_id: str, number: int) -> HttpResponse:
    """One version in words, its counts and its comments."""
    return _show_version(request, cohort_id, number=number)


@require_GET
@page
def compare_versions(request: HttpRequest, cohort_id: str) -> HttpResponse:
    """What changed between two versions, in words, and how the counts moved."""
    cohort = find_readable(cohort_id, by=requester_of(request))
    old, new = (_read_number(request, name) for name in ("de", "a"))
    context = describe_comparison(cohort, old=old, new=new, hub=current_hub())
    return render(request, "portal/ask/compare.html", context)


@require_POST
@page
def comment(request: HttpRequest, cohort_id: str, number: int) -> HttpResponse:
    """Say something of a version."""
    by, text = requester_of(request), field(request, "text")
    try:
        saving.comment(cohort_id, number=number, text=text, by=by, hub=current_hub())
    except MaillageError as error:
        return _show_version(request, cohort_id, number=number, error=error)
    return redirect("cohort_version", cohort_id, number)


@require_POST
@page
def copy(request: HttpRequest, cohort_id: str, number: int) -> HttpResponse:
    """A cohort of one's own that starts from that version."""
    by = requester_of(request)
    found = saving.copy_version(cohort_id, number=number, by=by, hub=current_hub())
    return redirect("cohort_page", found.id)


@require_POST
@page
def restore(request: HttpRequest, cohort_id: str, number: int) -> HttpResponse:
    """Make the draft say again what that version said: one more step, which may be undone."""
    by, hub = requester_of(request), current_hub()
    document = json.loads(find_version(find_own(cohort_id, by=by), number=number).document)
    drafts.edit(cohort_id, lambda _now: document, seen=None, by=by, hub=hub)
    return redirect("cohort_page", cohort_id)


def _back(cohort_id: str, *, done: str) -> HttpResponse:
    """To the builder, which says what was done."""
    return redirect(reverse("cohort_page", args=[cohort_id]) + f"?fait={done}")


def _show_list(request: HttpRequest, *, error: MaillageError | None = None) -> HttpResponse:
    by, hub = requester_of(request), current_hub()
    context: dict[str, Any] = {
        "own": list_own(by),
        "shared": list_shared(by),
        "examples": list_examples(hub.examples),
        "error": error,
        "pasted": field(request, "cohort"),
        "typed_name": field(request, "name"),
    }
    return render(request, "portal/ask/cohorts.html", context, status=pages.status_of(error))


def _show_version(
    request: HttpRequest, cohort_id: str, *, number: int, error: MaillageError | None = None
) -> HttpResponse:
    by = requester_of(request)
    found = find_version(find_readable(cohort_id, by=by), number=number)
    context = describe_version(found, by=by, hub=current_hub()) | {"error": error}
    return render(request, "portal/ask/version.html", context, status=pages.status_of(error))


def _read_number(request: HttpRequest, name: str) -> int:
    text = str(request.GET.get(name, ""))
    return int(text) if text.isdecimal() and len(text) < pages.MOST_DIGITS else 0
