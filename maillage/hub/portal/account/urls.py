"""The addresses of one's own account."""

from django.urls import path

from maillage.hub.portal.account import proof, renewing, views
from maillage.hub.portal.door import psc

urlpatterns = [
    path("compte", views.account, name="account"),
    path("compte/journal", views.history, name="history"),
    path("compte/cles/defi", views.begin_passkey, name="passkey_begin"),
    path("compte/cles", views.add_passkey, name="passkey_add"),
    path("compte/cles/retirer", views.drop_passkey, name="passkey_drop"),
    path("compte/preuve", proof.show_proof, name="proof"),
    path("compte/preuve/donner", proof.give_proof, name="proof_give"),
    path("compte/mot-de-passe", renewing.password, name="password"),
    path("compte/mot-de-passe/changer", renewing.take_password, name="password_change"),
    path("compte/codes", renewing.codes, name="codes"),
    path("compte/codes/refaire", renewing.make_codes, name="codes_renew"),
    path("compte/psc", psc.link_own, name="psc_link"),
    path("compte/sessions/fermer", views.end_session, name="session_end"),
    path("compte/jetons", views.create_token, name="token_create"),
    path("compte/jetons/revoquer", views.revoke_token, name="token_revoke"),
]
