"""The button that predicts all images of a task; it stands wherever guesses of quality are of use."""

from __future__ import annotations

import streamlit as st

from core.ui import state
from core.ui.review import words
from core.workflows.review.predict_all import num_to_predict, start_predict_all
from core.workspace import TaskRow


def predict_all_button(task: TaskRow) -> None:
    """The button with how many images it is about; nothing where the task has no model."""
    workspace = state.workspace()
    left = num_to_predict(workspace, task.id)
    if left is None:
        return
    told = {0: words.PREDICT_ALL_DONE, 1: words.PREDICT_ALL_LEFT_ONE}.get(left, words.PREDICT_ALL_LEFT)
    if st.button(
        words.PREDICT_ALL,
        key="predict_all",
        icon=":material/batch_prediction:",
        help=f"{told.format(count=left)} {words.PREDICT_ALL_HELP}",
    ):
        start_predict_all(workspace, task.id, who=state.person())
        state.tell("toast", words.PREDICT_ALL_STARTED)
        st.rerun()
