"""The key ceremony and a whole permit, typed as committee, operator and steward type them."""

import json
import tomllib
from pathlib import Path

import pytest

from maillage.base.keys import PublicKey, SigningKey
from maillage.cli.main import run
from maillage.exchange.envelope import open_permit
from maillage.exchange.permit import CellKey, DifferentialPrivacy, Permit
from maillage.governance.committee import DRAFT, make_key
from maillage.node.folder import open_node
from maillage.node.permits.committee import trusted_signers
from tests.support.commands import CommandFailedError, run_command
from tests.support.messages import HUB_KEY


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """The committee's desk: a key, and a permit signed from the model."""
    run_command("permit", "key", str(tmp_path / "committee.key"))
    run_command("permit", "draft", "--out", str(tmp_path / "feasibility.toml"))
    sign(tmp_path, "feasibility")
    return tmp_path


def sign(desk: Path, name: str) -> None:
    draft, out, key = desk / f"{name}.toml", desk / f"{name}.permit", desk / "committee.key"
    run_command("permit", "sign", str(draft), "--key", str(key), "--out", str(out))


def public(path: Path) -> PublicKey:
    return SigningKey.load(path).public


def make_node(desk: Path) -> str:
    node = str(desk / "node")
    address = ["--hub", "http://127.0.0.1:9", "--hub-key", HUB_KEY.public.text]
    run_command("node", "init", node, "--site", "hcl", *address)
    trusted = public(desk / "committee.key").text
    run_command("node", "committee", "trust", node, "--key", trusted, "--by", "Dr Faure")
    return node


def states(node: str) -> dict[str, str]:
    return {
        one["permit_id"]: one["state"] for one in json.loads(run_command("node", "permits", node, "--json"))
    }


def test_a_permit_is_signed_offered_accepted_and_withdrawn(desk: Path) -> None:
    node = make_node(desk)
    run_command("node", "permits", node, "--import", str(desk / "feasibility.permit"))
    assert states(node) == {"feasibility": "offered"}
    run_command("node", "accept", node, "feasibility", "--by", "Dr Faure")
    assert states(node) == {"feasibility": "accepted"}
    run_command("node", "withdraw", node, "feasibility", "--by", "Dr Faure")
    assert states(node) == {"feasibility": "withdrawn"}
    assert "Dr Faure" in run_command("node", "ledger", node, "--json")


def test_a_permit_that_no_trusted_key_signed_is_refused_with_its_remedy(desk: Path) -> None:
    node = make_node(desk)
    run_command("permit", "key", str(desk / "other.key"))
    (desk / "committee.key").rename(desk / "true.key")
    (desk / "other.key").rename(desk / "committee.key")
    (desk / "feasibility.permit").unlink()
    sign(desk, "feasibility")
    with pytest.raises(CommandFailedError):
        run_command("node", "permits", node, "--import", str(desk / "feasibility.permit"))
    assert states(node) == {}


def test_another_key_signs_the_same_permit(desk: Path) -> None:
    node, permit = make_node(desk), desk / "feasibility.permit"
    run_command("node", "permits", node, "--import", str(permit))
    run_command("node", "accept", node, "feasibility", "--by", "Dr Faure")
    run_command("permit", "key", str(desk / "second.key"))
    former, second = public(desk / "committee.key"), public(desk / "second.key")
    again = [
        "--former-key",
        former.text,
        "--key",
        str(desk / "second.key"),
        "--out",
        str(desk / "again.permit"),
    ]
    run_command("permit", "renew", str(permit), *again)
    run_command("node", "committee", "trust", node, "--key", second.text, "--by", "Dr Faure")
    run_command("node", "permits", node, "--import", str(desk / "again.permit"))
    revoked = ["--fingerprint", former.fingerprint, "--by", "Dr Faure"]
    run_command("node", "committee", "revoke", node, *revoked)
    assert states(node) == {"feasibility": "accepted"}
    with open_node(Path(node)).open_store() as store:
        assert list(trusted_signers(store)) == [second.fingerprint]


def test_a_hub_publishes_what_its_committee_signed_and_takes_it_back(desk: Path) -> None:
    hub = str(desk / "hub")
    run_command("hub", "init", hub, "--name", "houraa")
    with pytest.raises(CommandFailedError):
        run_command("hub", "permit", "publish", str(desk / "feasibility.permit"), "--hub", hub)
    with (desk / "hub" / "hub.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'committee = ["{public(desk / "committee.key").text}"]\n')
    run_command("hub", "permit", "publish", str(desk / "feasibility.permit"), "--hub", hub)
    assert "feasibility" in run_command("hub", "permit", "list", "--hub", hub)
    back = ["--key", str(desk / "committee.key"), "--out", str(desk / "back")]
    run_command("permit", "revoke", str(desk / "feasibility.permit"), *back)
    run_command("hub", "permit", "revoke", str(desk / "back"), "--hub", hub)
    assert "revoked" in run_command("hub", "permit", "list", "--hub", hub)


def test_the_noise_of_a_draft_becomes_a_table_that_is_signed(desk: Path) -> None:
    permit = read_signed(desk, "feasibility")
    assert isinstance(permit.counts, CellKey)
    assert permit.counts.table["floor"] == permit.minimum_cell
    assert permit.budgets is not None, "the model of a standing permit has noise and budgets"


def test_a_draft_may_ask_for_differential_privacy(desk: Path) -> None:
    text = DRAFT.replace("feasibility", "private")
    noise = text[text.index("[counts]") : text.index("[budgets]")]
    private = """[counts]
kind = "dp"
epsilon_per_question = 0.1
epsilon_total = 1
first_year = 2015
last_year = 2026
contact = "Dr Faure"

"""
    (desk / "private.toml").write_text(text.replace(noise, private), encoding="utf-8")
    sign(desk, "private")
    counts = read_signed(desk, "private").counts
    assert isinstance(counts, DifferentialPrivacy)
    assert (counts.questions, counts.delta, counts.per_requester) == (10, 0, False)


def read_signed(desk: Path, name: str) -> Permit:
    key = public(desk / "committee.key")
    return open_permit((desk / f"{name}.permit").read_bytes(), signers={key.fingerprint: key}).message


@pytest.mark.parametrize(
    "change",
    [
        ("minimum_cell  = 11", "minimum_cell = 0"),
        ("expires_at = 2027-12-01", "expires_at = 2026-11-30"),
        ('output = "automatic"', 'output = "sometimes"'),
        ('network    = "houraa"', "network = 12"),
        ('id = "count"', 'id = "count"\nunknown = 1'),
        ("permit_id", "permit id"),
    ],
)
def test_a_draft_that_is_no_permit_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str]
) -> None:
    assert tomllib.loads(DRAFT)
    make_key(tmp_path / "committee.key")
    (tmp_path / "wrong.toml").write_text(DRAFT.replace(*change), encoding="utf-8")
    files = ["--key", str(tmp_path / "committee.key"), "--out", str(tmp_path / "wrong.permit")]
    assert run(["permit", "sign", str(tmp_path / "wrong.toml"), *files]) not in (0, 70)
    assert "wrong.toml" in capsys.readouterr().err.replace("\n", "")
    assert not (tmp_path / "wrong.permit").exists()
