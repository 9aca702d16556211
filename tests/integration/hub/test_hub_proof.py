"""What lasts is asked for with a proof of minutes ago: the page that takes it, and the way back."""

import pytest

from maillage.governance.people.roles import Role
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_door import (
    ADDRESS,
    PASSWORD,
    accept_passkey,
    accept_password,
    code_at,
    invite,
)
from tests.integration.hub.test_hub_psc import configure, travel
from tests.integration.hub.test_hub_renewing import LATER
from tests.support.authenticator import Authenticator
from tests.support.people import browse, settle, sit
from tests.support.psc import running_realm

TOKEN = {"label": "R", "days": "30"}


def test_the_account_leads_to_the_proof_and_the_password_leads_back(network: Network) -> None:
    network.configure(address=ADDRESS)
    with browse(network) as browser:
        secret, _codes = accept_password(network, browser, invite(network, "bob", Role.RESEARCHER))
        assert "Faire un jeton" in browser.get("/compte").text
        assert browser.get("/compte/preuve").headers["location"] == "/compte", "nothing more is to be proved"
        network.clock.advance(seconds=LATER)
        page = browser.get("/compte").text
        assert "Faire un jeton" not in page
        assert "Ajouter une clé" not in page
        assert page.count('href="/compte/preuve?suite=/compte"') == 2
        refused = browser.post("/compte/jetons", data=TOKEN)
        assert refused.status_code == 403
        assert "Prouvez d’abord à nouveau que c’est vous." in refused.text
        assert "Continuer avec ce mot de passe" in refused.text
        assert "Continuer avec une clé" not in refused.text, "this person has none"
        fields = {"password": PASSWORD, "code": "000000", "suite": "/compte"}
        wrong = browser.post("/compte/preuve/donner", data=fields)
        assert wrong.status_code == 403
        assert "ne vont pas ensemble" in wrong.text
        assert 'name="suite" value="/compte"' in wrong.text, "the way back is not lost"
        proved = browser.post("/compte/preuve/donner", data=fields | {"code": code_at(network, secret)})
        assert proved.headers["location"] == "/compte"
        assert "mlg_" in browser.post("/compte/jetons", data=TOKEN).text
    assert network.audit()[-3:] == [
        "requester:session:open",
        "person:session:end",
        "operator:token:create",
    ]


def test_a_passkey_proves_it_and_leads_back(network: Network) -> None:
    network.configure(address=ADDRESS)
    device = Authenticator(ADDRESS)
    with browse(network) as browser:
        accept_passkey(browser, invite(network), device)
        network.clock.advance(seconds=LATER)
        assert browser.post("/compte/cles/defi").status_code == 403
        assert "Continuer avec une clé" in browser.get("/compte/preuve?suite=/compte").text
        options = browser.post("/entrer/cle/defi").json()
        fields = {"credential": device.get(options), "suite": "/compte"}
        assert browser.post("/entrer/cle", data=fields).headers["location"] == "/compte"
        assert browser.post("/compte/cles/defi").status_code == 200


def test_pro_sante_connect_proves_it_and_leads_back(network: Network) -> None:
    with running_realm(network.clock) as realm, browse(network) as browser:
        configure(network, realm.discovery)
        travel(browser, f"/invitation/{invite(network)}/psc")
        network.clock.advance(seconds=LATER)
        assert '/entrer/psc?suite=/compte"' in browser.get("/compte/preuve?suite=/compte").text
        assert travel(browser, "/entrer/psc?suite=/compte").headers["location"] == "/compte"
        assert "mlg_" in browser.post("/compte/jetons", data=TOKEN).text
        for elsewhere in ("https://evil.example/", "//evil.example", "/" + "x" * 200):
            assert travel(browser, f"/entrer/psc?suite={elsewhere}").headers["location"] == "/"


@pytest.mark.parametrize(("name", "told"), [("bob", "Le bureau peut"), ("alice", "un autre jeton")])
def test_who_has_no_strong_way_in_is_told_who_helps(network: Network, name: str, told: str) -> None:
    settle(network, "bob", Role.RESEARCHER)
    with browse(network) as browser:
        sit(network, browser, name, way="link")
        refused = browser.post("/compte/jetons", data=TOKEN)
        assert refused.status_code == 403
        assert told in refused.text
        missing = browser.post("/compte/preuve/donner", data={"password": PASSWORD, "code": "000000"})
        assert missing.status_code == 404
