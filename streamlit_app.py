"""The server: `streamlit run streamlit_app.py` serves the pages, behind the rules of `core.ui.guard`."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.ui.ahead import getting_ready
from core.ui.guard import GUARD
from core.ui.sign_in.form import ROUTES
from core.ui.sign_in.gate import GATE

app = st.App("pages/router.py", lifespan=getting_ready, middleware=[GUARD, GATE], routes=ROUTES)

if get_script_run_ctx(suppress_warning=True) is not None:
    # Run as a page and not by the server, as Streamlit's test runner does.
    from core.ui import shell

    shell.route()
