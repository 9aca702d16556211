"""The policy: read, changed in a form, compared with the former one, then put in its place."""

from collections.abc import Sequence
from difflib import unified_diff

from pydantic import ValidationError
from starlette.responses import Response

from maillage.base.canon import sha256_hex
from maillage.base.errors import MaillageError
from maillage.base.i18n import _
from maillage.base.settings import describe_validation
from maillage.node.console.errors import FormError
from maillage.node.console.visit import View, Visit
from maillage.node.policy import Decision, PolicyFile, Rule, parse_policy, word_decision, word_policy
from maillage.node.policy_change import format_policy, replace_policy, to_file

_FREE_ROWS = 2
_MOST_ROWS = 200


def show(visit: Visit) -> Response:
    """What holds now; a file that is no policy is shown with what is wrong in it."""
    data = visit.node.policy_path.read_bytes()
    try:
        found = parse_policy(data, name="policy.toml")
    except MaillageError as error:
        return visit.show("policy_broken.html", error=error, text=data.decode(errors="replace"))
    file = to_file(found)
    return _show_form(visit, file, rows=file.rule, former=found.hash, sentences=word_policy(found))


def _show_form(
    visit: Visit,
    file: PolicyFile,
    *,
    rows: Sequence[Rule],
    former: str,
    sentences: Sequence[str],
) -> Response:
    return visit.show(
        "policy.html",
        file=file,
        rows=[*rows, *[None] * _FREE_ROWS],
        decisions=[(one.value, word_decision(one)) for one in Decision],
        former=former,
        sentences=sentences,
    )


def compare(visit: Visit) -> Response:
    """The change line by line, before anything changes."""
    text = format_policy(_read_form(visit))
    new = parse_policy(text.encode(), name="policy.toml")
    kept = visit.node.policy_path.read_bytes()
    lines = unified_diff(kept.decode(errors="replace").splitlines(), text.splitlines(), lineterm="", n=100)
    return visit.show(
        "policy_change.html",
        # Its first lines name files.
        lines=list(lines)[3:],
        text=text,
        former=visit.form.get("former", ""),
        is_stale=sha256_hex(kept) != visit.form.get("former", ""),
        sentences=word_policy(new),
        rules=new.rules,
    )


def change(visit: Visit) -> Response:
    """Put it in the place of the former one."""
    by, text = visit.by, visit.form.get("text", "")
    # A form sends the ends of lines as the web's; the file has the machine's.
    data = text.replace("\r\n", "\n").encode()
    with visit.node.open_store() as store:
        replace_policy(store, node=visit.node, data=data, former=visit.form.get("former", ""), by=by)
    return visit.go("/politique", told=_("Politique changée ; elle vaut dès la prochaine question."))


def _read_form(visit: Visit) -> PolicyFile:
    form = visit.form
    document = {
        "floor": _read_number(form.get("floor", "")),
        "shown_alone": form.get("shown_alone") == "true",
        "minimum_participants": _read_number(form.get("minimum_participants", "")),
        "checkers": [name.strip() for name in form.get("checkers", "").splitlines() if name.strip()],
        "test_network": form.get("test_network") == "true",
        "rule": _read_rules(visit),
    }
    try:
        return PolicyFile.model_validate(document)
    except ValidationError as error:
        raise FormError(_("Ce n’est pas une politique."), why=describe_validation(error)) from error


def _read_number(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise FormError(_("Le seuil et le nombre de participants sont des nombres entiers."))
    return int(text)


def _read_rules(visit: Visit) -> list[dict[str, str]]:
    """The rows that have a decision, in the order of their ranks."""
    columns = [visit.form.all(name) for name in ("rank", "analysis", "requester", "permit", "decision")]
    if len({len(column) for column in columns}) > 1 or len(columns[0]) > _MOST_ROWS:
        raise FormError(_("Le formulaire est illisible."))
    rows = [row for row in zip(*columns, strict=True) if row[4]]
    rows.sort(key=lambda row: _read_rank(row[0]))
    return [
        {"analysis": analysis or "*", "requester": requester or "*", "permit": permit or "*", "decision": to}
        for _rank, analysis, requester, permit, to in rows
    ]


def _read_rank(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 6 else _MOST_ROWS


VIEWS = (
    View("/politique", show),
    View("/politique/comparaison", compare, "POST", back="/politique"),
    View("/politique/changement", change, "POST", back="/politique"),
)
