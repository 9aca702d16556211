"""A form as somebody filled it in: what was typed, the document that it came from, and its JSON beside it.

What was typed is the state: it goes to the page and comes back, so nothing of it is lost, right or wrong. The
document that was goes with it, for what the form cannot show.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from maillage.analysis.base import Spec, Words
from maillage.analysis.registry import find_spec, load_words
from maillage.base.canon import canonical_hash
from maillage.base.i18n import _
from maillage.hub.portal.fields.checking import find_faults, read_fields
from maillage.hub.portal.fields.errors import FieldsError, UnfitError
from maillage.hub.portal.fields.leaves import read_document, write_json
from maillage.hub.portal.fields.lens import Reader, Typed, write
from maillage.hub.portal.fields.shapes import Node, find_form

WAS, WRITTEN, SEEN = "~was", "~json", "~seen"
"""The fields that go with a form: the document it came from, its JSON, and the hash of what that showed."""


@dataclass(frozen=True)
class Filled:
    """The form of one analysis, with what is in it. `errors` says by field what is wrong."""

    analysis_id: str
    form: Node
    typed: Typed
    was: Mapping[str, Any]
    written: str = ""
    """The JSON as it was sent, where it was edited."""
    seen: str = ""
    errors: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def spec(self) -> Spec:
        """The analysis as declared."""
        return find_spec(self.analysis_id)

    @property
    def words(self) -> Words:
        """What people read of it."""
        return load_words(self.analysis_id)

    def read(self) -> dict[str, Any]:
        """The parameters. Raises FieldsError."""
        return read_fields(self.form, self.typed, self.was, spec=self.spec, words=self.words)

    def read_so_far(self) -> dict[str, Any]:
        """The document of what can be read, sent or not."""
        return Reader(self.typed).read(self.form, self.was)

    @property
    def document(self) -> str:
        """The JSON that the page shows: as it was edited, or of what is in the fields."""
        return self.written or write_json(self.read_so_far())


def start_form(analysis_id: str, *, held: Mapping[str, Any] | None = None) -> Filled:
    """The form as it opens: with these parameters, or with those that the analysis starts from."""
    form = find_form(analysis_id)
    was = dict(load_words(analysis_id).start if held is None else held)
    return Filled(analysis_id, form, write(form, was), was)


def read_form(analysis_id: str, posted: Mapping[str, str]) -> Filled:
    """The form as it was sent. JSON that somebody edited is in the fields; where it does not fit, `errors`
    tells why.
    """
    form = find_form(analysis_id)
    # A page sends all its fields; of what was written by hand, the others hold their defaults.
    typed = dict(posted) if WAS in posted else {**write(form, {}), **posted}
    was = _read_was(typed.pop(WAS, ""))
    found = Filled(
        analysis_id,
        form,
        typed,
        was,
        written=typed.pop(WRITTEN, ""),
        seen=typed.pop(SEEN, ""),
    )
    return _take_written(found)


def _read_was(text: str) -> dict[str, Any]:
    try:
        found = read_document(text) if text else {}
    except UnfitError:
        found = {}
    return found if isinstance(found, dict) else {}


def _take_written(filled: Filled) -> Filled:
    """The form with the JSON in its fields, where the JSON was edited and the fields were not."""
    if not filled.written or not filled.seen:
        return replace(filled, written="")
    try:
        document = read_document(filled.written)
    except UnfitError as error:
        return replace(filled, errors={WRITTEN: str(error)})
    if not isinstance(document, dict):
        return replace(filled, errors={WRITTEN: _("Il faut un objet : { … }.")})
    if hash_document(document) == filled.seen:
        return replace(filled, written="")
    if hash_document(filled.read_so_far()) != filled.seen:
        told = _("Le JSON et le formulaire ont changé tous les deux : dites lequel garder.")
        return replace(filled, errors={WRITTEN: told})
    return take_document(filled, document)


def take_document(filled: Filled, document: Mapping[str, Any]) -> Filled:
    """The form with this document in its fields; as it was, with the reason, where the analysis does not take
    it.
    """
    typed = write(filled.form, document)
    faults = find_faults(filled.form, document, typed={}, spec=filled.spec, words=filled.words)
    if faults:
        return replace(filled, errors={WRITTEN: " ".join(faults.values())})
    return replace(filled, typed=typed, was=document, written="", errors={})


def keep_fields(filled: Filled) -> Filled:
    """The form without the JSON that was edited."""
    return replace(filled, written="", errors={})


def keep_written(filled: Filled) -> Filled:
    """The form with the JSON that was edited, whatever is in its fields."""
    try:
        document = read_document(filled.written)
    except UnfitError:
        return filled
    return take_document(filled, document) if isinstance(document, dict) else filled


def hash_document(document: Mapping[str, Any]) -> str:
    """What tells whether a document is another."""
    return canonical_hash(dict(document))


def require(filled: Filled) -> dict[str, Any]:
    """The parameters of a form that is sent. Raises FieldsError."""
    if not filled.errors:
        return filled.read()
    what = _("À revoir : le JSON de l’analyse.")
    raise FieldsError(what, of=filled.analysis_id, fields=filled.errors)
