"""The console itself: its language, its end."""

import re

from starlette.responses import Response

from maillage.base.i18n import LANGUAGES
from maillage.node.console.visit import View, Visit

_OWN_PAGE = re.compile(r"/[\w:/-]*")


def choose_language(visit: Visit) -> Response:
    """From the next page on."""
    wanted = visit.form.get("language", "")
    if wanted in LANGUAGES:
        visit.session.language = wanted
    back = visit.form.get("next", "/")
    # A path of this console, which cannot name another machine.
    return visit.go(back if _OWN_PAGE.fullmatch(back) and not back.startswith("//") else "/")


def close(visit: Visit) -> Response:
    """End the console; the agent goes on."""
    visit.desk.door.close()
    return visit.show("ended.html")


VIEWS = (
    View("/langue", choose_language, "POST"),
    View("/fin", close, "POST"),
)
