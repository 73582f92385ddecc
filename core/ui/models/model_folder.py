"""A version leaves as a folder that others can use: prepared when asked for, then downloaded."""

from __future__ import annotations

import streamlit as st

from core.ui import words as shared
from core.ui.errors import shown_errors
from core.ui.models import words
from core.ui.text import as_size, as_text
from core.workflows.export.export_model import ModelExport, export_model
from core.workspace import VersionRow, Workspace


@st.fragment
def model_folder(workspace: Workspace, version: VersionRow) -> None:
    """The folded part of a version that makes masks."""
    with st.expander(words.MODEL_FOLDER):
        st.caption(words.MODEL_FOLDER_HELP)
        if st.button(words.MODEL_FOLDER_MAKE, key=f"model_folder_{version.id}"):
            export = _made(workspace, version)
            if export is not None:
                _offer(export, version)


def _made(workspace: Workspace, version: VersionRow) -> ModelExport | None:
    slug = workspace.tasks.get_by_id(version.task_id).slug
    path = workspace.folder("exports") / f"{slug}_version_{version.number}.zip"
    with shown_errors(), st.spinner(words.MODEL_FOLDER_MAKING, show_time=True), workspace.plain_errors():
        return export_model(workspace.versions.open(version), path)
    return None


def _offer(export: ModelExport, version: VersionRow) -> None:
    for sentence in export.left_out:
        st.warning(as_text(sentence))
    st.caption(words.MODEL_FOLDER_DONE.format(size=as_size(export.path.stat().st_size)))
    st.download_button(
        shared.DOWNLOAD_EXPORT,
        lambda: export.path.open("rb"),
        file_name=export.path.name,
        mime="application/zip",
        key=f"model_zip_{version.id}",
        on_click="ignore",
        type="primary",
    )
