"""A message for the next run is seen, whatever begins that run anew."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.ui import shell, state


class Page:
    """Its button tells something; the run after that begins anew, as where a part learns how wide it is."""

    def run(self) -> None:
        state.show_messages()
        if st.button("Tell"):
            state.tell("info", "It is done.")
            st.rerun()
        st.session_state["runs"] = st.session_state.get("runs", 0) + 1
        if st.session_state["runs"] == 2:
            st.rerun()


def script() -> None:
    from core.ui import shell

    shell.route()


def test_a_message_outlives_a_run_that_begins_anew_and_is_gone_after_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shell, "page", str)
    monkeypatch.setattr(st, "navigation", lambda pages, position: Page())
    app = AppTest.from_function(script, default_timeout=60).run()
    app.button[0].click().run()
    assert [each.value for each in app.info] == ["It is done."]
    app.run()
    assert [each.value for each in app.info] == []
