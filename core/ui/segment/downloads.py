"""Files to take away: this image's mask and overlay, and all saved masks of the task."""

from __future__ import annotations

from pathlib import Path, PurePath

import streamlit as st

from core.errors import AppError
from core.ui import state, words
from core.ui.text import as_text, shortened
from core.workflows.correct.download import image_mask_png, image_overlay_png
from core.workflows.correct.open_image import OpenedImage
from core.workflows.export.export_masks import Export, export_masks


def downloads(image: OpenedImage, window: tuple[float, float] | None) -> None:
    """The popover with all downloads; files are made at the click, with every stroke in them."""
    with st.popover(words.DOWNLOAD, icon=":material/download:", width="stretch"):
        stem = shortened(PurePath(image.image.name).stem)
        st.download_button(
            words.DOWNLOAD_MASK,
            lambda: image_mask_png(state.workspace(), image.image.id, state.predictors(), who=image.who),
            file_name=f"{stem}_mask.png",
            mime="image/png",
            on_click="ignore",
            width="stretch",
        )
        st.download_button(
            words.DOWNLOAD_OVERLAY,
            lambda: image_overlay_png(
                state.workspace(), image.image.id, state.predictors(), who=image.who, window=window
            ),
            file_name=f"{stem}_overlay.png",
            mime="image/png",
            on_click="ignore",
            width="stretch",
        )
        _whole_task(image.image.task_id)


def _whole_task(task_id: int) -> None:
    st.divider()
    corrected = state.workspace().tasks.counts(task_id).corrected
    if corrected == 0:
        st.caption(words.EXPORT_NONE)
        return
    st.caption(words.EXPORT_HELP.format(count=corrected))
    if st.button(words.PREPARE_EXPORT, width="stretch"):
        export = _prepare(task_id)
        if export is not None:
            _offer(export)


def _prepare(task_id: int) -> Export | None:
    bar = st.progress(0.0)

    def show_progress(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), words.EXPORTING.format(done=done, total=total))

    try:
        return export_masks(state.workspace(), task_id, on_progress=show_progress)
    except AppError as error:
        st.error(as_text(str(error)))
        return None
    finally:
        bar.empty()


def _offer(export: Export) -> None:
    for note in export.notes:
        st.caption(as_text(note))
    st.caption(
        words.EXPORTED.format(train=export.num_train, test=export.num_test, size=_megabytes(export.path))
    )
    st.download_button(
        words.DOWNLOAD_EXPORT,
        lambda: export.path.open("rb"),
        file_name=export.path.name,
        mime="application/zip",
        on_click="ignore",
        type="primary",
        width="stretch",
    )


def _megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f} MB"
