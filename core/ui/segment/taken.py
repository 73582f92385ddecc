"""An image that somebody else has open: who it is, and the mask to look at only, until they are gone."""

from __future__ import annotations

import time
from contextlib import suppress

import streamlit as st

from core.errors import StoreError
from core.ui import state
from core.ui.dialog import redraw_page
from core.ui.errors import shown_errors
from core.ui.review.look import look as large_picture
from core.ui.segment import words
from core.ui.text import as_name
from core.workflows.correct.second_reader import hides_anything
from core.workflows.review.looking import colours_of, full_look, look_at
from core.workspace import ImageRow, TaskRow

_SIGN_SECONDS = 30
_SIGNED = "signed_at"


def taken_by(image: ImageRow) -> str | None:
    """Who else has the image, None where it is this person's; signs that they are here, while they are."""
    workspace, who = state.workspace(), state.person()
    _sign(image)
    holder = workspace.presence.first_on(image.id, who)
    with_page = True

    @st.fragment(run_every=_SIGN_SECONDS)
    def stay() -> None:
        nonlocal with_page
        if with_page:
            # The page itself has just asked.
            with_page = False
            return
        _sign(image)
        if workspace.presence.first_on(image.id, who) != holder:
            redraw_page()

    stay()
    return holder


def look_only(task: TaskRow, image: ImageRow, holder: str) -> None:
    """The mask that counts, or the prediction, with who is on the image."""
    st.warning(words.TAKEN.format(who=as_name(holder)), icon=":material/lock_person:")
    workspace = state.workspace()
    item = workspace.review_pages(task.id, "uploaded").item(image.id)
    if item is None or hides_anything(workspace, image, state.person()):
        return
    look = look_at(workspace, item, [])
    with shown_errors():
        large_picture(
            key="taken",
            image_id=str(look),
            full=full_look(workspace, item, look, state.predictors()),
            compared=None,
            colours=colours_of(workspace, item.image),
        )


def _sign(image: ImageRow) -> None:
    last = st.session_state.get(_SIGNED)
    if last is not None and last[:2] == (image.id, state.person()):
        if time.monotonic() - last[2] < _SIGN_SECONDS / 2:
            return
    # Looking needs no writing.
    with suppress(StoreError):
        state.workspace().presence.sign(image.id, state.person())
        st.session_state[_SIGNED] = (image.id, state.person(), time.monotonic())
