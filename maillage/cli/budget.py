"""`maillage budget`: the permits that a person may ask under, and what is left to ask."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from maillage.base.i18n import _
from maillage.client import connect
from maillage.client.permits import PermitInForce

app = typer.Typer(add_completion=False, help=_("Les autorisations et ce qui reste à demander."))


@app.command("budget", help=_("Montre sous quelles autorisations vous pouvez demander, et combien encore."))
def budget(
    hub: Annotated[str, typer.Option(envvar="MAILLAGE_HUB", help=_("Adresse du hub."), show_default=False)],
    token: Annotated[str, typer.Option(envvar="MAILLAGE_TOKEN", help=_("Votre jeton."), show_default=False)],
) -> None:
    """A line a permit."""
    with connect(hub, token=token) as connection:
        found = connection.permits()
    table = Table(_("Autorisation"), _("Nombres"), _("Ce qui reste"))
    for permit in found:
        table.add_row(permit.permit_id, permit.counts, _word_left(permit))
    Console(highlight=False).print(table)


def _word_left(permit: PermitInForce) -> str:
    left = permit.budget.sentence if permit.budget else _("Sans limite de questions.")
    if permit.privacy is None:
        return left
    private = _("ε : {each} par question, {left} questions nouvelles au plus ; contact : {contact}.")
    each, questions = permit.privacy.epsilon_per_question, permit.privacy.questions_left
    return f"{left}\n" + private.format(each=each, left=questions, contact=permit.privacy.contact)
