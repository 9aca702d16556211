"""The addresses of the door."""

from django.urls import path

from maillage.hub.portal.door import invited, psc, views

urlpatterns = [
    path("entrer", views.enter, name="enter"),
    path("entrer/cle/defi", views.begin_passkey, name="enter_passkey_begin"),
    path("entrer/cle", views.enter_by_passkey, name="enter_passkey"),
    path("entrer/mot-de-passe", views.enter_by_password, name="enter_password"),
    path("entrer/psc", psc.enter_by_psc, name="enter_psc"),
    path("entrer/psc/retour", psc.come_back, name="psc_return"),
    path("entrer/<str:secret>", views.enter_by_link, name="enter_by_link"),
    path("invitation/<str:secret>", invited.invitation, name="invitation"),
    path("invitation/<str:secret>/cle/defi", invited.begin_passkey, name="invitation_passkey_begin"),
    path("invitation/<str:secret>/cle", invited.accept_passkey, name="invitation_passkey"),
    path("invitation/<str:secret>/mot-de-passe", invited.accept_password, name="invitation_password"),
    path("invitation/<str:secret>/psc", psc.accept_psc, name="invitation_psc"),
    path("sortir", views.leave, name="leave"),
]
