"""pyramid under masks: persons of each sex in each age group."""

from collections.abc import Sequence
from typing import cast

from maillage.analysis.base import SumQuestion
from maillage.analysis.pyramid.spec import FORMS, SEXES, TABLE, PyramidParameters, write_key
from maillage.analysis.tabular.keys import band_ages
from maillage.analysis.tabular.summing import Rows, Summing


def _groups(question: SumQuestion) -> Sequence[str]:
    asked = cast("PyramidParameters", question.parameters)
    return [write_key(sex, ages) for sex in SEXES for ages in band_ages(asked.ages)]


_ROOM = Summing(FORMS, {TABLE: Rows(_groups)})
refuse = _ROOM.refuse
count_amounts = _ROOM.count_amounts
flatten = _ROOM.flatten
assemble = _ROOM.assemble
