"""Terms at the hub: what is typed finds what is meant, pasted codes are told apart, a drawer shows around."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from maillage.hub.terms.shelf import Shelf
from maillage.warehouse.vocabulary.build import build_release
from maillage.warehouse.vocabulary.release import Release
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_portal import enter, send

E11, E11_9, METFORMIN, DIABETES = 201826, 2000100160, 1503297, 2000100035


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return build_release(["maillage"], target=tmp_path_factory.mktemp("r") / "demo", version="demo").release


@pytest.fixture
def office(network: Network, release: Release, tmp_path: Path) -> Network:
    """The network, whose hub published the demonstration's référentiel."""
    from django.conf import settings as django_conf

    from maillage.hub.referentiel import publish

    network.hub = replace(network.hub, folder=tmp_path, shelf=Shelf())
    django_conf.MAILLAGE = network.hub
    publish(release, hub=network.hub, by="Mme Roche")
    assert network.hub.shelf.wait(hub=network.hub) is not None
    return network


@pytest.mark.parametrize(
    ("typed", "value", "code"),
    [
        ("diabète de type 2", E11, "E11"),
        ("DIABETES TYPE 2", E11, "E11"),
        ("diabète typ", E11, "E11"),
        ("E11", E11, "E11"),
        ("e119", E11_9, "E11.9"),
        ("E11.9", E11_9, "E11.9"),
        ("metformine", METFORMIN, "A10BA02"),
        ("metfromine", METFORMIN, "A10BA02"),
        ("Glucophage", METFORMIN, "A10BA02"),
        ("glucofage", METFORMIN, "A10BA02"),
    ],
)
def test_what_is_typed_finds_its_term_first(office: Network, typed: str, value: int, code: str) -> None:
    from maillage.hub.terms.suggest import suggest

    best = suggest(typed, hub=office.hub)[0]
    assert (best.concept_id, best.code, best.near) == (value, code, False)


@pytest.mark.parametrize(
    ("typed", "event"),
    [
        ("décès", "death"),
        ("décès à l’hôpital", "death"),
        ("durée de séjour", "length_of_stay"),
        ("deces", "death"),
        ("réadmission", "readmission"),
        ("nouvelle hospitalisation", "readmission"),
        ("réanimation", "intensive_care"),
        ("soins intensifs", "intensive_care"),
        ("hospitalisation", "stay"),
        ("urgences", "emergency"),
        ("âge", "age"),
        ("femmes", "woman"),
        ("homme", "man"),
    ],
)
def test_an_event_is_found_as_it_is_said(office: Network, typed: str, event: str) -> None:
    from maillage.hub.terms.suggest import suggest

    assert suggest(typed, hub=office.hub)[0].event == event


def test_one_term_of_several_classifications_is_one_hit(office: Network) -> None:
    from maillage.hub.terms.suggest import suggest

    found = suggest("diabète de type 2", hub=office.hub)
    assert [one.concept_id for one in found].count(E11) == 1
    assert [(code.badge, code.code) for code in found[0].also] == [("SNOMED", "44054006")]
    assert (found[0].badge, found[0].below) == ("CIM-10", 6)
    assert (found[0].own.concept_id, found[0].own.vocabulary, found[0].own.code) == (
        E11,
        "SNOMED",
        "44054006",
    )


@pytest.mark.parametrize("typed", ["xyzzyq", "zzzzqq", "stroke", "mastectomie", "IMC", "%%% ###", "🦠"])
def test_what_is_like_nothing_is_told_to_be_not_found(office: Network, typed: str) -> None:
    from maillage.hub.terms.suggest import suggest

    assert suggest(typed, hub=office.hub) == []
    page = enter(office).get("/termes/suggestions", params={"q": typed}).text
    assert "Rien trouvé pour" in page
    assert "<button" not in page


@pytest.mark.parametrize("typed", ["cancer du sein opéré", "metforminiques", "E11 E10"])
def test_what_is_only_like_what_was_typed_says_so(office: Network, typed: str) -> None:
    """E10 is not in the demonstration's référentiel: E11 alone is not what was asked."""
    from maillage.hub.terms.suggest import suggest

    found = suggest(typed, hub=office.hub)
    assert found
    assert all(one.near for one in found)
    browser = enter(office)
    for page in ("/termes/suggestions", "/demander/termes"):
        shown = browser.get(page, params={"q": typed}).text.replace("\xa0", " ")
        assert "Rien d’exact ; proche :" in shown


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("dialyse", ["JVJF004"]),
        ("accident vasculaire cérébral", ["I63", "I60-I69"]),
        ("A1C", ["4548-4"]),
        ("E11, I10", ["E11", "I10"]),
    ],
)
def test_what_a_user_looked_for_in_vain_is_found(office: Network, typed: str, codes: list[str]) -> None:
    from maillage.hub.terms.suggest import suggest

    found = [one.code for one in suggest(typed, hub=office.hub) if not one.near]
    assert sorted(found[: len(codes)]) == sorted(codes)


def test_a_newer_release_is_found_without_waiting_for_it(office: Network, tmp_path: Path) -> None:
    from maillage.hub.referentiel import publish
    from maillage.hub.terms.suggest import suggest

    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "codes.csv").write_text("vocabulary_id,code,label\nLabo,ZZT,Zymurgie\n", "utf-8")
    lists = ["maillage", str(tmp_path / "lists")]
    newer = build_release(lists, target=tmp_path / "newer", version="newer").release
    former = office.hub.shelf.look(hub=office.hub)
    publish(newer, hub=office.hub, by="Mme Roche")
    assert office.hub.shelf.look(hub=office.hub) is former, "a request never waits"
    assert office.hub.shelf.wait(hub=office.hub) is not former
    assert suggest("zymurgie", hub=office.hub)[0].code == "ZZT"


def test_without_a_referentiel_there_are_events(network: Network, tmp_path: Path) -> None:
    from maillage.hub.terms.suggest import suggest

    hub = replace(network.hub, folder=tmp_path, shelf=Shelf())
    assert [one.event for one in suggest("décès", hub=hub)] == ["death"]
    assert suggest("diabète", hub=hub) == []


def test_a_broken_release_leaves_the_former_one_open(office: Network) -> None:
    former = office.hub.shelf.look(hub=office.hub)
    (office.hub.folder / "referentiel" / "current.dsse.json").write_text("{}")
    assert office.hub.shelf.wait(hub=office.hub) is former


def test_pasted_codes_are_told_apart(office: Network) -> None:
    from maillage.hub.terms.codes import find_codes

    pasted = find_codes(
        "E11.9  Diabète de type 2 sans complication\nI10, I50.x ; C18-C20\nZ99.99\nmetformine\n\nE119",
        hub=office.hub,
    )
    assert pasted is not None
    codes = [one.code for one in pasted.found]
    assert codes[:3] == ["E11.9", "I10", "I50"]
    assert {"C18", "C20"} <= set(codes)
    assert len(codes) == len(set(codes))
    assert [lost.text for lost in pasted.missing] == ["Z99.99", "metformine"]
    assert pasted.missing[1].nearest is not None
    assert pasted.missing[1].nearest.code == "A10BA02"


def test_a_code_of_another_classification_than_the_list_is_left_unticked(office: Network) -> None:
    enter(office)
    fragment = send_fragment(office, "I10\nR07\nE11")
    boxes = re.findall(r'name="term" value="\d+"( checked)?> <span[^>]*>(\S+) <b>R07</b>', fragment)
    assert sorted(boxes) == [("", "ATC"), (" checked", "CIM-10")]


def test_forty_codes_give_forty_boxes(office: Network, release: Release) -> None:
    rows = (release.folder / "concept.csv").read_text("utf-8").splitlines()
    codes = [row.split(",") for row in rows if ",CIM10,Sous-catégorie," in row and '"' not in row][:38]
    text = "\n".join([*(row[6] for row in codes), "Q99.77", "B07.77"])
    browser = enter(office)
    page = send(browser, "/termes/codes", page="/termes", codes=text)
    assert page.status_code == 200
    assert "38 termes trouvés, 2 introuvables" in page.text
    fragment = send_fragment(office, text)
    assert fragment.count("checked>") == 38 + 1  # the span's first choice is one


def send_fragment(office: Network, text: str) -> str:
    browser = office.http
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/termes").text)
    assert token is not None
    answer = browser.post(
        "/termes/codes",
        data={"codes": text, "csrfmiddlewaretoken": token[1]},
        headers={"HX-Request": "true"},
    )
    return answer.text


def test_the_drawer_shows_above_and_below(office: Network) -> None:
    browser = enter(office)
    drawer = browser.get(f"/termes/{E11}", headers={"HX-Request": "true"}).text
    assert "<html" not in drawer
    assert "Diabète sucré" in drawer
    assert f'href="/termes/{DIABETES}"' in drawer
    assert f'name="without" value="{E11_9}"' in drawer
    assert re.search(r'name="span" value="below" checked', drawer), "everything under it by default"
    assert re.search(rf'<button[^>]*name="term" value="{E11}"', drawer)
    assert "<html" in browser.get(f"/termes/{E11}").text
    assert browser.get("/termes/1").status_code == 404


def test_a_form_says_whole_alone_and_without(office: Network) -> None:
    from django.http import QueryDict

    from maillage.hub.terms.choice import Choice, ChoiceError, read_choices
    from maillage.hub.terms.events import EventKey

    assert read_choices(QueryDict("term=201826")) == [Choice(201826, None)]
    assert read_choices(QueryDict("term=201826&span=alone&without=5")) == [Choice(201826, None, below=False)]
    assert read_choices(QueryDict("term=201826&without=5&without=6")) == [
        Choice(201826, None, without=(5, 6))
    ]
    assert read_choices(QueryDict("term=event:death")) == [Choice(None, EventKey.DEATH)]
    for wrong in ("term=event:x", "term=-1", "term=1e3", "term=9999999999999", "term=²", "term=1&without=a"):
        with pytest.raises(ChoiceError):
            read_choices(QueryDict(wrong))


@pytest.mark.parametrize("path", ["/termes", "/termes/suggestions?q=x", f"/termes/{E11}"])
def test_strangers_are_led_to_the_door(network: Network, path: str) -> None:
    assert network.http.get(path).headers["Location"].startswith("/entrer")


def test_what_is_typed_is_shown_as_text(office: Network) -> None:
    page = enter(office).get("/termes", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in page
