"""Review: who answers for the masks looks at them, approves what is right and flags what is wrong."""

import streamlit as st

from core.ui import shell
from core.ui.review import words
from core.ui.review.queue_tab import queue_tab
from core.ui.review.tabs import agreement, audit, progress


def page() -> None:
    task = shell.enter()
    tabs = st.tabs(list(words.TABS.values()), key="review_tabs", on_change="rerun")
    shows = {
        "queue": queue_tab,
        "agreement": agreement.show,
        "progress": progress.show,
        "audit": audit.show,
    }
    for tab, name in zip(tabs, words.TABS, strict=True):
        if tab.open:
            with tab:
                shows[name](task)


with shell.plain_errors():
    page()
