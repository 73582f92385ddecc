"""An image on which the model finds nothing: it is said, with the threshold at which it finds something."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.correction.corrections import MOST_CLASSES, decode_layer
from core.imaging.decode import read_png
from core.imaging.masks import finding_threshold, threshold_mask
from core.ui import state
from core.ui.segment import editing, words
from core.workflows.correct.open_image import OpenedImage
from core.workspace import DraftRow, ImageRow


def finds_nothing(image: OpenedImage, row: ImageRow) -> bool:
    """Whether the model finds nothing and the person has done nothing yet; `row` is how the store has it."""
    if image.version is None or row.state == "corrected":
        return False
    draft = _draft(image)
    if draft is not None and draft.layer_png is not None:
        layer = decode_layer(draft.layer_png, (image.height, image.width), MOST_CLASSES)
        if layer.any():
            return False
    return not threshold_mask(_confidence(image), _threshold(image, draft)).any()


def found_nothing(image: OpenedImage) -> None:
    """Say it, and offer a lower threshold where one helps, else prompts."""
    st.info(words.FOUND_NOTHING)
    lower = finding_threshold(_confidence(image), _threshold(image, _draft(image)))
    if lower is None:
        st.caption(words.FOUND_NOTHING_AT_ANY)
        return
    st.caption(words.FOUND_NOTHING_HELP)
    if st.button(
        words.LOWER_THRESHOLD.format(threshold=lower),
        icon=":material/tune:",
        width="stretch",
        wrap=True,
        key=f"lower_{image.image.id}",
    ):
        editing.set_threshold(image, lower)
        st.rerun()


def _draft(image: OpenedImage) -> DraftRow | None:
    return state.workspace().drafts.get(image.image.id, state.person())


def _threshold(image: OpenedImage, draft: DraftRow | None) -> float:
    return image.threshold if draft is None else draft.threshold


def _confidence(image: OpenedImage) -> NDArray[np.uint8]:
    return read_png(image.proposal.confidence_png, image.image.name)
