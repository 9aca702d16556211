"""A person changes the policy: the file and a line of the ledger, both or neither.

Editing `policy.toml` by hand stays possible: the ledger then learns of it with the next decision, which names
the file's hash. A change made here also says who made it.
"""

import json
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from maillage.base.canon import sha256_hex
from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.node import ledger
from maillage.node.folder import Node
from maillage.node.policy import Policy, PolicyError, PolicyFile, Rule, parse_policy
from maillage.node.review import check_name
from maillage.node.states import Event
from maillage.node.store import Store

_HEADING = "# What this hospital answers: docs/node.md, Policy. Written by `maillage node console`."


class PolicyChangedError(PolicyError):
    """The policy is no longer the one that the change started from."""

    kind = Kind.CONFLICT


def to_file(policy: Policy) -> PolicyFile:
    """What a file says that gives this policy."""
    return PolicyFile(
        floor=policy.disclosure.floor,
        shown_alone=policy.shown_alone,
        minimum_participants=policy.minimum_participants,
        checkers=policy.checkers,
        test_network=policy.test_network,
        rule=policy.rules,
    )


def format_policy(file: PolicyFile) -> str:
    """The text of such a file. Remarks of the former one are not kept."""
    values = file.model_dump(exclude={"rule"}, mode="json")
    lines = [_HEADING, "", *(f"{name} = {_toml(value)}" for name, value in values.items())]
    return "\n".join([*lines, *(line for rule in file.rule for line in _format_rule(rule)), ""])


def _format_rule(rule: Rule) -> list[str]:
    values = rule.model_dump(mode="json")
    return ["", "[[rule]]", *(f"{name} = {_toml(value)}" for name, value in values.items())]


def _toml(value: Any) -> str:
    # JSON's strings, numbers, truths and arrays are TOML's too.
    return json.dumps(value, ensure_ascii=False)


def replace_policy(store: Store, *, node: Node, data: bytes, former: str, by: str) -> Policy:
    """Put this file in the place of the one whose hash is `former`; it holds from the next question on.

    Raises PolicyError or FloorError for what is no policy, PolicyChangedError when somebody else was faster,
    ReviewError for an empty name.
    """
    by = check_name(by)
    found = parse_policy(data, name="policy.toml")
    with _kept_on_error(node.policy_path), store.transaction():
        if sha256_hex(node.policy_path.read_bytes()) != former:
            raise PolicyChangedError(
                _("La politique a changé entre-temps."),
                remedy=_("Relisez-la, puis refaites votre changement."),
            )
        body = {"by": by, "former": former, "policy": found.hash}
        ledger.append(store, event=Event.PERSON_POLICY_CHANGED, at=node.clock(), body=body)
        _write(node.policy_path, data)
    return found


@contextmanager
def _kept_on_error(path: Path) -> Generator[None]:
    """The file as it was, should the line of the ledger not reach the disk."""
    kept = path.read_bytes()
    try:
        yield
    except BaseException:
        if path.read_bytes() != kept:
            _write(path, kept)
        raise


def _write(path: Path, data: bytes) -> None:
    """In one step and on the disk: a decision never reads half a file."""
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(path.stat().st_mode & 0o777)
        draft.replace(path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
