"""A person changes the policy: the file and the ledger say so together, or neither does."""

from pathlib import Path

import pytest

from maillage.base.canon import sha256_hex
from maillage.node import ledger
from maillage.node.errors import StoreFullError
from maillage.node.folder import Node
from maillage.node.policy import PolicyError, PolicyFile, parse_policy
from maillage.node.policy_change import PolicyChangedError, format_policy, replace_policy, to_file
from maillage.node.review import ReviewError
from maillage.node.states import Event
from maillage.node.store import Store
from tests.support.nodes import HOLD, make_node

FILE = PolicyFile.model_validate(
    {
        "floor": 20,
        "shown_alone": True,
        "minimum_participants": 4,
        "checkers": ['Dr "Faure"', "Mme Roux\\é"],
        "rule": [{"analysis": "count", "requester": "alice", "decision": "auto"}, {"decision": "hold"}],
    }
)
NEW = format_policy(FILE).encode()


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return make_node(tmp_path / "hcl", policy=HOLD)


def change(store: Store, node: Node, *, data: bytes = NEW, former: str = "", by: str = "Dr Faure") -> None:
    replace_policy(store, node=node, data=data, former=former or node.read_policy().hash, by=by)


def test_what_is_written_is_what_is_read() -> None:
    assert to_file(parse_policy(NEW, name="policy.toml")) == FILE


def test_the_ledger_says_who_changed_what_into_what(node: Node) -> None:
    former = node.read_policy().hash
    with node.open_store() as store:
        change(store, node)
        line = ledger.read_lines(store)[-1]
    assert line.event == Event.PERSON_POLICY_CHANGED
    assert line.body == {"by": "Dr Faure", "former": former, "policy": sha256_hex(NEW)}
    assert node.read_policy().rules == FILE.rule


@pytest.mark.parametrize(
    ("data", "former", "by", "error"),
    [
        (b"floor = 3\n", "", "Dr Faure", Exception),
        (b"rule = 1\n", "", "Dr Faure", PolicyError),
        (NEW, "sha256:" + "0" * 64, "Dr Faure", PolicyChangedError),
        (NEW, "", "  ", ReviewError),
    ],
    ids=["under the floor", "no policy", "another was faster", "nobody"],
)
def test_what_is_refused_changes_nothing(
    node: Node, data: bytes, former: str, by: str, error: type[Exception]
) -> None:
    kept = node.policy_path.read_bytes()
    with node.open_store() as store:
        head = ledger.read_head(store)
        with pytest.raises(error):
            change(store, node, data=data, former=former, by=by)
        assert ledger.read_head(store) == head
    assert node.policy_path.read_bytes() == kept


def test_without_its_line_the_file_is_as_it_was(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = node.policy_path.read_bytes()
    with node.open_store() as store:

        def fail() -> None:
            raise StoreFullError("full")

        # The last moment before the commit.
        monkeypatch.setattr(store, "on_flush", fail)
        with pytest.raises(StoreFullError):
            change(store, node)
    assert node.policy_path.read_bytes() == kept
    assert [path.name for path in node.folder.glob("policy*")] == ["policy.toml"]
