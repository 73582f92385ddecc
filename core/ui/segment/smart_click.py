"""The page's side of "Smart click": the clicks on the open image, over the mask that its editor shows."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.correction.corrections import apply_layer, decode_layer
from core.errors import BadModelError
from core.imaging.decode import read_png
from core.imaging.masks import Proposal
from core.ui import state
from core.ui.mask_editor import ClickAnswer, ClickRequest
from core.workflows.correct.open_image import OpenedImage
from core.workflows.correct.smart_click import Following, network_of
from core.workspace import DraftContent
from core.workspace.classes import reading_table

_OPEN = "smart_click"
"""What is clicked on in this session: image, class, threshold and layer, and what the clicks lead to."""


def answer(image: OpenedImage, shown: DraftContent, request: ClickRequest) -> ClickAnswer:
    """Where the clicks change the mask of the chosen class.

    Raises:
        BadModelError: The network that follows clicks is missing or damaged; one sentence.
    """
    try:
        network = network_of(state.workspace(), image.image.task_id)
    except BadModelError as error:
        raise BadModelError(
            "Smart click needs a network, which cannot be used ({error}) All other tools work.",
            error=error,
        ) from None
    layer = shown.layer_png or b""
    about = (request.image_id, request.chosen, shown.threshold, hashlib.sha256(layer).hexdigest())
    if st.session_state.get(_OPEN, (None, None))[0] != about:
        picture = read_png(image.picture, "picture")
        following = Following(picture, _mask(image, shown, request.chosen), network)
        st.session_state[_OPEN] = about, following
    following = st.session_state[_OPEN][1]
    changes: ClickAnswer = following.changes(request.strokes)
    return changes


def _mask(image: OpenedImage, shown: DraftContent, chosen: int) -> NDArray[Any]:
    """Where the editor shows the chosen class, (H, W) bool."""
    size = (image.height, image.width)
    confidence = read_png(image.proposal.confidence_png, "plane")
    proposed = image.proposal.proposed_png
    proposal = Proposal(
        np.ones(size, np.uint8) if proposed is None else read_png(proposed, "plane"), confidence
    )
    most = max(each.value for each in image.classes)
    layer = None if shown.layer_png is None else decode_layer(shown.layer_png, size, most)
    labels = apply_layer(proposal, shown.threshold, layer)
    return np.asarray(reading_table(image.classes)[labels] == chosen)
