"""The addresses of the office's pages."""

from django.urls import path

from maillage.hub.portal.people import views

urlpatterns = [
    path("personnes", views.people, name="people"),
    path("personnes/inviter", views.invite, name="person_invite"),
    path("personnes/<str:person_id>", views.person, name="person"),
    path("personnes/<str:person_id>/roles", views.give_role, name="role_give"),
    path("personnes/<str:person_id>/roles/retirer", views.withdraw_role, name="role_withdraw"),
    path("personnes/<str:person_id>/etat", views.change_state, name="person_state"),
    path("personnes/<str:person_id>/lien", views.new_link, name="person_link"),
]
