"""Who judges makes an approved image gold, or like all others again."""

from __future__ import annotations

import streamlit as st

from core.ui import state
from core.ui.review import words
from core.workspace import ReviewItem


def gold_button(item: ReviewItem) -> None:
    """The button for the open image; nothing for readers, who must not know which images are gold."""
    image, revision = item.image, item.revision
    is_gold = image.gold_revision_id is not None
    can_be = image.review == "approved" and revision is not None and revision.scope == "whole"
    if not (is_gold or can_be) or not state.workspace().may("judge"):
        return
    if is_gold:
        st.caption(f":material/verified: {words.IS_GOLD}")
    st.button(
        words.NOT_GOLD if is_gold else words.MAKE_GOLD,
        key="review_gold",
        icon=":material/verified:",
        width="stretch",
        help=None if is_gold else words.MAKE_GOLD_HELP,
        on_click=_change,
        args=(image.id, not is_gold),
    )


def _change(image_id: int, to_gold: bool) -> None:
    gold = state.workspace().gold
    with state.told_errors():
        (gold.make if to_gold else gold.withdraw)(image_id, who=state.person())
