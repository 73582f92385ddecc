"""The server: `streamlit run streamlit_app.py` serves the pages, behind the rules of `core.ui.guard`."""

import streamlit as st

from core.ui.guard import GUARD

app = st.App("pages/router.py", middleware=[GUARD])
