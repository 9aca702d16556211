"""The addresses of the builder and of saved cohorts."""

from django.urls import path

from maillage.hub.portal.ask import breakdown, saved, views

urlpatterns = [
    path("demander", views.new, name="ask_new"),
    path("demander/termes", views.suggest_terms, name="ask_suggest"),
    path("demander/choix", views.choose_new, name="ask_choose"),
    path("cohortes", saved.cohorts, name="cohorts"),
    path("cohortes/importer", saved.import_atlas, name="cohort_import"),
    path("cohortes/exemples/<slug:slug>", saved.open_example, name="cohort_example"),
    path("cohortes/<str:cohort_id>", views.cohort, name="cohort_page"),
    path("cohortes/<str:cohort_id>/modifier", views.edit, name="cohort_edit"),
    path("cohortes/<str:cohort_id>/choix", views.choose, name="cohort_choose"),
    path("cohortes/<str:cohort_id>/defaire", views.undo, name="cohort_undo"),
    path("cohortes/<str:cohort_id>/refaire", views.redo, name="cohort_redo"),
    path("cohortes/<str:cohort_id>/autorisation", views.choose_permit, name="cohort_permit"),
    path("cohortes/<str:cohort_id>/compter", views.count, name="cohort_count"),
    path("cohortes/<str:cohort_id>/suivi/<str:question_id>", views.follow_count, name="cohort_follow"),
    path("cohortes/<str:cohort_id>/pyramide", breakdown.ask_breakdown, name="cohort_breakdown"),
    path(
        "cohortes/<str:cohort_id>/pyramide/<str:question_id>",
        breakdown.follow_breakdown,
        name="cohort_follow_breakdown",
    ),
    path("cohortes/<str:cohort_id>/poser", views.run, name="cohort_run"),
    path("cohortes/<str:cohort_id>/compte", views.explain_count, name="cohort_counted"),
    path("cohortes/<str:cohort_id>/frise.svg", views.timeline, name="cohort_timeline"),
    path("cohortes/<str:cohort_id>/atlas.json", saved.export_atlas, name="cohort_export"),
    path("cohortes/<str:cohort_id>/enregistrer", saved.save, name="cohort_save"),
    path("cohortes/<str:cohort_id>/partager", saved.share, name="cohort_share"),
    path("cohortes/<str:cohort_id>/versions", saved.versions, name="cohort_versions"),
    path("cohortes/<str:cohort_id>/comparer", saved.compare_versions, name="cohort_compare"),
    path("cohortes/<str:cohort_id>/versions/<int:number>", saved.version, name="cohort_version"),
    path("cohortes/<str:cohort_id>/versions/<int:number>/commenter", saved.comment, name="cohort_comment"),
    path("cohortes/<str:cohort_id>/versions/<int:number>/copier", saved.copy, name="cohort_copy"),
    path("cohortes/<str:cohort_id>/versions/<int:number>/reprendre", saved.restore, name="cohort_restore"),
]
