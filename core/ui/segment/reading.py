"""Second readings one after the other: "Save and next" goes on to the next one, not along the strip."""

from __future__ import annotations

import streamlit as st

from core.ui import state
from core.workflows.correct.blind import waiting_for
from core.workspace import ImageRow, TaskRow

_IN_TURN, _NEXT = "reads_in_turn", "next_reading"


def read_in_turn(task: TaskRow) -> None:
    """The person has opened one of the images that wait for their second reading."""
    st.session_state[_IN_TURN] = task.id


def note_next_reading(task: TaskRow, image: ImageRow) -> None:
    """Note which image waits after this one, before it is saved and waits no more; after the last the first.

    Who has another image open goes along the strip again.
    """
    if st.session_state.get(_IN_TURN) != task.id:
        return
    waiting = waiting_for(state.workspace(), task, state.person())
    if image.id not in waiting:
        del st.session_state[_IN_TURN]
        return
    place = waiting.index(image.id)
    st.session_state[_NEXT] = next(iter([*waiting[place + 1 :], *waiting[:place]]), None)


def next_reading() -> int | None:
    """The image that was noted, once; None for who goes along the strip."""
    noted: int | None = st.session_state.pop(_NEXT, None)
    return noted
