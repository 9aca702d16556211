"""The addresses of the pages, in French as their readers are."""

from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from maillage.hub.portal import views
from maillage.hub.portal.sessions import anyone

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("maillage.hub.portal.door.urls")),
    path("", include("maillage.hub.portal.account.urls")),
    path("", include("maillage.hub.portal.people.urls")),
    path("", include("maillage.hub.portal.visits.urls")),
    path("", include("maillage.hub.portal.committee.urls")),
    path("langue", require_POST(anyone(set_language)), name="set_language"),
    path("reseau/suivi", views.network_fragment, name="network_fragment"),
    path("autorisations/suivi", views.permits_fragment, name="permits_fragment"),
    path("questions", views.questions, name="questions"),
    path("questions/poser", views.ask_question, name="ask"),
    path("questions/<str:question_id>", views.question, name="question"),
    path("questions/<str:question_id>/suivi", views.question_fragment, name="question_fragment"),
    path("questions/<str:question_id>/annuler", views.cancel_question, name="cancel"),
    path("questions/<str:question_id>/cohorte.json", views.download_cohort, name="cohort"),
    path("static/<path:path>", views.static_file, name="static_file"),
]
