"""The addresses of the pages, in French as their readers are."""

from django.urls import include, path
from django.views.i18n import set_language

from maillage.hub.assets import serve_asset
from maillage.hub.portal import appearance, components, sessions, views

urlpatterns = [
    path("", views.home, name="home"),
    path("entrer", sessions.enter, name="enter"),
    path("entrer/<str:secret>", sessions.enter_by_link, name="enter_by_link"),
    path("sortir", sessions.leave, name="leave"),
    path("langue", set_language, name="set_language"),
    path("apparence", appearance.set_theme, name="set_theme"),
    path("composants", components.show_components, name="components"),
    path("reseau/suivi", views.network_fragment, name="network_fragment"),
    path("", include("maillage.hub.portal.network.urls")),
    path("autorisations/suivi", views.permits_fragment, name="permits_fragment"),
    path("questions/poser", views.ask_question, name="ask"),
    path("", include("maillage.hub.portal.results.urls")),
    path("static/<path:path>", serve_asset, name="static_file"),
]
