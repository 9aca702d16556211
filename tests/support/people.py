"""People with accounts at a hub in this process: in a role, in a session, with a token."""

from datetime import timedelta
from typing import Any

import httpx2

from maillage.governance.people.roles import LONGEST, WHOLE_GROUP, Role
from tests.integration.hub.conftest import Network

HOST = "127.0.0.1"
ORIGIN = f"http://{HOST}:8400"
FORM_SECRET = "t" * 32


class Browser(httpx2.Client):
    """Sends with each form the secret that the hub gave last, as its pages do."""

    def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """The request, its secret added."""
        request.headers["X-CSRFToken"] = self.cookies.get("csrftoken", "", domain=HOST) or ""
        return super().send(request, **options)


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
    browser = Browser(
        transport=httpx2.WSGITransport(app=application), base_url=ORIGIN, headers={"Origin": ORIGIN}
    )
    browser.cookies.set("csrftoken", FORM_SECRET, domain=HOST)
    if name:
        sit(network, browser, name)
    return browser


def sit(network: Network, browser: httpx2.Client, name: str, *, way: str = "passkey") -> None:
    """Open a session of that person in the browser, as the door does."""
    from django.contrib.sessions.backends.signed_cookies import SessionStore

    from maillage.hub.access.sessions import open_session

    store: Any = SessionStore()
    store["session"] = open_session(name, way=way, browser="", hub=network.hub)
    store.save()
    browser.cookies.set("maillage", store.session_key, domain=HOST)
