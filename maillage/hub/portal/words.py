"""What a hospital's answer is called, on pages and on paper."""

from collections.abc import Mapping

from maillage.base.i18n import _, mark
from maillage.disclosure.values import cell_from_json
from maillage.exchange.cell_words import describe_cell

_STATUSES: Mapping[str, str] = {
    "absent": mark("N’était pas interrogé"),
    "waiting": mark("En attente de l’hôpital"),
    "delivered": mark("Compte…"),
    "held": mark("Examine la question"),
    "answered": mark("A répondu"),
    "refused": mark("Ne répond pas"),
    "failed": mark("A échoué"),
    "missing": mark("N’a pas répondu à temps"),
}


def word_status(status: str) -> str:
    """Where a hospital stands with a question."""
    return _(_STATUSES[status])


def word_cell(document: Mapping[str, object] | None) -> str:
    """A cell's JSON in words; a dash where there is none."""
    return describe_cell(None if document is None else cell_from_json(document))
