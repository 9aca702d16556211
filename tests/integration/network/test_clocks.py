"""A node whose clock is ten minutes off: refused in words at both ends, and nobody else is held up."""

import re

import pytest

from tests.support.breakable import Network, check_answered_once, check_total, site_of
from tests.support.nodes import wait_until

pytestmark = pytest.mark.xdist_group("breakable")


@pytest.mark.parametrize(
    "seconds", [pytest.param(600, id="fast"), pytest.param(-600, id="slow", marks=pytest.mark.long)]
)
def test_a_clock_ten_minutes_off_is_told_at_both_ends(network: Network, seconds: int) -> None:
    known = len(network.read_ledger("horloge"))
    question = network.ask("horloge", "nord", "sud")
    network.start_shifted("horloge", seconds=seconds)
    network.wait_heard("horloge", health="clock_skew")
    early = network.wait_answered(question, "nord", "sud")
    assert site_of(early, "horloge").persons is None
    (line,) = [site for site in network.read_network() if site["id"] == "horloge"]
    assert "horloge est fausse" in line["sentence"]
    wait_until(lambda: "hub_refused" in network.read_log("horloge"))
    refused = [line for line in network.read_log("horloge").splitlines() if "clock_skew" in line]
    assert re.search(r"(59|60)\d s", refused[-1]), "the log says by how much"
    wait_until(lambda: any(line.event.startswith("hub:") for line in network.read_ledger("horloge")[known:]))
    network.running.stop("horloge")
    told = [line.body for line in network.read_ledger("horloge")[known:] if line.event.startswith("hub:")]
    assert told == [{"code": "clock_skew", "status": 401}], "once, however often it was met"
    network.start("horloge")
    check_total(network.wait_complete(question), "horloge", "nord", "sud")
    check_answered_once(network, question)
    noted = [line["facts"]["seconds"] for line in network.read_audit() if line["type"] == "hub:clock:refuse"]
    assert abs(noted[-1] + seconds) < 30
    network.verify("horloge")
