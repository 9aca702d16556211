"""Who objected, as numbers: a patient is named in a form, hashed, and shown nowhere."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from maillage.base.french import format_number
from maillage.base.i18n import _, ngettext
from maillage.node.console.errors import FormError
from maillage.node.console.visit import View, Visit
from maillage.node.objections import changes
from maillage.node.objections.patients import Patient, parse_patients, word_kind
from maillage.node.objections.presence import find_present
from maillage.node.objections.register import load_register
from maillage.warehouse.errors import WarehouseError

_ON_A_PAGE = 200


def show(visit: Visit) -> Response:
    """How many; the latest by number, kind and date. They are looked for in the warehouse when asked."""
    is_looked_for = visit.query.get("presence") == "oui"
    with visit.node.open_store() as store:
        register = load_register(store, folder=visit.node.folder)
        rows = [dict(row) | {"kind": word_kind(row["kind"])} for row in store.rows("objections")]
    present, trouble = set[int](), ""
    if is_looked_for:
        try:
            present = find_present(visit.node, register)
        except WarehouseError as error:
            is_looked_for, trouble = False, str(error)
    return visit.show(
        "objections.html",
        total=len(rows),
        rows=rows[::-1][:_ON_A_PAGE],
        present=present if is_looked_for else None,
        trouble=trouble,
    )


def add(visit: Visit) -> Response:
    """Record one."""
    return _tell(visit, _change(visit, changes.add, patient=_read_patient(visit)))


def withdraw(visit: Visit) -> Response:
    """Take one back: the next question counts the patient again."""
    change = _change(visit, changes.withdraw, patient=_read_patient(visit))
    if not change.changed:
        told = _("Ce registre n’a pas d’opposition de ce patient : rien n’a changé.")
        return visit.go("/oppositions", told=told)
    words = ngettext("{count} opposition retirée", "{count} oppositions retirées", change.changed)
    return visit.go("/oppositions", told=words.format(count=format_number(change.changed)) + ".")


def import_list(visit: Visit) -> Response:
    """Record a list, or put it in the place of the whole register."""
    data = visit.form.files.get("list", b"")
    if not data:
        raise FormError(_("Choisissez un fichier."))
    patients = parse_patients(data, name=_("La liste"))
    is_whole = visit.form.get("replace") == "true"
    change = _change(visit, changes.replace_all if is_whole else changes.add_list, patients=patients)
    return _tell(visit, change)


def _read_patient(visit: Visit) -> Patient:
    return Patient(ins=visit.form.get("ins", ""), local_id=visit.form.get("local_id", ""))


def _change(visit: Visit, change: Callable[..., changes.Change], **patients: Any) -> changes.Change:
    by = visit.by
    with visit.node.open_store() as store:
        return change(store, node=visit.node, by=by, **patients)


def _tell(visit: Visit, change: changes.Change) -> Response:
    done = ngettext("{count} opposition ajoutée", "{count} oppositions ajoutées", change.changed)
    known = ngettext("{count} déjà connue", "{count} déjà connues", change.unchanged)
    told = f"{done.format(count=format_number(change.changed))}, "
    return visit.go("/oppositions", told=told + known.format(count=format_number(change.unchanged)) + ".")


VIEWS = (
    View("/oppositions", show),
    View("/oppositions/ajouter", add, "POST", back="/oppositions"),
    View("/oppositions/retirer", withdraw, "POST", back="/oppositions"),
    View("/oppositions/liste", import_list, "POST", back="/oppositions"),
)
