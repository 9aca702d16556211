"""The addresses of the terms' pages."""

from django.urls import path

from maillage.hub.portal.terms import views

urlpatterns = [
    path("termes", views.browse, name="terms"),
    path("termes/suggestions", views.suggestions, name="terms_suggestions"),
    path("termes/codes", views.codes, name="terms_codes"),
    path("termes/<int:concept_id>", views.term, name="term"),
]
