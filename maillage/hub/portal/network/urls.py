"""The addresses of the network."""

from django.urls import path

from maillage.hub.portal.network import views

urlpatterns = [
    path("reseau", views.network, name="network"),
    path("reseau/noeuds", views.nodes_fragment, name="nodes_fragment"),
    path("reseau/<str:site>/departement", views.place, name="hospital_place"),
    path("reseau/<str:site>", views.hospital, name="hospital"),
]
