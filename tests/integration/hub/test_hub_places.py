"""The network's pages: where each hospital is, how it does, and on its own page nothing of the others."""

import pytest

from maillage.governance.people.roles import Role
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_portal import enter
from tests.integration.hub.test_hub_results import ask_and_answer
from tests.support.people import browse, settle


def place(site: str, department: str, city: str) -> None:
    from maillage.governance.group.models import Member

    Member.objects.filter(site=site).update(department=department, city=city)


def test_the_map_marks_the_hospitals_and_the_list_says_the_same(network: Network) -> None:
    (node,) = network.enrol("hcl")
    network.enrol("chu-grenoble", hello=False)
    place("hcl", "69", "Lyon")
    ask_and_answer(network, node)
    page = enter(network).get("/reseau").text
    assert page.count("map-mark") == 1, "one has no place"
    assert "Lyon (69)" in page
    assert "Jamais connecté." in page
    assert len(page.encode()) < 60_000


def test_a_hospital_has_a_page_of_its_own(network: Network) -> None:
    node, other = network.enrol("hcl", "chu-grenoble")
    place("hcl", "69", "Lyon")
    question = network.ask(sites=["chu-grenoble"], title="Rien que pour Grenoble")
    opened = other.take()
    other.answer(opened, other.refusal(opened))
    mine = ask_and_answer(network, node, sites=["hcl"], title="Pour Lyon")
    browser = enter(network)
    page = browser.get("/reseau/hcl").text
    assert mine in page
    assert network.nodes["hcl"].key.public.fingerprint in page
    for foreign in (question["id"], "Grenoble", "politique"):
        assert foreign not in page, foreign
    assert "La politique" in browser.get("/reseau/chu-grenoble").text, "why it did not answer"


def test_what_others_asked_a_hospital_is_not_told(network: Network) -> None:
    from maillage.hub.access import people

    (node,) = network.enrol("hcl")
    ask_and_answer(network, node, title="La question d’alice")
    secret = people.create_link("bob", by="operator:test", at=network.clock())
    network.http.get(f"/entrer/{secret}")
    page = network.http.get("/reseau/hcl").text
    assert "alice" not in page
    assert "Vous ne lui avez encore rien demandé." in page


@pytest.mark.parametrize("path", ["/reseau", "/reseau/noeuds", "/reseau/hcl", "/composants", "/analyses"])
def test_a_stranger_sees_none_of_it(network: Network, path: str) -> None:
    network.enrol("hcl")
    assert network.http.get(path).headers["Location"].startswith("/entrer")


def test_a_hospital_that_left_or_never_was_has_no_page(network: Network) -> None:
    from maillage.governance.group import actions

    network.enrol("hcl")
    actions.retire("hcl", by="operator:test", at=network.clock())
    browser = enter(network)
    assert browser.get("/reseau/hcl").status_code == 404
    assert browser.get("/reseau/nowhere").status_code == 404
    assert "maillage hub register" in browser.get("/reseau").text


@pytest.mark.parametrize("department", ["20", "96", "977", "69<b>", "2C", "1", "00"])
def test_a_place_that_is_no_department_is_refused(network: Network, department: str) -> None:
    from maillage.base.ids import SiteId
    from maillage.base.keys import SigningKey
    from maillage.governance.group.actions import Registration
    from maillage.governance.group.errors import DepartmentError

    with pytest.raises(DepartmentError):
        Registration(SiteId("hcl"), "HCL", SigningKey.generate().public, "Lyon", department)


def test_the_office_places_a_hospital_that_is_registered_and_the_map_shows_it(network: Network) -> None:
    network.enrol("hcl", "chu-grenoble")
    settle(network, "office", Role.OFFICE)
    with browse(network, "office") as office:
        page = office.get("/reseau").text
        assert "map-mark" not in page
        assert "hors de la carte" in page
        placed = office.post("/reseau/hcl/departement", data={"department": "69"})
        assert placed.headers["location"] == "/reseau/hcl"
        assert "map-mark" in office.get("/reseau/hcl").text
        assert office.get("/reseau").text.count("map-mark") == 1
        assert "map-mark" in enter(network).get("/reseau").text, "for everybody"
        office.post("/reseau/hcl/departement", data={"department": "69"})
        office.post("/reseau/hcl/departement", data={"department": "2a"})
        office.post("/reseau/hcl/departement", data={"department": ""})
        assert "map-mark" not in office.get("/reseau").text
    assert network.audit().count("office:member:place") == 3, "nothing changed the second time"


def test_what_is_no_department_is_told_and_changes_nothing(network: Network) -> None:
    from maillage.governance.group import actions

    network.enrol("hcl", "chu-grenoble")
    settle(network, "office", Role.OFFICE)
    actions.retire("chu-grenoble", by="operator:test", at=network.clock())
    with browse(network, "office") as office:
        refused = office.post("/reseau/hcl/departement", data={"department": "20"})
        assert refused.status_code == 422
        assert "n’est pas le numéro d’un département" in refused.text
        for gone in ("nowhere", "chu-grenoble"):
            assert office.post(f"/reseau/{gone}/departement", data={"department": "38"}).status_code == 404
    assert "office:member:place" not in network.audit()


def test_only_the_office_places_a_hospital(network: Network) -> None:
    network.enrol("hcl")
    settle(network, "others", *(set(Role) - {Role.OFFICE}))
    with browse(network, "others") as browser:
        assert "Sa place sur la carte" not in browser.get("/reseau/hcl").text
        assert "hors de la carte" not in browser.get("/reseau").text
        assert browser.post("/reseau/hcl/departement", data={"department": "69"}).status_code == 403
    assert "office:member:place" not in network.audit()
