"""The addresses of results."""

from django.urls import path

from maillage.hub.portal.results import choosing, downloads, views

urlpatterns = [
    path("questions", views.questions, name="questions"),
    path("questions/<str:question_id>", views.question, name="question"),
    path("questions/<str:question_id>/suivi", views.question_fragment, name="question_fragment"),
    path("questions/<str:question_id>/provenance", views.provenance, name="provenance"),
    path("questions/<str:question_id>/evolution", views.changes, name="changes"),
    path("questions/<str:question_id>/annuler", views.cancel_question, name="cancel"),
    path("questions/<str:question_id>/redemander", views.ask_again, name="ask_again"),
    path("questions/<str:question_id>/cohorte.json", downloads.download_cohort, name="cohort"),
    path("questions/<str:question_id>/resultat.json", downloads.download_document, name="result_json"),
    path("questions/<str:question_id>/resultat.pdf", downloads.download_report, name="result_pdf"),
    path(
        "questions/<str:question_id>/tableaux/<int:rank>.<str:form>",
        downloads.download_table,
        name="result_table",
    ),
    path("analyses", choosing.choose, name="analyses"),
    path("analyses/<str:analysis_id>", choosing.fill, name="analysis"),
]
