"""The rules of a task's review as controls, which show what the store has, whoever changed it last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from core.ui import state
from core.workspace import TaskRow


def rule(task: TaskRow, name: str) -> dict[str, Any]:
    """What makes a control that of a rule: its key, and that a change is kept at once.

    A control of its own memory would put back what somebody else has changed since the page was drawn; one
    that is set by every run would lose the keys pressed on it meanwhile. So it is set where the store has
    news.

    Args:
        name: The field of `ReviewRules`.
    """
    key, kept = f"rule_{name}_{task.id}", getattr(task.review_rules, name)
    if key not in st.session_state or st.session_state.get(_shown(key)) != kept:
        st.session_state[key] = st.session_state[_shown(key)] = kept
    refused = not state.workspace().may("task")
    return {"key": key, "on_change": _keep, "args": (task.id, name, key), "disabled": refused}


def _shown(key: str) -> str:
    return f"{key}_shown"


def _keep(task_id: int, name: str, key: str) -> None:
    tasks = state.workspace().tasks
    # Where it is refused, the control is set back.
    st.session_state.pop(_shown(key), None)
    with state.told_errors():
        rules = replace(tasks.get_by_id(task_id).review_rules, **{name: st.session_state[key]})
        tasks.set_review_rules(task_id, rules, who=state.person())
        st.session_state[_shown(key)] = st.session_state[key]
