"""A version leaves as a folder that others can use: prepared when asked for, then downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.ui import words as shared
from core.ui.errors import shown_errors
from core.ui.models import words
from core.ui.text import as_size, as_text
from core.workflows.export.export_model import export_model
from core.workspace import VersionRow, Workspace


@st.fragment
def model_folder(workspace: Workspace, version: VersionRow) -> None:
    """The folded part of a version that makes masks."""
    with st.expander(words.MODEL_FOLDER):
        st.caption(words.MODEL_FOLDER_HELP)
        if st.button(words.MODEL_FOLDER_MAKE, key=f"model_folder_{version.id}"):
            slug = workspace.tasks.get_by_id(version.task_id).slug
            path = workspace.folder("exports") / f"{slug}_version_{version.number}.zip"
            with shown_errors():
                with st.spinner(words.MODEL_FOLDER_MAKING, show_time=True), workspace.plain_errors():
                    left_out = export_model(workspace.versions.open(version), path)
                _offer(path, left_out, version)


def _offer(path: Path, left_out: Sequence[str], version: VersionRow) -> None:
    for sentence in left_out:
        st.warning(as_text(sentence))
    st.caption(words.MODEL_FOLDER_DONE.format(size=as_size(path.stat().st_size)))
    st.download_button(
        shared.DOWNLOAD_EXPORT,
        lambda: path.open("rb"),
        file_name=path.name,
        mime="application/zip",
        key=f"model_zip_{version.id}",
        on_click="ignore",
        type="primary",
    )
