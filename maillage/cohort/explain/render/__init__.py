"""An explanation as text, Markdown, HTML or JSON, whole or with its long lists cut."""

from maillage.cohort.explain.render.html import as_html, as_web_page
from maillage.cohort.explain.render.json import as_json
from maillage.cohort.explain.render.markdown import as_markdown
from maillage.cohort.explain.render.short import shorten
from maillage.cohort.explain.render.text import as_text

__all__ = ["as_html", "as_json", "as_markdown", "as_text", "as_web_page", "shorten"]
