"""The store of this server, opened once and shared by all sessions and by the gate in front of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.config import workspace_dir

if TYPE_CHECKING:
    from core.workspace import Workspace


@st.cache_resource(show_spinner=False)
def opened() -> Workspace:
    """The store, for whom nothing is refused; pages take `core.ui.state.workspace`."""
    # Imported late: on localhost the gate needs none of it, and the server is up before it is there.
    from core.workflows.open_workspace import open_workspace

    return open_workspace(workspace_dir())
