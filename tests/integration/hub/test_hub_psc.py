"""Entering with Pro Santé Connect, against the local imitation: linked people come in, nobody else."""

import subprocess
import sys
import time
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from maillage.governance.people.roles import Role
from maillage.hub.settings import PscSettings
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_door import invite, is_inside
from tests.support.hubs import free_port
from tests.support.people import HOST, ORIGIN, browse, settle
from tests.support.psc import CLIENT, SECRET, Realm, running_realm


@pytest.fixture
def realm(network: Network) -> Generator[Realm]:
    """The provider, and the hub's settings for it."""
    with running_realm(network.clock) as found:
        configure(network, found.discovery)
        yield found


def configure(network: Network, discovery: str, **changes: Any) -> None:
    file = network.hub.folder / "psc.secret"
    file.write_text(SECRET, encoding="ascii")
    values = {"discovery": discovery, "client_id": CLIENT, "secret_file": file} | changes
    network.configure(psc=PscSettings.model_validate(values))


def travel(browser: httpx2.Client, start: str) -> httpx2.Response:
    """To the provider and back, as a browser is led."""
    led = browser.get(start)
    assert led.status_code == 302, led.text
    with httpx2.Client() as outside:
        back = outside.get(led.headers["location"]).headers["location"]
    return browser.get(back.removeprefix(ORIGIN))


def test_an_invited_person_links_their_identity_and_comes_in_with_it(network: Network, realm: Realm) -> None:
    secret = invite(network, "bob", Role.RESEARCHER)
    with browse(network) as browser:
        assert "Pro Santé Connect" in browser.get("/entrer").text
        assert travel(browser, f"/invitation/{secret}/psc").headers["location"] == "/"
        assert is_inside(browser)
        browser.post("/sortir")
        assert travel(browser, "/entrer/psc").headers["location"] == "/"
        assert "Personne Bob" in browser.get("/compte").text
    assert network.audit().count("person:person:join") == 1


def test_being_known_there_opens_no_account_here(network: Network, realm: Realm) -> None:
    from maillage.governance.people.models import Grant, Person

    with browse(network) as browser:
        refused = travel(browser, "/entrer/psc")
        assert refused.status_code == 403
        assert not is_inside(browser)
    assert not Person.objects.exists()
    assert not Grant.objects.exists()


def test_somebody_inside_links_theirs_and_nobody_elses_becomes_theirs(network: Network, realm: Realm) -> None:
    settle(network, "bob")
    settle(network, "carol")
    with browse(network, "bob") as bob, browse(network, "carol") as carol:
        assert travel(bob, "/compte/psc").headers["location"] == "/compte"
        assert "Identité associée" in bob.get("/compte").text
        assert travel(carol, "/compte/psc").status_code == 403
        assert "Identité associée" not in carol.get("/compte").text


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"aud": "another"}},
        {"claims": {"acr": "eidas0"}},
        {"claims": {"iss": "https://other.example"}},
        {"told": {"sub": "somebody-else"}},
    ],
)
def test_a_lying_provider_lets_nobody_in(network: Network, realm: Realm, lie: dict[str, Any]) -> None:
    secret = invite(network)
    with browse(network) as browser:
        travel(browser, f"/invitation/{secret}/psc")
        browser.post("/sortir")
        vars(realm).update(lie)
        refused = travel(browser, "/entrer/psc")
        assert refused.status_code == 403
        assert "n’est pas recevable" in refused.text
        assert not is_inside(browser)


def test_an_answer_serves_once_and_in_the_browser_that_left(network: Network, realm: Realm) -> None:
    secret = invite(network)
    with browse(network) as browser, browse(network) as victim:
        travel(browser, f"/invitation/{secret}/psc")
        browser.post("/sortir")
        led = browser.get("/entrer/psc")
        with httpx2.Client() as outside:
            back = outside.get(led.headers["location"]).headers["location"].removeprefix(ORIGIN)
        former = browser.cookies.get("maillage", domain=HOST)
        assert victim.get(back).status_code == 403, "nobody is let into another's account by a link"
        assert browser.get(back).status_code == 302
        victim.cookies.set("maillage", former or "", domain=HOST)
        assert victim.get(back).status_code == 403, "nor by a copied cookie"


def test_a_provider_that_is_away_is_told_in_words(network: Network, realm: Realm) -> None:
    configure(network, f"http://127.0.0.1:{free_port()}/.well-known/openid-configuration")
    with browse(network) as browser:
        told = browser.get("/entrer/psc")
        assert told.status_code == 503
        assert "ne répond pas" in told.text
        configure(network, realm.discovery, client_id="unknown", level="eidas2")
        assert travel(browser, "/entrer/psc").status_code in (403, 503)


def test_another_author_s_provider_is_understood_too(network: Network) -> None:
    """`oidc-provider-mock` was written by others: what we take for the standard is not only our own idea."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    try:
        wait_for_provider(address, process=process)
        # Its tokens carry the machine's time.
        network.clock.now = datetime.now(UTC)
        configure(network, f"{address}/.well-known/openid-configuration", scope="openid")
        secret = invite(network)
        with browse(network) as browser:
            led = browser.get(f"/invitation/{secret}/psc")
            with httpx2.Client() as outside:
                agreed = outside.post(led.headers["location"], data={"sub": "person-1"})
            back = agreed.headers["location"].removeprefix(ORIGIN)
            assert browser.get(back).status_code == 302
            assert is_inside(browser)
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for_provider(address: str, *, process: subprocess.Popen[bytes]) -> None:
    with httpx2.Client(base_url=address) as http:
        for _attempt in range(200):
            try:
                http.get("/.well-known/openid-configuration")
            except httpx2.TransportError:
                assert process.poll() is None, "the provider ended while starting"
                time.sleep(0.05)
            else:
                return
    raise AssertionError("the provider did not start")
