"""The folder of a node: made once, readable by its owner, pointing at a hub that can be trusted."""

import stat
from pathlib import Path
from typing import Any

import pytest

from maillage.base.errors import MaillageError
from maillage.base.keys import SigningKey
from maillage.node.errors import NodeExistsError, NodeMissingError
from maillage.node.folder import open_node
from maillage.node.settings import HubSettings, check_hub_url
from maillage.node.store import VERSIONS
from tests.support.nodes import make_node


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_node_opens_with_the_settings_that_were_written(tmp_path: Path) -> None:
    made = make_node(tmp_path / "hcl")
    opened = open_node(tmp_path / "hcl")
    assert opened.settings == made.settings
    assert opened.key.public == made.key.public
    assert opened.read_policy().rules == made.read_policy().rules


def test_secrets_are_the_owners_alone(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    assert _mode(node.folder) == 0o700
    assert _mode(node.folder / "node.key") == 0o600
    assert _mode(node.folder / "node.sqlite") == 0o600


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with pytest.raises(NodeExistsError):
        make_node(tmp_path / "hcl")
    assert SigningKey.load(node.folder / "node.key").public == node.key.public


def test_a_policy_that_is_already_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("floor = 30\n")
    assert make_node(tmp_path).read_policy().disclosure.floor == 30


def test_an_empty_folder_is_no_node(tmp_path: Path) -> None:
    with pytest.raises(NodeMissingError) as caught:
        open_node(tmp_path)
    assert "maillage node init" in caught.value.remedy


def test_a_lost_store_is_not_made_again_in_silence(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    (node.folder / "node.sqlite").unlink()
    with pytest.raises(NodeMissingError), node.open_store():
        pass


def test_a_store_of_another_version_is_named(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        store.connection.execute(f"PRAGMA user_version = {len(VERSIONS) + 1}")
    with pytest.raises(MaillageError, match="version"), node.open_store():
        pass


def test_a_store_that_is_no_database_is_named(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    (node.folder / "node.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(MaillageError, match="version"), node.open_store():
        pass


@pytest.mark.parametrize(
    "url",
    ["https://hub.example.fr", "https://hub.example.fr:8443/", "http://127.0.0.1:8400", "http://localhost:1"],
)
def test_a_hub_is_reached_over_tls_or_on_this_machine(url: str) -> None:
    assert check_hub_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://hub.example.fr", "http://127.0.0.1.example.fr", "ftp://hub", "hub.example.fr", "https://",
     "https://hub/base", "https://user:secret@hub", "https://hub?x=1"],
)  # fmt: skip
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="hub"):
        check_hub_url(url)


@pytest.mark.parametrize("changes", [{"key": "ssh-rsa AAAA"}, {"wait_seconds": 3600}, {"colour": "blue"}])
def test_settings_that_are_none_are_refused(changes: dict[str, Any]) -> None:
    settings = {"url": "https://hub.example.fr", "key": SigningKey.generate().public.text}
    with pytest.raises((ValueError, MaillageError)):
        HubSettings.model_validate(settings | changes)
