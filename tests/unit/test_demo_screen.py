"""The demo's drawing in a file: what follows it begins on a line of its own."""

from io import StringIO

from rich.console import Console
from rich.text import Text

from maillage.cli.demo.live import open_screen


def test_what_follows_the_drawing_begins_on_a_line_of_its_own() -> None:
    written = StringIO()
    console = Console(file=written)
    with open_screen(console) as screen:
        screen.update(Text("Réponse complète."), refresh=True)
    console.print("Portail")
    assert written.getvalue().splitlines()[-2:] == ["Réponse complète.", "Portail"]
