"""The addresses of the committee's check."""

from django.urls import path

from maillage.hub.portal.committee import views

urlpatterns = [
    path("comite", views.committee, name="committee"),
    path("comite/<str:question_id>", views.release, name="release"),
    path("comite/<str:question_id>/avis", views.decide, name="release_decide"),
]
