"""Name a version of a draft, share a cohort inside the group, comment: each one transaction and one event."""

import json

from maillage.base.i18n import _, in_language
from maillage.cohort import cohort_hash, parse_expression
from maillage.cohort.edit import Document
from maillage.cohort.explain import as_text, explain_cohort
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.hub.boot import Hub
from maillage.hub.cohorts.drafts import read_name, start, write_document
from maillage.hub.cohorts.errors import CohortInputError, TooManyCohortsError
from maillage.hub.cohorts.find import find_own, find_readable, find_version, read_draft
from maillage.hub.cohorts.live import find_asked
from maillage.hub.cohorts.models import Cohort, CohortVersion, Comment
from maillage.hub.writing import writing

MAX_NOTE = 200
MAX_COMMENT = 2_000
MOST_VERSIONS = 200
MOST_COMMENTS = 500


def save_version(cohort_id: str, *, name: str, note: str, by: str, hub: Hub) -> CohortVersion:
    """Name what the draft says now.

    Raises CohortInputError, TooManyCohortsError, CohortError, and as `edit`.
    """
    now, told = hub.clock(), _read_line(note)
    with writing(hub):
        cohort = find_own(cohort_id, by=by, lock=True)
        cohort.name = read_name(name) or cohort.name
        if not cohort.name:
            raise CohortInputError(
                _("Il manque un nom."), remedy=_("Donnez à la cohorte le nom sous lequel la retrouver.")
            )
        version = _write_version(cohort, note=told, by=by, hub=hub)
        version.save(force_insert=True)
        cohort.changed_at = now
        cohort.save(update_fields=["name", "changed_at"])
        facts = {"version": version.number, "cohort_hash": version.cohort_hash}
        record(EventType.COHORT_SAVED, actor=by, subject=cohort_id, at=now, facts=facts)
    return version


def share(cohort_id: str, *, shared: bool, by: str, hub: Hub) -> Cohort:
    """Show the versions to everybody who may enter, or no longer. Raises CohortInputError, and as `edit`."""
    now = hub.clock()
    with writing(hub):
        cohort = find_own(cohort_id, by=by, lock=True)
        if shared and not CohortVersion.objects.filter(cohort_id=cohort_id).exists():
            raise CohortInputError(
                _("Rien n’est encore à partager."),
                why=_("On partage les versions enregistrées, jamais le brouillon."),
                remedy=_("Enregistrez d’abord une version."),
            )
        if cohort.is_shared == shared:
            return cohort
        cohort.is_shared = shared
        cohort.save(update_fields=["is_shared"])
        event = EventType.COHORT_SHARED if shared else EventType.COHORT_UNSHARED
        record(event, actor=by, subject=cohort_id, at=now)
    return cohort


def comment(cohort_id: str, *, number: int, text: str, by: str, hub: Hub) -> Comment:
    """Say something of a version. Raises CohortUnknownError, CohortInputError, TooManyCohortsError."""
    now, clean = hub.clock(), _read_comment(text)
    with writing(hub):
        version = find_version(find_readable(cohort_id, by=by), number=number)
        if Comment.objects.filter(version__cohort_id=cohort_id).count() >= MOST_COMMENTS:
            raise TooManyCohortsError(_("Cette cohorte a trop de commentaires."))
        found = Comment.objects.create(version=version, text=clean, by=by, at=now)
        facts = {"version": number}
        record(EventType.COHORT_COMMENTED, actor=by, subject=cohort_id, at=now, facts=facts)
    return found


def copy_version(cohort_id: str, *, number: int, by: str, hub: Hub) -> Cohort:
    """A cohort of one's own that starts from that version. Raises as `comment` and as `start`."""
    cohort = find_readable(cohort_id, by=by)
    version = find_version(cohort, number=number)
    name = _("{name} (copie)").format(name=cohort.name[:100])
    return start(json.loads(version.document), name=name, permit=cohort.permit, by=by, hub=hub)


def write_sentence(document: Document) -> str:
    """What the document says, in French, whole."""
    with in_language("fr"):
        return as_text(explain_cohort(parse_expression(document)))


def _write_version(cohort: Cohort, *, note: str, by: str, hub: Hub) -> CohortVersion:
    draft = read_draft(cohort)
    last = CohortVersion.objects.filter(cohort_id=cohort.id).order_by("-number").first()
    number = last.number + 1 if last else 1
    if number > MOST_VERSIONS:
        raise TooManyCohortsError(
            _("Cette cohorte a déjà {count} versions.").format(count=MOST_VERSIONS),
            remedy=_("Faites-en une copie, et continuez là."),
        )
    hashed = cohort_hash(parse_expression(draft.document))
    return CohortVersion(
        cohort=cohort,
        number=number,
        note=note,
        document=write_document(draft.document),
        sentence=write_sentence(draft.document),
        cohort_hash=hashed,
        question=find_asked(hashed, permit=cohort.permit, by=by, hub=hub),
        by=by,
        at=hub.clock(),
    )


def _read_line(note: str) -> str:
    clean = " ".join(note.split())
    if len(clean) > MAX_NOTE or not clean.isprintable():
        raise CohortInputError(_("Une note compte au plus {most} caractères.").format(most=MAX_NOTE))
    return clean


def _read_comment(text: str) -> str:
    clean = text.strip()
    if not clean or len(clean) > MAX_COMMENT:
        raise CohortInputError(_("Un commentaire compte de 1 à {most} caractères.").format(most=MAX_COMMENT))
    return clean
