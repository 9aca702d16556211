"""The hub's half of a masked sum: its states, its time-outs, what it keeps, what it refuses."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes
from typing import Any

import httpx2
import pytest

from maillage.analysis.registry import find_spec, list_joinable
from maillage.base.keys import PublicKey
from maillage.disclosure import Count, Suppressed, Suppression
from maillage.disclosure.fixed_point import encode_summands
from maillage.disclosure.masking import Offer, Secrets, Session, agree, mask, offer, open_session, reveal
from maillage.disclosure.summands import Summands
from maillage.exchange.envelope import Opened
from maillage.exchange.permit import AnalysisScope, Budget, Budgets, Masked, View
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Failure, Summed
from maillage.exchange.sums import (
    NEWS,
    Agreement,
    Agreements,
    Ended,
    KeyOffer,
    MaskedNumbers,
    News,
    Opening,
    Step,
    Survivors,
)
from maillage.exchange.task import Task
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_portal import enter
from tests.integration.hub.test_hub_questions import TWO_STEPS, site_of
from tests.support.cohorts import COHORT
from tests.support.hubs import ProbeNode
from tests.support.messages import example_permit
from tests.support.one_django import only_on_sqlite
from tests.support.prepare_hub import publish_permit

PERSONS = {"chu-clermont": 800_011, "chu-grenoble": 811_127, "chu-saint-etienne": 822_251, "hcl": 833_369}
YEARS = 30
ROOMY = Budget(hours=24, slow_after=90, pause_seconds=60, hold_after=90)
BUDGETS = Budgets(total=ROOMY, per_hospital=ROOMY, contact="Dr Faure")


def cells_of(site: str) -> list[Count | Suppressed]:
    """The whole, the two steps of the example cohort, thirty years of which all have one."""
    hidden: list[Count | Suppressed] = [Suppressed(Suppression.PROTECTED)]
    return [Count(PERSONS[site])] * 3 + hidden * (YEARS - 1) + [Count(PERSONS[site])]


@dataclass
class Part:
    """One hospital's honest part; a test says when it speaks."""

    node: ProbeNode
    opened: Opened[Task]
    known: dict[str, PublicKey]
    secrets: Secrets
    session: Session | None = None
    survivors: frozenset[str] = frozenset()
    numbers: MaskedNumbers | None = None
    told: Summands | None = None

    @property
    def question(self) -> str:
        return self.opened.message.question_id

    def say(self, step: Step) -> httpx2.Response:
        return self.node.send("POST", f"/api/node/v1/sums/{self.question}", step.to_bytes())

    def offer(self) -> Offer:
        return offer(self.secrets, session_id=self.question, node=self.node.site, identity=self.node.key)

    def key(self) -> KeyOffer:
        made = self.offer()
        return KeyOffer(key=made.key.hex(), signature=made.signature.hex())

    def open(self, news: News) -> MaskedNumbers:
        assert isinstance(news, Opening)
        offers = {
            site: Offer(bytes.fromhex(each.key), bytes.fromhex(each.signature))
            for site, each in news.offers.items()
        }
        self.session = open_session(self.question, offers=offers, identities=self.known)
        numbers = encode_summands(self.told or Summands(cells_of(self.node.site)))
        masked = mask(numbers, session=self.session, node=self.node.site, secrets=self.secrets)
        self.numbers = MaskedNumbers(numbers=masked.tobytes().hex())
        return self.numbers

    def sign(self, news: News) -> Agreement:
        assert isinstance(news, Survivors)
        assert self.session is not None
        self.survivors = frozenset(news.sites)
        signed = agree(self.survivors, session=self.session, node=self.node.site, identity=self.node.key)
        return Agreement(signature=signed.hex())

    def summed(self, news: News, **changes: Any) -> Summed:
        assert isinstance(news, Agreements)
        assert self.session is not None
        lifted = reveal(
            self.survivors,
            agreements={site: bytes.fromhex(text) for site, text in news.signatures.items()},
            session=self.session,
            node=self.node.site,
            secrets=self.secrets,
            identities=self.known,
        )
        partial = self.node.partial(self.opened).model_dump()
        common = {name: partial[name] for name in Summed.model_fields.keys() & partial.keys() - {"kind"}}
        fields: dict[str, Any] = {
            "survivors": tuple(sorted(self.survivors)),
            "own": lifted.own.hex(),
            "shared": {site: seed.hex() for site, seed in lifted.shared.items()},
            "repeated": False,
        }
        return Summed.model_validate(common | fields | changes)


def read(response: httpx2.Response) -> News:
    assert response.status_code == 200, response.text
    return NEWS.validate_json(response.content)


def ask_masked(network: Network, **changes: Any) -> tuple[dict[str, Any], dict[str, Part]]:
    """A masked question, and the part of each hospital, which has its task and said nothing yet."""
    if not network.nodes:
        nodes = network.enrol(*SITES)
        keys = {node.site: node.key.public.text for node in nodes}
        permit = example_permit(
            permit_id="sommes",
            sites=SITES,
            views=(View.TOTAL,),
            minimum_sites=3,
            analyses=tuple(AnalysisScope(id=name) for name in (*list_joinable(), "regress", "survival")),
            sums=Masked(keys=keys),
            budgets=BUDGETS,
        )
        publish_permit(network.hub, permit)
    known = {site: node.key.public for site, node in network.nodes.items()}
    question = network.ask(permit="sommes", **changes)
    nodes = [network.nodes[site] for site in changes.get("sites", SITES)]
    return question, {
        node.site: Part(node, node.take(), known, Secrets(token_bytes(32), token_bytes(32))) for node in nodes
    }


def gather(parts: dict[str, Part]) -> None:
    for part in parts.values():
        assert part.say(part.key()).status_code in (200, 204)


def send_numbers(parts: dict[str, Part]) -> None:
    for part in parts.values():
        numbers = part.numbers or part.open(read(part.say(part.key())))
        part.say(numbers)


def sign_list(parts: dict[str, Part]) -> None:
    for part in parts.values():
        assert part.session is not None
        part.say(part.sign(read(part.say(again(part)))))


def again(part: Part) -> MaskedNumbers:
    """The same numbers once more, as a node that waits sends them."""
    assert part.numbers is not None
    return part.numbers


def lift(parts: dict[str, Part], **changes: Any) -> None:
    for part in parts.values():
        news = read(part.say(part.sign(Survivors(sites=tuple(part.survivors)))))
        assert part.node.answer(part.opened, part.summed(news, **changes)).json() == {"status": "recorded"}


def without(parts: dict[str, Part], *sites: str) -> dict[str, Part]:
    return {site: part for site, part in parts.items() if site not in sites}


def finish(parts: dict[str, Part], **changes: Any) -> None:
    gather(parts)
    send_numbers(parts)
    sign_list(parts)
    lift(parts, **changes)


def database(network: Network) -> Path:
    from django.db import connection

    return Path(str(connection.settings_dict["NAME"]))


def test_the_sum_is_shown_and_no_hospital(network: Network) -> None:
    question, parts = ask_masked(network)
    finish(parts)
    document = network.read(question)
    assert document["status"] == "complete"
    assert document["masked"]["state"] == "done"
    combined = document["combined"]
    total = {"count": sum(PERSONS.values())}
    assert combined["persons"] == total
    assert combined["steps"] == [total, total]
    assert combined["contributing"] == sorted(SITES)
    assert [(row["year"], row["persons"]) for row in combined["years"]] == [(2026, total)]
    for site in SITES:
        line = site_of(document, site)
        assert (line["status"], line["reason"]) == ("answered", "in_total")
        assert line["persons"] is line["content"] is line["engine_ms"] is None


def test_a_sum_that_repeats_is_free_in_the_same_words_alone(network: Network) -> None:
    """In other words its steps may be new: what stands under masks, the hub cannot see."""
    reworded = COHORT | {"InclusionRules": [COHORT["InclusionRules"][0] | {"name": "Majeurs"}]}
    used: list[int] = []
    for cohort, repeated in ((COHORT, False), (COHORT, True), (reworded, True), (reworded, True)):
        question, parts = ask_masked(network, cohort=cohort)
        used.append(question["budget"]["used"])
        finish(parts, repeated=repeated)
    assert used == [1, 2, 2, 3], "each is counted until it is answered"


@only_on_sqlite
def test_nothing_of_a_hospital_is_in_the_hubs_database(network: Network) -> None:
    question, parts = ask_masked(network)
    finish(parts)
    network.read(question)
    path = database(network)
    with closing(sqlite3.connect(path)) as connection:
        text = "\n".join(connection.iterdump())
    raw = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    assert str(sum(PERSONS.values())) in text, "the total is there, so the search would find a term"
    for number in PERSONS.values():
        assert str(number) not in text
        for form in (str(number).encode(), number.to_bytes(8, "little").hex().encode()):
            assert form not in raw


BINS: dict[str, Any] = {"measure": {"name": "potassium", "concepts": [3023103]}, "edges": [4.0, 5.0]}


def bins_of(site: str) -> Summands:
    """The whole, three bins, those of the mean; then the sum of the values and of their squares."""
    number = PERSONS[site]
    low, high = Count(300_000), Count(number - 300_000)
    bins: list[Count | Suppressed] = [low, high, Suppressed(Suppression.PROTECTED)]
    return Summands([Count(number), *bins, Count(number)], [4.25 * number, 18.5 * number])


@only_on_sqlite
def test_a_table_under_masks_is_read_as_any_other_and_its_terms_are_nowhere(network: Network) -> None:
    question, parts = ask_masked(network, analysis="distribution", parameters=BINS)
    for site, part in parts.items():
        part.told = bins_of(site)
    finish(parts)
    combined, whole = network.read(question)["combined"], sum(PERSONS.values())
    bins, (moments,) = (table["rows"] for table in combined["tables"])
    assert [(row["key"], row["persons"].get("count"), row["complete"]) for row in bins] == [
        ("<4.0", 1_200_000, True),
        ("4.0", whole - 1_200_000, True),
        ("5.0+", None, False),
    ]
    assert moments["amounts"] == {"sum": 4.25 * whole, "squares": 18.5 * whole}
    figures = combined["figures"]
    assert (figures["mean"], figures["hospitals"]) == (4.25, [])
    assert [(one["low"], one["high"]) for one in figures["quantiles"] if one["level"] == 0.5] == [(4.0, 5.0)]
    page = enter(network).get(f"/questions/{question['id']}")
    assert page.status_code == 200
    assert "4 hôpitaux comptés sur 4" in page.text
    with closing(sqlite3.connect(database(network))) as connection:
        text = "\n".join(connection.iterdump())
    assert str(whole) in text
    assert not [one for one in PERSONS.values() if str(one) in text or str(4.25 * one) in text]


@pytest.mark.parametrize(
    ("analysis", "changes", "why"),
    [
        ("characterise", {}, "(domains)"),
        ("survival", {}, "Un modèle de Cox"),
        ("regress", {}, "Les tours d’un modèle"),
        ("several", {}, "une seule analyse"),
        ("incidence", {"by": "age", "first_year": 1980, "last_year": 2019, "ages": [*range(40)]}, ""),
    ],
)
def test_what_does_not_add_up_is_refused_with_its_reason(
    network: Network, analysis: str, changes: dict[str, Any], why: str
) -> None:
    ask_masked(network)
    document = {"title": "Somme", "cohort": COHORT, "permit": "sommes", "analysis": analysis}
    asked = dict(find_spec(analysis).example) | changes
    response = network.call("POST", "/questions", json=document | {"parameters": asked})
    assert (response.status_code == 201) is (why == ""), response.text
    assert why in response.json().get("why", "")


def test_the_portal_says_that_it_is_a_masked_sum(network: Network) -> None:
    question, parts = ask_masked(network)
    finish(parts)
    page = enter(network).get(f"/questions/{question['id']}")
    assert page.status_code == 200
    assert "4 hôpitaux comptés sur 4" in page.text
    assert "Somme masquée : le hub a lu le total, et le nombre d’aucun hôpital." in page.text
    assert "Cet hôpital est dans le total" in page.text


@pytest.mark.parametrize("gone", [1, 2])
def test_who_is_late_with_its_numbers_drops_out(network: Network, gone: int) -> None:
    question, parts = ask_masked(network)
    gather(parts)
    left = dict(list(parts.items())[gone:])
    send_numbers(left)
    network.clock.advance(seconds=61)
    network.call("GET", f"/questions/{question['id']}?wait=0")
    if gone == 2:
        document = network.read(question)
        assert document["masked"]["state"] == "failed"
        assert document["status"] == "complete"
        assert document["combined"]["persons"] == {"suppressed": "too_few_sites"}
        assert site_of(document, "hcl")["reason"] == "sum_too_few"
        return
    sign_list(left)
    lift(left)
    document = network.read(question)
    assert document["combined"]["persons"] == {"count": sum(PERSONS[site] for site in left)}
    assert document["combined"]["contributing"] == sorted(left)
    late = parts["chu-clermont"]
    assert site_of(document, "chu-clermont")["reason"] == "sum_dropped"
    assert read(late.say(late.key())) == Ended(reason=Reason.SUM_DROPPED)


def test_who_says_what_the_hub_knows_already_is_not_contradicted(network: Network) -> None:
    _question, parts = ask_masked(network)
    gather(parts)
    send_numbers(without(parts, "hcl"))
    network.clock.advance(seconds=61)
    network.call("GET", "/questions")
    late = parts["hcl"]
    told = Failure.model_validate(
        late.node.failure(late.opened).model_dump() | {"reason": Reason.SUM_DROPPED}
    )
    assert late.node.answer(late.opened, told).json() == {"status": "already_recorded"}


def test_a_hospital_that_refuses_lets_the_others_begin(network: Network) -> None:
    question, parts = ask_masked(network)
    hcl = parts["hcl"]
    left = without(parts, "hcl")
    gather(left)
    assert left["chu-grenoble"].say(left["chu-grenoble"].key()).status_code == 204
    hcl.node.answer(hcl.opened, hcl.node.refusal(hcl.opened, reason=Reason.SUM_HIDDEN))
    send_numbers(left)
    sign_list(left)
    lift(left)
    document = network.read(question)
    assert document["combined"]["persons"] == {"count": sum(PERSONS[site] for site in left)}
    assert document["combined"]["left_out"] == [{"id": "hcl", "why": "below_floor"}]


def test_at_half_of_its_life_a_question_goes_on_with_those_who_are_there(network: Network) -> None:
    question, parts = ask_masked(network, wait_hours=2)
    left = without(parts, "hcl")
    gather(left)
    network.clock.advance(minutes=61)
    network.call("GET", "/questions")
    send_numbers(left)
    sign_list(left)
    lift(left)
    assert site_of(network.read(question), "hcl")["reason"] == "sum_dropped"
    assert network.read(question)["combined"]["contributing"] == sorted(left)


@pytest.mark.parametrize("when", ["signing", "revealing"])
def test_who_stops_after_the_list_is_known_ends_the_sum(network: Network, when: str) -> None:
    question, parts = ask_masked(network)
    gather(parts)
    send_numbers(parts)
    if when == "signing":
        sign_list(without(parts, "hcl"))
    else:
        sign_list(parts)
        lift(without(parts, "hcl"))
    assert network.read(question)["status"] == "open"
    network.clock.advance(seconds=61)
    network.call("GET", "/questions")
    document = network.read(question)
    assert (document["status"], document["masked"]["state"]) == ("complete", "failed")
    assert document["combined"]["persons"] == {"suppressed": "too_few_sites"}
    assert document["combined"]["contributing"] == []
    assert "mêmes hôpitaux" in document["masked"]["sentence"]


def test_who_waits_for_the_answer_moves_a_stalled_sum_on(network: Network) -> None:
    """No node need ever call again: after a restart of the hub, for one."""
    from maillage.hub.questions.follow import follow

    question, parts = ask_masked(network)
    gather(parts)
    network.clock.advance(seconds=61)
    found = follow(question["id"], requester="alice", seen=10_000, seconds=0, hub=network.hub)
    assert found.state == "complete"


def test_cancelling_ends_the_sum_and_tells_nodes(network: Network) -> None:
    question, parts = ask_masked(network)
    gather(parts)
    send_numbers(parts)
    network.call("DELETE", f"/questions/{question['id']}")
    assert network.read(question)["masked"]["state"] == "failed"
    hcl = parts["hcl"]
    assert read(hcl.say(again(hcl))) == Ended(reason=Reason.CANCELLED)


def test_cells_in_clear_are_thrown_away(network: Network) -> None:
    question, parts = ask_masked(network)
    hcl = parts["hcl"]
    clear = hcl.node.partial(hcl.opened, content=TWO_STEPS | {"persons": {"count": 833_369}})
    assert hcl.node.answer(hcl.opened, clear).status_code == 422
    assert site_of(network.read(question), "hcl")["reason"] == "answer_rejected"
    with closing(sqlite3.connect(database(network))) as connection:
        assert "833369" not in "\n".join(connection.iterdump())


@pytest.mark.parametrize("wrong", ["survivors", "shared", "early"])
def test_masks_of_another_list_are_not_taken(network: Network, wrong: str) -> None:
    question, parts = ask_masked(network)
    gather(parts)
    send_numbers(parts)
    sign_list(parts if wrong != "early" else without(parts, "hcl"))
    hcl = parts["hcl"]
    if wrong == "early":
        changes: dict[str, Any] = {}
        hcl.sign(read(hcl.say(again(hcl))))
        assert hcl.session is not None
        signatures = {
            site: agree(hcl.survivors, session=hcl.session, node=site, identity=part.node.key)
            for site, part in parts.items()
        }
        news: News = Agreements(signatures={site: each.hex() for site, each in signatures.items()})
    else:
        changes = {
            "survivors": {"survivors": SITES[:3]},
            "shared": {"shared": {"hcl": "00" * 32}},
        }[wrong]
        news = read(hcl.say(hcl.sign(Survivors(sites=tuple(SITES)))))
    assert hcl.node.answer(hcl.opened, hcl.summed(news, **changes)).status_code == 422
    assert network.read(question)["masked"]["state"] == "failed"


def test_a_second_key_or_other_numbers_conflict(network: Network) -> None:
    _question, parts = ask_masked(network)
    gather(parts)
    hcl = parts["hcl"]
    other = Part(hcl.node, hcl.opened, hcl.known, Secrets(token_bytes(32), token_bytes(32)))
    assert hcl.say(other.key()).status_code == 409
    numbers = hcl.open(read(hcl.say(hcl.key())))
    assert hcl.say(numbers).status_code in (200, 204)
    assert hcl.say(again(hcl)).status_code in (200, 204), "the same again is fine"
    twisted = MaskedNumbers(numbers=numbers.numbers[::-1])
    assert hcl.say(twisted).status_code == 409


def test_a_sum_is_its_hospitals_business_alone(network: Network) -> None:
    question, parts = ask_masked(network, sites=list(SITES[:3]))
    outsider = network.nodes["hcl"]
    step = parts["chu-clermont"].key()
    assert outsider.send("POST", f"/api/node/v1/sums/{question['id']}", step.to_bytes()).status_code == 404
    plain = network.ask()
    target = f"/api/node/v1/sums/{plain['id']}"
    assert outsider.send("POST", target, step.to_bytes()).status_code == 404
    bad = b'{"kind": "masked", "numbers": "zz"}'
    assert outsider.send("POST", target, bad).status_code == 422


def test_a_liar_ends_the_sum_for_all(network: Network) -> None:
    question, parts = ask_masked(network)
    gather(parts)
    hcl = parts["hcl"]
    news = read(hcl.say(hcl.key()))
    hcl.open(news)
    hcl.say(MaskedNumbers(numbers="ab" * 8 * 3 * (3 + YEARS)))
    send_numbers(without(parts, "hcl"))
    sign_list(without(parts, "hcl"))
    hcl.say(hcl.sign(Survivors(sites=tuple(sorted(SITES)))))
    lift(parts)
    assert network.read(question)["masked"]["state"] == "failed"
    assert network.read(question)["combined"]["persons"] == {"suppressed": "too_few_sites"}


def test_a_sum_near_a_former_one_is_not_shown(network: Network) -> None:
    _first, parts = ask_masked(network)
    finish(parts)
    second, parts = ask_masked(network, sites=list(SITES[:3]))
    finish(parts)
    assert network.read(second)["combined"]["persons"] == {"suppressed": "too_few_sites"}


def test_its_states_are_in_the_audit(network: Network) -> None:
    _question, parts = ask_masked(network)
    finish(parts)
    seen = [event for event in network.audit() if event.startswith("hub:sum")]
    assert seen == ["hub:sum:open", "hub:sum:mask", "hub:sum:sign", "hub:sum:add"]


def test_half_of_a_life_is_half(network: Network) -> None:
    from maillage.hub.questions.models import MaskedSum

    question, _parts = ask_masked(network, wait_hours=2)
    session = MaskedSum.objects.get(question_id=question["id"])
    assert session.deadline - network.clock() == timedelta(hours=1)
