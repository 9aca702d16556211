"""People with accounts at a hub in this process: in a role, in a session, with a token."""

from datetime import timedelta
from typing import Any

import httpx2

from maillage.governance.people.roles import LONGEST, WHOLE_GROUP, Role
from tests.integration.hub.conftest import Network

ORIGIN = "http://127.0.0.1:8400"
FORM_SECRET = "t" * 32


def settle(
    network: Network, name: str, *roles: Role, site: str = WHOLE_GROUP, lasts: timedelta = LONGEST
) -> Any:
    """An open account that holds these roles."""
    from maillage.governance.people import actions

    now = network.clock()
    person = actions.invite(
        actions.Newcomer(name, f"Personne {name.capitalize()}"), by="operator:test", at=now
    )
    actions.join(person, way="passkey", at=now)
    for role in roles:
        actions.give_role(name, actions.Giving(role, lasts, site), by="operator:test", at=now)
    return person


def browse(network: Network, name: str = "") -> httpx2.Client:
    """A browser of its own, in which that person has entered; nobody, without a name."""
    from django.core.wsgi import get_wsgi_application

    application: Any = get_wsgi_application()
    browser = httpx2.Client(
        transport=httpx2.WSGITransport(app=application),
        base_url=ORIGIN,
        headers={"Origin": ORIGIN, "X-CSRFToken": FORM_SECRET},
        cookies={"csrftoken": FORM_SECRET},
    )
    if name:
        sit(network, browser, name)
    return browser


def sit(network: Network, browser: httpx2.Client, name: str) -> None:
    """Open a session of that person in the browser, as the door does."""
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    from maillage.hub.access.sessions import open_session

    store: Any = SessionStore()
    store["session"] = open_session(name, way="link", browser="", hub=network.hub)
    store.save()
    browser.cookies.set("maillage", store.session_key)
