"""The addresses of the pages, in French as their readers are."""

from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from maillage.hub.assets import serve_asset
from maillage.hub.portal import appearance, components
from maillage.hub.portal.ask.home import home
from maillage.hub.portal.sessions import anyone

urlpatterns = [
    path("", home, name="home"),
    path("", include("maillage.hub.portal.door.urls")),
    path("", include("maillage.hub.portal.account.urls")),
    path("", include("maillage.hub.portal.ask.urls")),
    path("", include("maillage.hub.portal.committee.urls")),
    path("", include("maillage.hub.portal.network.urls")),
    path("", include("maillage.hub.portal.people.urls")),
    path("", include("maillage.hub.portal.results.urls")),
    path("", include("maillage.hub.portal.terms.urls")),
    path("", include("maillage.hub.portal.visits.urls")),
    path("langue", require_POST(anyone(set_language)), name="set_language"),
    path("apparence", appearance.set_theme, name="set_theme"),
    path("composants", components.show_components, name="components"),
    path("static/<path:path>", serve_asset, name="static_file"),
]
