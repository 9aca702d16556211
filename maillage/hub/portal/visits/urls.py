"""The address of the log of consultations."""

from django.urls import path

from maillage.hub.portal.visits import views

urlpatterns = [path("journal", views.visits, name="visits")]
