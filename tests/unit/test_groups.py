"""Tests that share a costly thing run in one process: pytest-xdist may forget to, and tells nobody."""

import os

import pytest


@pytest.mark.xdist_group("kept-together")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process: nothing to keep together")
def test_a_group_of_tests_is_known_by_its_name(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@kept-together")
