"""What gold images prove: each reader sees their own numbers, who judges may see everybody's."""

from __future__ import annotations

import streamlit as st

from core.ui import state
from core.ui.review.tabs import words
from core.ui.review.tabs.agreement_row import row
from core.workflows.correct.blind import same_person
from core.workflows.review.agreement import TaskAgreement
from core.workspace import TaskRow


def gold(task: TaskRow, found: TaskAgreement) -> None:
    """How readers' masks of gold images agree with the gold ones."""
    count = state.workspace().gold.count(task.id)
    if not count and not task.review_rules.gold_percent:
        return
    st.subheader(words.GOLD_TITLE)
    judges = state.workspace().may("judge")
    if judges:
        line = words.GOLD_COUNT_ONE if count == 1 else words.GOLD_COUNT
        st.caption(line.format(count=count) if count else words.GOLD_NONE)
    everybody = judges and _wants_everybody("gold")
    shown = {who: of for who, of in found.gold.items() if everybody or same_person(who, state.person())}
    if not shown:
        st.write(words.GOLD_UNREAD if everybody else words.GOLD_OWN_NONE)
        return
    rows = [row(who, images, found) for who, images in sorted(shown.items())]
    st.dataframe(rows, hide_index=True, width="stretch")


def _wants_everybody(what: str) -> bool:
    return st.toggle(words.GOLD_EVERYBODY, help=words.GOLD_EVERYBODY_HELP, key=f"everybody_{what}")
