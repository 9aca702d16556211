"""The console on a real node: each page says what is, each form does what the command line does."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from maillage.base.canon import canonical_hash
from maillage.cli.main import run
from maillage.disclosure.evidence import Neighbour, Relation
from maillage.exchange.envelope import seal_permit, seal_task
from maillage.exchange.export import open_export
from maillage.exchange.release import Outcome
from maillage.exchange.result import Hold, Refusal
from maillage.node import ledger, tasks
from maillage.node.console.pages import VIEWS
from maillage.node.decide import decide_task
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.objections import changes
from maillage.node.objections.patients import Patient
from maillage.node.permits import documents
from maillage.node.policy import Decision
from maillage.node.release.evidence import verify_evidence
from maillage.node.states import Event
from maillage.warehouse.synthetic import synthesize
from tests.support.cohorts import COHORT
from tests.support.consoles import Visitor, read_text, running_console
from tests.support.messages import COMMITTEE_KEY, HUB_KEY, example_permit
from tests.support.nodes import ROOT, accept_permit, make_node, node_task, read_states, wait_until
from tests.support.releases import compute, held_permit, partial_of, say, sent

POLICY = """\
checkers = ["Dr Faure", "Mme Roux", "alice"]

[[rule]]
permit = "feasibility"
decision = "hold"

[[rule]]
decision = "auto"
"""
WHO = {"cohort": COHORT, "cohort_hash": canonical_hash(COHORT)}


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """A hospital that holds what is asked under one permit, checks under another, answers under a third."""
    node = make_node(tmp_path / "hcl", policy=POLICY)
    accept_permit(node, held_permit(2, permit_id="etude", project="Étude DIABÈTE"))
    accept_permit(node, example_permit(permit_id="ouverte"))
    return node


@pytest.fixture
def visitor(node: Node) -> Iterator[Visitor]:
    with running_console(node) as found:
        yield found


def ask(node: Node, title: str = "Fractures de hanche", **changes: Any) -> str:
    """A question that the policy decides."""
    task = node_task(title=title, **WHO | changes)
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
    return task.task_id


def answer(node: Node, permit: str = "ouverte", **changes: Any) -> str:
    with node.open_store() as store:
        return compute(store, node, permit=permit, **WHO | changes)


def events(node: Node) -> list[str]:
    with node.open_store() as store:
        return [line.event for line in ledger.read_lines(store)]


def test_what_waits_is_listed_and_nothing_else(node: Node, visitor: Visitor) -> None:
    assert "Aucune question n’attend." in read_text(visitor.get("/"))
    ask(node)
    answer(node)
    answer(node, "etude", title="Diabète par année")
    text = read_text(visitor.get("/"))
    assert "Fractures de hanche Demandée par alice, sous l’autorisation feasibility." in text
    assert "Diabète par année Demandée par alice, sous l’autorisation etude. à contrôler" in text
    assert read_text(visitor.get("/attente")) in text


def test_a_held_question_shows_what_its_decision_needs(node: Node, visitor: Visitor) -> None:
    answer(node, title="Sous une autre autorisation")
    text = read_text(visitor.get(f"/questions/{ask(node)}"))
    for said in ("Fractures de hanche", "Qui entre", "Comptages", "retenir pour examen (règle 1)"):
        assert said in text
    assert "Aucun nombre, sous cette autorisation." in text, "the guard compares under one permit alone"


def test_a_question_asked_again_is_told_with_what_was_given(node: Node, visitor: Visitor) -> None:
    first = answer(node, title="La première")
    second = answer(node, title="La seconde")
    text = read_text(visitor.get(f"/questions/{second}"))
    assert "La même définition a déjà reçu une réponse" in text
    assert "La première" in text
    assert first != second


def test_a_person_accepts(node: Node, visitor: Visitor) -> None:
    task_id = ask(node)
    page = visitor.post(f"/questions/{task_id}/accepter", by="Dr Faure")
    assert "Question autorisée" in read_text(page)
    assert read_states(node) == {task_id: "accepted"}
    with node.open_store() as store:
        assert ledger.lines_of(store, task_id)[-1].body == {"by": "Dr Faure"}


def test_a_person_refuses_and_the_reason_stays_here(node: Node, visitor: Visitor) -> None:
    task_id = ask(node)
    page = visitor.post(f"/questions/{task_id}/refuser", by="Dr Faure", why="Hors du projet")
    assert "Question refusée." in read_text(page)
    with node.open_store() as store:
        assert [type(message) for message in sent(store, node, task_id)] == [Hold, Refusal]
    text = read_text(visitor.get(f"/questions/{task_id}"))
    assert "Refus : L’hôpital a examiné la question et ne répond pas." in text.replace("refus :", "Refus :")
    assert "Hors du projet" in text


@pytest.mark.parametrize("fields", [{"by": " ", "why": "non"}, {"by": "Dr Faure", "why": ""}])
def test_nobody_decides_without_a_name_and_a_reason(
    node: Node, visitor: Visitor, fields: dict[str, str]
) -> None:
    task_id = ask(node)
    page = visitor.post(f"/questions/{task_id}/refuser", **fields)
    assert str(page.url).endswith(f"/questions/{task_id}")
    assert 'role="alert"' in page.text
    assert read_states(node) == {task_id: "held"}


def test_what_was_decided_meanwhile_is_not_decided_twice(node: Node, visitor: Visitor) -> None:
    task_id = ask(node)
    visitor.post(f"/questions/{task_id}/accepter", by="Dr Faure")
    page = visitor.post(f"/questions/{task_id}/refuser", by="Mme Roux", why="trop tard")
    assert "n’attend pas d’accord" in read_text(page)
    assert read_states(node) == {task_id: "accepted"}


def test_two_checkers_let_an_answer_go_less_what_they_mask(node: Node, visitor: Visitor) -> None:
    task_id = answer(node, "etude")
    tried = read_text(visitor.get(f"/controles/{task_id}?masquer=years.2022"))
    assert "Année 2022 30 n’y figure plus" in tried
    assert "Année 2021 25 n’y figure plus" in tried, "it would give 2022 back"
    assert read_states(node) == {task_id: "computed"}
    word = {"outcome": "masked", "masquer": "years.2022"}
    first = visitor.post(f"/controles/{task_id}/decision", by="Dr Faure", **word)
    assert "attend une seconde personne" in read_text(first)
    second = visitor.post(f"/controles/{task_id}/decision", by="Mme Roux", **word)
    assert "conforme après masquage" in read_text(second)
    with node.open_store() as store:
        content = partial_of(store, node, task_id).content
    assert [year["year"] for year in content["years"]] == [2020]
    left = read_text(visitor.get(f"/questions/{task_id}"))
    assert "Contrôlée par : Dr Faure, Mme Roux." in left


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"by": "alice", "outcome": "conform"}, "Qui pose une question n’en contrôle pas la sortie."),
        ({"by": "M. Untel", "outcome": "conform"}, "n’est pas parmi les personnes"),
        ({"by": "Dr Faure", "outcome": "refused"}, "Un refus ou un examen dit pourquoi."),
        ({"by": "Dr Faure", "outcome": "masked"}, "Un masquage nomme ce qu’il masque"),
        ({"by": "Dr Faure", "outcome": "yes"}, "Choisissez ce que devient la réponse."),
        ({"by": "Dr Faure"}, "Choisissez ce que devient la réponse."),
    ],
)
def test_the_check_keeps_its_rules(node: Node, visitor: Visitor, fields: dict[str, str], told: str) -> None:
    task_id = answer(node, "etude")
    assert told in read_text(visitor.post(f"/controles/{task_id}/decision", **fields))
    assert read_states(node) == {task_id: "computed"}


def test_one_person_is_not_two(node: Node, visitor: Visitor) -> None:
    task_id = answer(node, "etude")
    visitor.post(f"/controles/{task_id}/decision", by="Dr Faure", outcome="conform")
    page = visitor.post(f"/controles/{task_id}/decision", by="dr  faure", outcome="conform")
    assert "s’est déjà prononcé" in read_text(page)
    assert read_states(node) == {task_id: "computed"}


def test_the_checker_sees_former_answers(node: Node, visitor: Visitor) -> None:
    former = answer(node, title="Celle d’avant")
    task_id = answer(node, "etude", neighbours=(Neighbour(former, Relation.SAME),))
    page = visitor.get(f"/controles/{task_id}")
    assert "Mêmes personnes que pour « Celle d’avant »" in read_text(page)
    assert f'href="/questions/{former}"' in page.text


def test_what_left_is_found_with_its_numbers_and_its_line(node: Node, visitor: Visitor) -> None:
    first = answer(node, title="Diabète de type 2")
    answer(node, title="Colon", requester="benoit")
    refused = ask(node, title="Sans autorisation", permit="inconnue")
    with node.open_store() as store:
        line = next(one.sequence for one in ledger.lines_of(store, first) if one.event.endswith("recorded"))
    text = read_text(visitor.get("/sorties"))
    assert "3 réponses, la plus récente d’abord" in text
    row = text.partition("Diabète de type 2 ")[2]
    assert row.startswith("alice ouverte 95 et 5 autres cases")
    assert row.rstrip().partition(" Cette page")[0].endswith(f" {line}")
    found = visitor.get("/sorties", params={"q": "BENOIT"}).text
    assert "Colon" in found
    assert "Diabète" not in found
    refusals = visitor.get("/sorties", params={"nature": "refusal"}).text
    assert refused in refusals
    assert "Colon" not in refusals
    assert "Aucune réponse ne convient." in visitor.get("/sorties", params={"q": "zzz"}).text


def test_what_left_is_told_page_by_page(node: Node, visitor: Visitor) -> None:
    for number in range(53):
        ask(node, title=f"Question {number}", permit="inconnue")
    first = visitor.get("/sorties", params={"nature": "refusal"})
    assert "Question 52" in first.text
    assert "Question 2<" not in first.text
    rest = visitor.get(
        "/sorties", params={"nature": "refusal", "avant": first.text.split("avant=")[1].split('"')[0]}
    )
    assert "3 réponses" in read_text(rest)


def test_the_evidence_that_is_downloaded_verifies(node: Node, visitor: Visitor) -> None:
    task_id = answer(node)
    data = visitor.get(f"/questions/{task_id}/preuve").content
    assert verify_evidence(data, key=node.key.public).evidence.task_id == task_id


def test_a_permit_is_read_accepted_and_withdrawn(node: Node, visitor: Visitor) -> None:
    permit = example_permit(permit_id="registre", project="Registre des AVC", minimum_cell=20)
    with node.open_store() as store:
        opened = documents.receive(store, node=node, envelope=seal_permit(permit, key=COMMITTEE_KEY))
    page = f"/autorisations/{opened.payload_hash}"
    assert "registre" in visitor.get("/autorisations").text
    text = read_text(visitor.get(page))
    assert "Registre des AVC" in text
    assert "Plus petit nombre montré 20 personnes" in text
    assert "acceptée" in read_text(visitor.post(page + "/accepter", by="Dr Faure"))
    with node.open_store() as store:
        assert documents.is_accepted(documents.find_permit(store, "registre"), node=node)
    assert "retirée par l’hôpital" in read_text(visitor.post(page + "/retirer", by="Dr Faure"))
    with node.open_store() as store:
        assert not documents.is_accepted(documents.find_permit(store, "registre"), node=node)


def rules_of(*decisions: str) -> dict[str, Any]:
    """A form of rules, one for each decision, in order."""
    columns = ("rank", "analysis", "requester", "permit")
    rows = [(str(rank), "count", "*", "*") for rank in range(1, len(decisions) + 1)]
    form = {name: [row[place] for row in rows] for place, name in enumerate(columns)}
    return form | {
        "decision": list(decisions),
        "floor": "12",
        "minimum_participants": "3",
        "checkers": "Mme Roux",
    }


def test_the_policy_is_compared_then_changed(node: Node, visitor: Visitor) -> None:
    former = node.read_policy().hash
    shown = visitor.post("/politique/comparaison", former=former, **rules_of("refuse", "auto", ""))
    assert "retiré : -checkers" in read_text(shown)
    assert "ajouté : +floor = 12" in read_text(shown)
    assert node.read_policy().hash == former, "a comparison changes nothing"
    text = shown.text.partition('aria-hidden="true" tabindex="-1">\n')[2].partition("</textarea>")[0]
    body = {"former": former, "text": text.replace("&#34;", '"').replace("&#39;", "'"), "by": "Dr Faure"}
    assert "Politique changée" in read_text(visitor.post("/politique/changement", **body))
    found = node.read_policy()
    assert [rule.decision for rule in found.rules] == [Decision.REFUSE, Decision.AUTO]
    assert (found.disclosure.floor, found.checkers) == (12, ("Mme Roux",))
    assert events(node)[-1] == Event.PERSON_POLICY_CHANGED
    again = visitor.post("/politique/changement", **body)
    assert "La politique a changé entre-temps." in read_text(again)


def test_rules_follow_their_ranks(node: Node, visitor: Visitor) -> None:
    form = rules_of("refuse", "auto", "hold") | {"rank": ["3", "1", "2"]}
    shown = visitor.post("/politique/comparaison", former=node.read_policy().hash, **form).text
    text = shown.partition("<textarea")[2]
    assert text.index("&#34;auto") < text.index("&#34;hold") < text.index("&#34;refuse")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"floor": "3"}, "11"),
        ({"floor": "beaucoup"}, "nombres entiers"),
        ({"minimum_participants": "2"}, "Un total mêle au moins 3 hôpitaux."),
        ({"decision": ["maybe", "auto"]}, "Ce n’est pas une politique."),
        ({"rank": ["1"]}, "Le formulaire est illisible."),
    ],
)
def test_a_policy_that_is_none_is_refused(
    node: Node, visitor: Visitor, changed: dict[str, Any], told: str
) -> None:
    kept = node.policy_path.read_bytes()
    form = rules_of("auto", "auto") | changed
    page = visitor.post("/politique/comparaison", former=node.read_policy().hash, **form)
    assert told in read_text(page)
    assert 'role="alert"' in page.text
    assert node.policy_path.read_bytes() == kept


def test_a_policy_that_somebody_broke_is_shown_with_its_fault(node: Node, visitor: Visitor) -> None:
    node.policy_path.write_text("floor = ", encoding="utf-8")
    assert "La politique ne se lit pas" in read_text(visitor.get("/politique"))


def test_the_ledger_is_read_filtered_verified_and_exported(
    node: Node, visitor: Visitor, tmp_path: Path
) -> None:
    task_id = answer(node)
    answer(node)
    one = visitor.get("/registre", params={"tache": task_id, "evenement": Event.AGENT_ANSWER_RECORDED})
    assert one.text.count('data-label="Événement"') == 1
    page = visitor.post("/registre/verifier")
    while "relues sur" in page.text:
        assert page.headers["refresh"] == "1"
        page = visitor.get("/registre/verification")
    with node.open_store() as store:
        lines = ledger.read_head(store).sequence
    assert f"Registre intact. Lignes : {lines} ; réponses gardées : 2." in read_text(page)
    path = tmp_path / "export"
    path.write_bytes(visitor.post("/registre/export").content)
    assert open_export(path).key == node.key.public
    assert not list(node.folder.glob(".export*"))


def test_a_broken_ledger_is_told(node: Node, visitor: Visitor) -> None:
    answer(node)
    with node.open_store() as store:
        store.connection.execute("DROP TRIGGER ledger_lines_are_written_once")
        store.connection.execute("UPDATE ledger SET at = '2020-01-01T00:00:00.000Z' WHERE sequence = 3")
    page = visitor.post("/registre/verifier")
    while "relues sur" in page.text:
        page = visitor.get("/registre/verification")
    assert 'role="alert"' in page.text
    assert "Registre intact" not in page.text


def test_objections_are_added_withdrawn_and_imported_without_showing_whose(
    node: Node, visitor: Visitor
) -> None:
    pages = [visitor.post("/oppositions/ajouter", local_id="IPP-SECRET-1", by="Mme Roux")]
    assert "1 opposition ajoutée, 0 déjà connue." in read_text(pages[0])
    listed = b"local_id\nIPP-SECRET-1\nIPP-SECRET-2\n"
    pages.append(visitor.upload("/oppositions/liste", listed, by="Mme Roux"))
    assert "1 opposition ajoutée, 1 déjà connue." in read_text(pages[1])
    pages.append(visitor.post("/oppositions/retirer", local_id="IPP-SECRET-1", by="Mme Roux"))
    assert "1 opposition retirée." in read_text(pages[2])
    pages.append(visitor.upload("/oppositions/liste", b"ins\nIPP-SECRET-3\n", by="Mme Roux"))
    assert "a des lignes fausses" in read_text(pages[3])
    pages.append(visitor.upload("/oppositions/liste", listed, replace="true", by="Mme Roux"))
    assert "2 oppositions au registre" in read_text(pages[4])
    assert not [page for page in pages if "SECRET" in page.text]
    assert events(node)[-1] == Event.PERSON_OBJECTIONS_REPLACED


def test_which_objections_concern_a_patient_is_looked_for_when_asked(node: Node, visitor: Visitor) -> None:
    synthesize("hcl", patients=100, target=node.warehouse)
    with node.open_store() as store:
        changes.add(store, node=node, patient=Patient(local_id="personne"), by="Mme Roux")
    assert "pas encore" not in visitor.get("/oppositions").text
    assert "Dans l’entrepôt : 0 ; pas encore : 1." in read_text(visitor.get("/oppositions?presence=oui"))


def test_the_warehouse_says_what_it_is(node: Node, visitor: Visitor) -> None:
    missing = read_text(visitor.get("/entrepot"))
    assert "agent arrêté entrepôt absent" in missing
    synthesize("hcl", patients=100, target=node.warehouse)
    text = read_text(visitor.get("/entrepot"))
    assert "entrepôt présent" in text
    assert "Modèle OMOP CDM 5.4" in text
    silent = read_text(visitor.get("/entrepot?hub=oui"))
    assert "hub" in silent.lower()


def test_the_language_is_chosen(node: Node, visitor: Visitor) -> None:
    ask(node)
    page = visitor.post("/langue", language="en", next="/registre")
    assert str(page.url) == visitor.origin + "/registre"
    assert '<html lang="en">' in page.text
    assert "What waits for a person" in read_text(visitor.get("/"))
    wandering = visitor.post("/langue", language="fr", next="//evil.example/")
    assert str(wandering.url) == visitor.origin + "/"


def test_what_is_not_there_is_said(visitor: Visitor) -> None:
    for path in ("/rien", "/questions/task-" + "0" * 32, "/autorisations/rien", "/controles/rien"):
        page = visitor.get(path)
        assert page.status_code in (httpx2.codes.NOT_FOUND, httpx2.codes.CONFLICT)
        assert "<h1>" in page.text


def test_it_closes_from_its_page(node: Node) -> None:
    with running_console(node) as visitor:
        assert "La console est fermée" in read_text(visitor.post("/fin"))


def test_it_closes_when_nobody_comes_and_a_script_is_nobody(node: Node) -> None:
    with running_console(node, idle_seconds=1) as visitor:
        wait_until(lambda: not looks(visitor))


def looks(visitor: Visitor) -> bool:
    """What the page's script does; whether somebody answered."""
    try:
        return visitor.get("/attente").status_code == httpx2.codes.OK
    except httpx2.TransportError:
        return False


def test_a_defect_tells_its_name_and_no_value(
    node: Node, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise ValueError("IPP-SECRET")

    monkeypatch.setattr("maillage.node.console.pages.waiting.list_waiting", fail)
    page = visitor.get("/")
    assert page.status_code == httpx2.codes.INTERNAL_SERVER_ERROR
    said = page.text + capsys.readouterr().err
    assert "incident-" in page.text
    assert "SECRET" not in said


def test_every_page_is_read_here(node: Node, visitor: Visitor) -> None:
    """A page that is added is shown at least once, with something on it, in both languages."""
    waiting, left, held = ask(node), answer(node), answer(node, "etude")
    with node.open_store() as store:
        permit = documents.list_permits(store)[0].hash
        say(store, node, answer(node, "etude"), Outcome.EXAMINE)
    names = {"task_id": left, "hash": permit}
    for view in VIEWS:
        if view.method == "POST":
            continue
        names["task_id"] = held if view.path.startswith("/controles") else left
        for language in ("fr", "en"):
            visitor.post("/langue", language=language)
            assert visitor.get(view.path.format_map(names)).status_code == httpx2.codes.OK, view.path
    assert visitor.get(f"/questions/{waiting}").status_code == httpx2.codes.OK


def test_the_command_line_replaces_the_policy_too(
    node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new.toml"
    new.write_text('[[rule]]\ndecision = "refuse"\n', encoding="utf-8")
    assert run(["node", "policy", str(node.folder), "--replace", str(new), "--by", "Dr Faure"]) == 0
    assert "refuser" in capsys.readouterr().out
    assert events(node)[-1] == Event.PERSON_POLICY_CHANGED


def test_the_command_refuses_any_other_address(node: Node, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["node", "console", str(node.folder), "--address", "192.168.1.4"]) == 4
    assert "127.0.0.1" in capsys.readouterr().err


def test_without_its_packages_the_command_says_what_to_install(
    node: Node, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "maillage.node.console.serve")
    monkeypatch.delattr("maillage.node.console.serve")
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert run(["node", "console", str(node.folder)]) == 2
    assert 'pip install "maillage[console]"' in capsys.readouterr().err


def test_the_link_is_told_and_ctrl_c_ends_it(node: Node) -> None:
    command = [sys.executable, "-m", "maillage", "node", "console", str(node.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        link = next(line.strip() for line in process.stdout if "/entree?cle=" in line)
        assert httpx2.get(link, follow_redirects=True).status_code == httpx2.codes.OK
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
