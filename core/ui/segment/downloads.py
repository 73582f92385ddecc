"""Files to take away: this image's mask and overlay, and saved masks in the formats of other tools."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from core.ui import state
from core.ui import words as shared
from core.ui.errors import shown_errors
from core.ui.segment import words
from core.ui.text import as_size, as_text, shortened
from core.workflows.correct.blind import hidden_from
from core.workflows.correct.download import image_mask_png, image_overlay_png
from core.workflows.correct.open_image import OpenedImage
from core.workflows.export.export_files import FORMATS, Format, export_files
from core.workflows.export.packing import Export, Selection
from core.workflows.export.volume import volume_file, volume_name
from core.workspace import ImageRow

_MOST_LISTED = 5


def downloads(image: OpenedImage) -> None:
    """The popover with all downloads; files are made at the click, with every stroke in them."""
    with st.popover(words.DOWNLOAD, icon=":material/download:", width="stretch"):
        mask, over = st.columns(2)
        stem = shortened(PurePath(image.image.name).stem)
        mask.download_button(
            words.DOWNLOAD_MASK,
            lambda: image_mask_png(state.workspace(), image.image.id, state.predictors(), who=image.who),
            file_name=f"{stem}_mask.png",
            mime="image/png",
            on_click="ignore",
            width="stretch",
        )
        over.download_button(
            words.DOWNLOAD_OVERLAY,
            lambda: image_overlay_png(state.workspace(), image.image.id, state.predictors(), who=image.who),
            file_name=f"{stem}_overlay.png",
            mime="image/png",
            on_click="ignore",
            width="stretch",
        )
        _whole_stack(image.image)
        _saved_masks(image.image)


def _whole_stack(image: ImageRow) -> None:
    """The saved masks of all slices as one file; nothing for an image alone."""
    workspace = state.workspace()
    slices = workspace.images.of_stack(image)
    if len(slices) == 1:
        return
    hidden = _hidden(image)
    num_saved = sum(each.state == "corrected" and each.id not in hidden for each in slices)
    if num_saved == 0:
        return
    st.download_button(
        words.DOWNLOAD_STACK,
        lambda: volume_file(workspace, image, without=hidden),
        file_name=volume_name(workspace, image),
        on_click="ignore",
        width="stretch",
    )
    st.caption(words.DOWNLOAD_STACK_HELP.format(saved=num_saved, total=len(slices)))


def _hidden(image: ImageRow) -> frozenset[int]:
    """Images of the task whose masks this person must not see."""
    workspace = state.workspace()
    return hidden_from(workspace, workspace.tasks.get_by_id(image.task_id), state.person())


@st.fragment
def _saved_masks(image: ImageRow) -> None:
    """Saved masks in the format that is chosen, of this image or of the task, as a zip."""
    hidden = frozenset() if state.workspace().may("judge") else _hidden(image)
    saved = state.workspace().truth.num_counting(image.task_id, without=hidden)
    if saved == 0:
        st.caption(words.EXPORT_NONE)
        return
    written_as: Format = st.selectbox(
        words.SAVED_MASKS,
        FORMATS,
        format_func=words.FORMAT_NAMES.__getitem__,
        key="export_format",
        persist_state="session",
    )
    if written_as == "dicom_seg":
        st.warning(words.DICOM_SEG_WARNING, icon=":material/badge:")
    else:
        st.caption(words.FORMAT_HELP[written_as])
    which = st.radio(
        words.EXPORT_WHICH,
        ["image", "saved", "approved"],
        index=1,
        format_func=lambda each: words.EXPORT_WHICH_NAMES[each].format(count=saved),
        key="export_which",
        help=words.EXPORT_WHICH_HELP,
        horizontal=True,
        persist_state="session",
    )
    if st.button(words.PREPARE_EXPORT, width="stretch"):
        selection = Selection(
            image.task_id,
            which="approved" if which == "approved" else "saved",
            image_id=image.id if which == "image" else None,
            who=state.person(),
        )
        export = _prepare(selection, written_as)
        if export is not None:
            _offer(export, written_as)


def _prepare(selection: Selection, written_as: Format) -> Export | None:
    bar = st.progress(0.0)

    def show_progress(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), words.EXPORTING.format(done=done, total=total))

    export = None
    with shown_errors():
        export = export_files(
            state.workspace(),
            selection,
            written_as,
            predictors=state.predictors(),
            on_progress=show_progress,
        )
    bar.empty()
    return export


def _offer(export: Export, written_as: Format) -> None:
    for note in export.notes[:_MOST_LISTED]:
        st.caption(as_text(note))
    if len(export.notes) > _MOST_LISTED:
        st.caption(words.AND_MORE.format(count=len(export.notes) - _MOST_LISTED))
    size = as_size(export.path.stat().st_size)
    if written_as == "training":
        train = export.num_images - export.num_test
        st.caption(words.EXPORTED_SPLITS.format(train=train, test=export.num_test, size=size))
    else:
        st.caption(words.EXPORTED.format(count=export.num_images, size=size))
    st.download_button(
        shared.DOWNLOAD_EXPORT,
        lambda: export.path.open("rb"),
        file_name=export.path.name,
        mime="application/zip",
        on_click="ignore",
        type="primary",
        width="stretch",
    )
