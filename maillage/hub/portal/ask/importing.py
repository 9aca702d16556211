"""A cohort from outside: what ATLAS exports, pasted or uploaded."""

from typing import Any

from django.http import HttpRequest

from maillage.base.canon import read_json
from maillage.base.i18n import _
from maillage.cohort import parse_expression
from maillage.cohort.compile import compile_cohort
from maillage.cohort.edit import Document
from maillage.exchange.message import MAX_COHORT_BYTES
from maillage.hub.cohorts.errors import CohortInputError
from maillage.hub.portal.sessions import field

_SUFFIX = ".json"


def read_import(request: HttpRequest) -> tuple[str, Document]:
    """The name and the document; an uploaded file wins over pasted text.

    Kept exactly as it came. Raises CanonError, CohortError, CohortInputError.
    """
    upload: Any = request.FILES.get("file")
    text = upload.read().decode("utf-8", "replace") if upload else field(request, "cohort")
    if not text.strip():
        raise CohortInputError(
            _("Il manque la cohorte."),
            remedy=_("Collez l’expression exportée d’ATLAS, ou choisissez son fichier."),
        )
    document = read_json(text, max_bytes=MAX_COHORT_BYTES)
    if not isinstance(document, dict):
        raise CohortInputError(_("Une cohorte est un objet JSON."))
    # Compiled for its errors alone: what no hospital could count is told before it is kept.
    compile_cohort(parse_expression(document))
    file_name = str(upload.name).removesuffix(_SUFFIX) if upload else ""
    typed = field(request, "name").strip()
    return (typed or str(document.get("Title") or "") or file_name)[:120], document
