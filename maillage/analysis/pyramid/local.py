"""The node's half of pyramid."""

from typing import cast

from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.pyramid.spec import SEXES, TABLE, PyramidParameters, write_key
from maillage.analysis.tabular.drafts import Split
from maillage.analysis.tabular.people import Found, People, answer_tables, group_ages
from maillage.cohort import CohortExpression
from maillage.disclosure.gates import Gate
from maillage.warehouse.engines.base import Engine


def run(*, cohort: CohortExpression, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """The table of one hospital, gated."""
    asked = cast("PyramidParameters", parameters)
    return answer_tables(
        cohort=cohort,
        engine=engine,
        gate=gate,
        find=lambda people, _tables: find_groups(people, asked=asked),
    )


def find_groups(people: People, *, asked: PyramidParameters) -> Found:
    """Each sex by each age group; nobody is in two."""
    groups = {
        write_key(sex, ages): people.where((people.sex == sex) & flags)
        for sex in SEXES
        for ages, flags in group_ages(people, asked.ages).items()
    }
    return Found(people.ids, [Split(TABLE, groups)])
