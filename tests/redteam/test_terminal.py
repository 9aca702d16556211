"""A researcher's title against the terminal of the steward who reviews it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from maillage.cli.main import run
from maillage.exchange.envelope import seal_task
from maillage.node import tasks
from maillage.node.decide import decide_task
from maillage.node.log import Log
from tests.support.messages import HUB_KEY, example_task
from tests.support.nodes import HOLD, make_node, node_task


@pytest.mark.parametrize("title", ["[/x]", "[red]rouge", "[link=https://evil.example]ici[/link]"])
def test_markup_in_a_title_is_shown_as_it_was_written(
    title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    node = make_node(tmp_path / "hcl", policy=HOLD)
    task = node_task(title=title)
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
    assert run(["node", "pending", str(node.folder)]) == 0
    assert title in capsys.readouterr().out
    assert run(["node", "refuse", str(node.folder), task.task_id, "--by", "[/x]", "--why", title]) == 0
    assert run(["node", "ledger", str(node.folder)]) == 0
    assert title in capsys.readouterr().out


@pytest.mark.parametrize("title", ["\x1b[2J", "a\rb", "\u202eabc", "a\nb", "\x9b2J"])
def test_a_lying_hub_cannot_sign_a_title_that_a_terminal_would_obey(title: str) -> None:
    with pytest.raises(ValidationError, match="control characters"):
        example_task(title=title)
