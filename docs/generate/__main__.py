"""`make docs`: write docs/reference, or the same pages into the folder given."""

import sys
from pathlib import Path

from maillage.base.i18n import use_language

REFERENCE = Path(__file__).parent.parent / "reference"


def main(folder: Path) -> None:
    """Write every page."""
    # The commands' help is worded while their modules are imported, so the language is chosen before.
    use_language("en")
    from docs.generate import cohort_spec, commands, errors, events, mapping, quality, routes, settings

    pages = {
        "cohort-spec.md": cohort_spec.write_page,
        "cli.md": commands.write_page,
        "errors.md": errors.write_page,
        "events.md": events.write_page,
        "routes.md": routes.write_page,
        "settings.md": settings.write_page,
        mapping.NAME: mapping.write_page,
        quality.SCHEMA: quality.write_schema,
        quality.PICTURE: quality.draw_picture,
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, write_page in pages.items():
        (folder / name).write_text(write_page(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE)
