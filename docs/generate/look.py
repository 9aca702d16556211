"""`make look`: the console's first sheet, copied from the portal's: both look alike, one is edited.

A hospital installs no hub, so the console cannot serve the portal's files; a test compares the copy (ADR 22).
"""

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PORTAL = ROOT / "maillage" / "hub" / "portal" / "static" / "maillage"
CONSOLE = ROOT / "maillage" / "node" / "console" / "static" / "look.css"
SHEETS = ("maillage.css", "layout.css", "components.css", "data.css")
"""Those of the portal's that every page shares, in the order in which its pages load them."""
_HEADING = "/* Written by `make look` from the portal's sheets: change them there. */\n"


def write_look(portal: Path = PORTAL) -> str:
    """The sheets, one after the other."""
    found = [portal / name for name in SHEETS if (portal / name).exists()]
    return _HEADING + "\n".join(path.read_text(encoding="utf-8") for path in found)


if __name__ == "__main__":
    CONSOLE.write_text(write_look(), encoding="utf-8")
