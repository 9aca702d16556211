"""Light or dark: as the machine says, or as a person chose, in a cookie that holds nothing else."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from maillage.base.i18n import mark, say
from maillage.hub.boot import current_hub

COOKIE = "apparence"
_YEAR = 365 * 24 * 3600
_THEMES = {"system": mark("Système"), "light": mark("Clair"), "dark": mark("Sombre")}


@dataclass(frozen=True)
class Theme:
    """A choice as the foot of the page shows it."""

    name: str
    words: str
    is_chosen: bool


def chosen_theme(request: HttpRequest) -> str:
    """`light`, `dark` or `system`."""
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in _THEMES else "system"


def list_themes(request: HttpRequest) -> list[Theme]:
    """The three choices, in the present language."""
    chosen = chosen_theme(request)
    return [Theme(name, say(words), name == chosen) for name, words in _THEMES.items()]


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the choice and go back to the page."""
    onward = str(request.POST.get("next", ""))
    safe = onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
    response = HttpResponseRedirect(onward if safe else "/")
    chosen = str(request.POST.get("theme", ""))
    if chosen in _THEMES:
        secure = current_hub().settings.is_https
        response.set_cookie(COOKIE, chosen, max_age=_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
