"""Every address of the hub."""

from django.urls import URLPattern, URLResolver, include, path

from maillage.hub.api import client, node

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", client.api.urls),
    path("api/node/v1/", node.api.urls),
    path("", include("maillage.hub.portal.urls")),
]

handler404 = "maillage.hub.portal.views.explain_missing"
handler500 = "maillage.hub.portal.views.explain_failure"
