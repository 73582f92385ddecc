"""One's own queue on Segment and Review: what was given to the person here, and how far they are."""

from __future__ import annotations

import streamlit as st

from core.ui import state
from core.ui.assigned import words
from core.ui.segment.seen import unread_for
from core.workflows.correct.blind import same_person
from core.workspace import ImageRow, Share, TaskRow, Workspace

MINE = "only_mine"


def mine(task: TaskRow) -> Share | None:
    """What the person here was given of a task, None for nothing."""
    if not task.is_shared:
        return None
    return state.workspace().assignments.of_person(task.id, state.person())


def view(task: TaskRow, image: ImageRow | None = None) -> Workspace:
    """The store as the person looks at it: their own queue, or all where they want or open something else."""
    share = mine(task) if st.session_state.get(MINE, True) else None
    if share is None or (image is not None and image.reader_id != share.person_id):
        return state.workspace()
    return state.workspace().queue_of(share.who)


def num_done(task: TaskRow, share: Share) -> int:
    """How many of somebody's images are done, as the person here may know it of their own."""
    own = same_person(share.who, state.person())
    return share.done - (len(unread_for(task, state.workspace().queue_of(share.who)).all) if own else 0)


def mine_toggle(task: TaskRow) -> None:
    """The switch between one's own queue and all; nothing for somebody who was given nothing."""
    share = mine(task)
    if share is None:
        return
    st.toggle(
        words.MINE.format(done=num_done(task, share), total=share.images),
        value=True,
        key=MINE,
        help=words.MINE_HELP,
        persist_state="session",
        width="content",
    )
