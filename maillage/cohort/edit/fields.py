"""From the fields of a form to an edit. Nothing that comes is trusted."""

from collections.abc import Mapping

from maillage.cohort.edit.edits import Edit


def read_edit(fields: Mapping[str, str]) -> Edit:
    """The edit that the fields say. Raises EditError.

    `edit` names it (`EDITS`), `path` (or `paths`, parted by spaces) says where. A term is `concept_id`, `name`, `code`,
    `vocabulary`, `domain`, `standard` (0 or 1), `descendants` (0 or 1), `kind`; several are `terms`, a JSON list of such
    objects. A window is `place` with `days` (without a sign; empty is open), or `place=custom` with `from` and `to` (with
    their sign; empty is open), and `anchor` (`start` or `end` of the index event). A value is `op` (`gt`, `gte`, `lt`,
    `lte`, `eq`, `bt`), `low`, `high`, `unit` (UCUM or as French laboratories write it; empty is any unit). Ages are `least` and
    `most`, dates `since` and `until` (a year, or AAAA-MM-JJ), several ids are parted by spaces, flags are 0 or 1.
    """
    raise NotImplementedError
