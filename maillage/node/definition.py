"""A question's definition in words. It brings the cohort's language with it: the agent never imports this."""

from collections.abc import Sequence

from maillage.base.i18n import _
from maillage.cohort import parse_expression
from maillage.cohort.errors import CohortError
from maillage.cohort.explain import Explanation, as_text, explain_cohort
from maillage.exchange.task import Task


def explain_task(task: Task) -> str:
    """The cohort in sentences, or why it cannot be said in any."""
    found = read_definition(task)
    return as_text(found) if isinstance(found, Explanation) else found


def read_definition(task: Task) -> Explanation | str:
    """The same section by section, for a page."""
    try:
        return explain_cohort(parse_expression(task.cohort))
    except CohortError as error:
        return _("La définition ne se lit pas en phrases : {why}").format(why=error.what)


def list_rules(task: Task) -> Sequence[str]:
    """The names of its inclusion rules, in order; none of a definition that cannot be read."""
    try:
        return [rule.name for rule in parse_expression(task.cohort).rules]
    except CohortError:
        return ()
