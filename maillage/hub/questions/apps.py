"""The Django application that owns questions and tasks."""

from django.apps import AppConfig


class QuestionsConfig(AppConfig):
    """Questions."""

    name = "maillage.hub.questions"
    label = "questions"
