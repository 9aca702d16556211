"""One computed answer before its check: as it would leave, cells hidden on trial, then a checker's word."""

from starlette.responses import Response

from maillage.base.i18n import _
from maillage.disclosure.values import cell_from_json
from maillage.exchange.release import Outcome, Word, word_outcome
from maillage.node.console.errors import FormError
from maillage.node.console.visit import View, Visit
from maillage.node.dossier import open_dossier
from maillage.node.release.check import rule, word_ruling
from maillage.node.release.describe import describe_held
from maillage.node.review import check_text


def show(visit: Visit) -> Response:
    """What the checker weighs; `masquer` names the cells that are hidden on trial."""
    task_id, masks = visit.path["task_id"], frozenset(visit.query.getlist("masquer"))
    with visit.node.open_store() as store:
        whole = describe_held(store, node=visit.node, task_id=task_id)
        shown = describe_held(store, node=visit.node, task_id=task_id, masks=masks) if masks else whole
        dossier = open_dossier(store, node=visit.node, task_id=task_id)
    left = {cell["name"]: cell_from_json(cell["cell"]) for cell in shown["cells"]}
    cells = [(one["name"], one["words"], cell_from_json(one["cell"])) for one in whole["cells"]]
    return visit.show(
        "release.html",
        found=shown,
        dossier=dossier,
        cells=[(name, words, cell, left.get(name)) for name, words, cell in cells],
        masks=sorted(masks),
        outcomes=[(outcome.value, word_outcome(outcome)) for outcome in _choices(bool(masks))],
        checkers=visit.node.read_policy().checkers,
    )


def _choices(is_masked: bool) -> list[Outcome]:
    """Once cells are chosen, the answer is conform after masking or not at all."""
    first = Outcome.MASKED if is_masked else Outcome.CONFORM
    return [first, Outcome.EXAMINE, Outcome.REFUSED]


def decide(visit: Visit) -> Response:
    """One checker's word."""
    by, note = visit.by, visit.form.get("note", "").strip()
    outcome = _read_outcome(visit.form.get("outcome", ""))
    masks = frozenset(visit.form.all("masquer")) if outcome is Outcome.MASKED else frozenset[str]()
    said = Word(by, outcome, masks, check_text(note, _("la note")) if note else "")
    with visit.node.open_store() as store:
        ruling = rule(
            store,
            node=visit.node,
            task_id=visit.path["task_id"],
            word=said,
            account=visit.desk.account,
        )
    return visit.go("/", told=word_ruling(ruling, outcome=outcome))


def _read_outcome(text: str) -> Outcome:
    if text not in set(Outcome):
        raise FormError(_("Choisissez ce que devient la réponse."))
    return Outcome(text)


_PAGE = "/controles/{task_id}"
VIEWS = (
    View(_PAGE, show),
    View(_PAGE + "/decision", decide, "POST", back=_PAGE),
)
