"""A form shows parameters and gives them back: to the letter untouched, in full from what it shows alone."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from maillage.analysis.errors import ParametersError
from maillage.analysis.registry import find_spec, read_parameters
from maillage.hub.portal.fields.errors import FieldsError
from maillage.hub.portal.fields.filled import WAS, read_form, require, start_form
from maillage.hub.portal.fields.lens import Reader, list_names, list_places, write
from maillage.hub.portal.fields.shapes import find_form
from maillage.hub.portal.fields.steps import do_step
from tests.support.strategies.parameters import PARAMETERS

analyses = pytest.mark.parametrize("analysis", PARAMETERS)
quick = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def draw(analysis: str, data: st.DataObject) -> dict[str, Any]:
    """Parameters that the analysis takes."""
    document = data.draw(PARAMETERS[analysis])
    try:
        read_parameters(find_spec(analysis), document)
    except ParametersError:
        assume(False)
    return document


@analyses
@quick
@given(data=st.data())
def test_untouched_it_gives_back_what_came(analysis: str, data: st.DataObject) -> None:
    document = draw(analysis, data)
    form = find_form(analysis)
    reader = Reader(write(form, document))
    assert reader.read(form, document) == document
    assert reader.errors == {}


@analyses
@quick
@given(data=st.data())
def test_what_it_shows_is_all_there_is(analysis: str, data: st.DataObject) -> None:
    """Typed anew into an empty form, it means the same: but what ATLAS adds to a concept, all is shown."""
    document = draw(analysis, data)
    form, spec = find_form(analysis), find_spec(analysis)
    reader = Reader(write(form, document, here=""))
    typed_anew = reader.read(form, {})
    assert reader.errors == {}
    assert read_parameters(spec, typed_anew) == read_parameters(spec, document)


@quick
@given(data=st.data())
def test_a_copy_that_is_removed_leaves_no_trace(data: st.DataObject) -> None:
    document = draw("regress", data)
    filled = start_form("regress", held=document)
    places = list_places(filled.typed, name="covariates")
    assume(places)
    copied = do_step(filled, f"copy:covariates.{places[0]}").filled
    names = [one["name"] for one in require(copied)["covariates"]]
    assert len(set(names)) == len(names) == len(places) + 1
    assert require(do_step(copied, f"drop:covariates.{places[-1] + 1}").filled) == document
    left = require(do_step(filled, f"drop:covariates.{places[0]}").filled)
    assert left.get("covariates", []) == document["covariates"][1:]


@analyses
@quick
@given(data=st.data())
def test_nothing_typed_is_lost_nor_a_traceback(analysis: str, data: st.DataObject) -> None:
    """Whatever is typed comes back as it was typed, with the reasons at fields that are there."""
    filled = start_form(analysis, held=draw(analysis, data))
    typed = dict(filled.typed)
    for name in data.draw(st.lists(st.sampled_from(sorted(typed)), max_size=5)):
        typed[name] = data.draw(st.text(max_size=8) | st.sampled_from(["-1", "1e999", "nan", "٣", "1;2"]))
    sent = read_form(analysis, {**typed, WAS: json.dumps(dict(filled.was))})
    assert dict(sent.typed) == typed
    fields = dict(list_names(sent.form, sent.typed))
    try:
        read_parameters(find_spec(analysis), require(sent))
    except FieldsError as error:
        wrong = error.fields
    else:
        wrong = {}
    assert wrong.keys() <= fields.keys()
