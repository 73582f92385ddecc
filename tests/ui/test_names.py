"""Which person a session takes a name for, and what it tells of that."""

import pytest
import streamlit as st

from core.ui import state
from tests.workflows.conftest import workspace

__all__ = ["workspace"]


@pytest.fixture
def kim(workspace, monkeypatch):
    """Somebody who has worked in this workspace before; this session's person is nobody in particular."""
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(state, "workspace", lambda: workspace)
    return workspace.persons.get_or_add("Kim")


def told():
    return [text for _, text in state.page_state().messages]


def test_a_name_that_the_browser_remembers_leads_to_whoever_bore_it(workspace, kim):
    state.take_remembered_name("Kim")
    assert (state.person(), told()) == ("Kim", [])
    st.session_state.clear()
    workspace.persons.rename(kim.id, "Kimm", who="Kim")
    state.take_remembered_name("Kim")
    assert state.person() == "Kimm"
    assert "You are ` Kimm ` now" in told()[0]
    assert [each.name for each in workspace.persons.list()] == ["Kimm"]


def test_who_gives_a_name_is_somebody_at_once(workspace, kim):
    state.take_typed_name(" Bo ")
    state.take_remembered_name("Mina")
    state.take_typed_name("")
    assert [each.name for each in workspace.persons.list()] == ["Kim", "Bo", "Mina"]


def test_who_types_a_name_that_somebody_has_is_told_so(workspace, kim):
    state.take_typed_name("Lee")
    assert (state.person(), told()) == ("Lee", [])
    state.take_typed_name(" kim")
    assert state.person() == "kim"
    assert "You go on as ` Kim `, who has worked here before" in told()[0]
    # Another way to write it is no other person, and no name none at all.
    state.take_typed_name("KIM")
    state.take_typed_name("")
    assert len(told()) == 1
