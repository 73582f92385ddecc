"""Ask for a mask by pointing: choose a tool, draw on the picture, see the proposed mask at once, accept it.

Serves the step image -> mask, for a new task without a model or an image on which the model fails. Nothing
counts until it is accepted; what is accepted goes into the correction layer by whoever called the panel.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.correction.click_windows import Answer
from core.correction.network_prompts import propose_by_network
from core.correction.prompts import Prompts, accept, propose_mask
from core.errors import BadModelError
from core.ui.prompts import words
from core.ui.prompts.canvas import PromptMode, clear_canvas, drawn_prompts, is_drawn_on, prompt_canvas
from core.ui.prompts.picture import canvas_size_for, prompt_picture

_CONTROLS_WIDTH = 240
_TOOLS_WIDTH = 430
"""CSS pixels."""
# The controls are narrower where they would else be under the picture, out of sight.
_STYLE = """
<style>
div:has(> [class*="st-key-prompts_"][class*="-right"]) {
  flex: 1 1 9.5rem !important; min-width: 9.5rem; max-width: 15rem;
}
[class*="st-key-prompts_"][class*="-right"] { width: 100% !important; }
</style>
"""


@dataclass
class _Proposal:
    """A mask with what it was made of, so that it is made once.

    Attributes:
        checksum: Of the picture; another display window is another picture.
        by_network: Whether the network found it, or GrabCut.
        mask: (H, W) bool.
    """

    checksum: int
    prompts: Prompts
    by_network: bool
    mask: NDArray[np.bool_]
    seconds: float


@dataclass
class _Panel:
    """What a session remembers of one panel."""

    proposal: _Proposal | None = None
    accepted: NDArray[np.uint8] | None = None


def prompt_panel(
    display: NDArray[np.uint8],
    network: Callable[[], Answer],
    *,
    key: str,
    max_height: int = 520,
    max_width: int = 640,
) -> NDArray[np.uint8] | None:
    """Draw the panel; what `accept` makes of a proposal in the one run after "Accept proposal", else None.

    Accepting clears the prompts. Inside a dialog or fragment only that reruns with each stroke. The caller
    lays it over the correction layer as one step of undo, then calls `st.rerun()`, which also closes a
    dialog; with no other Streamlit call before, since a stroke that arrives meanwhile would end the run
    there. Call `reopen_canvas` each time a dialog is opened.

    Args:
        display: (H, W) or (H, W, 3) uint8, the image as it is shown.
        network: Gives the network that follows clicks, or says in a `BadModelError` why it cannot.
        key: One for each image.
        max_height: Of the canvas, in CSS pixels; the image is scaled to fit.
        max_width: Of the canvas, in CSS pixels. The controls stand beside it where there is room for 184
            more, else under it.
    """
    panel = _panel(key)
    if panel.accepted is not None:
        taken, panel.accepted = panel.accepted, None
        return taken
    image_size = (display.shape[0], display.shape[1])
    canvas_size = canvas_size_for(image_size, max_height, max_width)
    prompts = drawn_prompts(key, canvas_size, image_size)
    with st.container(horizontal=True, gap="medium", key=f"{key}.layout"):
        with st.container(width=max(canvas_size[1], _TOOLS_WIDTH), key=f"{key}.left"):
            mode = _choose_mode(key)
            # The choice stands beside the picture, which is drawn before it.
            by_network = st.session_state.get(f"{key}.network", False)
            proposal, problem = _propose(panel, display, prompts, network if by_network else None)
            picture = prompt_picture(display, canvas_size, prompts, proposal.mask if proposal else None)
            prompt_canvas(picture, canvas_size, key=key, mode=mode)
        with st.container(width=_CONTROLS_WIDTH, key=f"{key}.right"):
            _choose_finder(key)
            _say(prompts, proposal, problem)
            _decide(key, prompts, proposal)
    st.html(_STYLE)
    return None


def _panel(key: str) -> _Panel:
    return st.session_state.setdefault(f"{key}.panel", _Panel())  # type: ignore[no-any-return]


def _choose_mode(key: str) -> PromptMode:
    names: dict[PromptMode, str] = {
        "box": f":material/select: {words.BOX}",
        "foreground": f":material/add: {words.FOREGROUND}",
        "background": f":material/remove: {words.BACKGROUND}",
        "move": f":material/open_with: {words.MOVE}",
    }
    hints: dict[PromptMode, str] = {
        "box": words.BOX_HINT,
        "foreground": words.FOREGROUND_HINT,
        "background": words.BACKGROUND_HINT,
        "move": words.MOVE_HINT,
    }
    chosen: PromptMode | None = st.segmented_control(
        words.TOOL,
        list(names),
        default="box",
        required=True,
        format_func=names.__getitem__,
        key=f"{key}.mode",
        label_visibility="collapsed",
    )
    # Also keeps the canvas' own tool bar, which pops up right above it, off the buttons.
    st.caption(hints[mode := chosen or "box"])
    return mode


def _choose_finder(key: str) -> None:
    st.radio(
        words.FINDER,
        (False, True),
        format_func=lambda network: words.NETWORK if network else words.EDGES,
        key=f"{key}.network",
        help=words.FINDER_HELP,
    )


def _propose(
    panel: _Panel, display: NDArray[np.uint8], prompts: Prompts, network: Callable[[], Answer] | None
) -> tuple[_Proposal | None, str]:
    """The proposal, and why there is none where the network cannot be used."""
    if not prompts.can_propose:
        panel.proposal = None
        return None, ""
    asked = (zlib.crc32(np.ascontiguousarray(display).data), prompts, network is not None)
    known = panel.proposal
    if known is None or (known.checksum, known.prompts, known.by_network) != asked:
        begun = time.monotonic()
        try:
            mask = (
                propose_mask(display, prompts)
                if network is None
                else propose_by_network(display, prompts, network())
            )
        except BadModelError as error:
            panel.proposal = None
            return None, words.NO_NETWORK.format(error=error)
        panel.proposal = _Proposal(*asked, mask, time.monotonic() - begun)
    return panel.proposal, ""


def _say(prompts: Prompts, proposal: _Proposal | None, problem: str) -> None:
    st.caption(words.LEGEND)
    if problem:
        st.warning(problem)
        return
    if proposal is None:
        st.write(words.NOTHING_YET if prompts.are_empty else words.ONLY_BACKGROUND)
        return
    pixels = int(proposal.mask.sum())
    if pixels == 0:
        st.write(words.FOUND_NOTHING)
        return
    said = words.FOUND.format(percent=100 * pixels / proposal.mask.size, pixels=f"{pixels:,}")
    slow = f" {words.SECONDS.format(seconds=proposal.seconds)}" if proposal.seconds > 0.5 else ""
    st.write(said + slow)


def _decide(key: str, prompts: Prompts, proposal: _Proposal | None) -> None:
    st.radio(
        words.HOW,
        (False, True),
        format_func=lambda replaces: words.REPLACE if replaces else words.ONLY_ADD,
        key=f"{key}.how",
        help=words.HOW_HELP,
        disabled=not prompts.boxes,
    )
    st.button(
        words.ACCEPT,
        type="primary",
        icon=":material/check:",
        width="stretch",
        disabled=proposal is None or not proposal.mask.any(),
        on_click=_accept,
        args=(key, proposal),
        key=f"{key}.accept",
    )
    st.button(
        words.CLEAR,
        icon=":material/ink_eraser:",
        width="stretch",
        disabled=not is_drawn_on(key),
        on_click=_clear,
        args=(key,),
        key=f"{key}.clear",
    )


def _accept(key: str, proposal: _Proposal) -> None:
    """Runs before the page, with the proposal that was on the screen when the button was pressed.

    How to accept may have been chosen a moment before, in a run that was never drawn.
    """
    replaces = bool(st.session_state[f"{key}.how"])
    _panel(key).accepted = accept(proposal.mask, proposal.prompts, replace_inside_boxes=replaces)
    _clear(key)


def _clear(key: str) -> None:
    _panel(key).proposal = None
    clear_canvas(key)
