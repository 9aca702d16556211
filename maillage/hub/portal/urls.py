"""The addresses of the pages, in French as their readers are."""

from django.urls import include, path
from django.views.i18n import set_language

from maillage.hub.assets import serve_asset
from maillage.hub.portal import appearance, components, sessions, views
from maillage.hub.portal.ask.home import home

urlpatterns = [
    path("", home, name="home"),
    path("entrer", sessions.enter, name="enter"),
    path("entrer/<str:secret>", sessions.enter_by_link, name="enter_by_link"),
    path("sortir", sessions.leave, name="leave"),
    path("langue", set_language, name="set_language"),
    path("", include("maillage.hub.portal.ask.urls")),
    path("apparence", appearance.set_theme, name="set_theme"),
    path("composants", components.show_components, name="components"),
    path("reseau/suivi", views.network_fragment, name="network_fragment"),
    path("", include("maillage.hub.portal.terms.urls")),
    path("", include("maillage.hub.portal.network.urls")),
    path("", include("maillage.hub.portal.results.urls")),
    path("static/<path:path>", serve_asset, name="static_file"),
]
