"""A page with nothing but the prompt panel, once in the page and once in a dialog, for its browser tests.

`?place=dialog` shows it in a dialog; an accepted mask is written to the folder `PROMPT_APP_OUT` as a PNG of
0, 1 (background) and 2 (foreground). "Other page" leaves the panel for a run, as a page change does.
"""

import os
from pathlib import Path

import numpy as np
import streamlit as st

from core.files import write_whole
from core.imaging.masks import encode_png
from core.inference.click_network import click_network
from core.ui.prompts.canvas import drawn_prompts, reopen_canvas
from core.ui.prompts.panel import prompt_panel

# A bright disc on dark noise; the centre is (row, col).
HEIGHT, WIDTH, CENTRE, RADIUS = 192, 256, (90, 120), 35


def disc() -> np.ndarray:
    rows, cols = np.mgrid[:HEIGHT, :WIDTH]
    return np.hypot(rows + 0.5 - CENTRE[0], cols + 0.5 - CENTRE[1]) <= RADIUS


def picture() -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 8, (HEIGHT, WIDTH))
    return np.clip(np.where(disc(), 190, 60) + noise, 0, 255).astype(np.uint8)


def keep(accepted: np.ndarray | None) -> bool:
    if accepted is None:
        return False
    write_whole(Path(os.environ["PROMPT_APP_OUT"]) / "accepted.png", encode_png(accepted))
    st.session_state["accepted"] = st.session_state.get("accepted", 0) + 1
    return True


@st.dialog("Propose a mask", width="large")
def ask() -> None:
    if keep(prompt_panel(picture(), click_network, key="dialog")):
        st.rerun()


def main() -> None:
    st.set_page_config(layout="wide")
    if st.toggle("Other page"):
        st.write("Elsewhere")
        return
    if st.query_params.get("place") == "dialog":
        if st.button("Open", on_click=reopen_canvas, args=("dialog",)):
            ask()
    elif keep(prompt_panel(picture(), click_network, key="page")):
        st.rerun()
    drawn = drawn_prompts("page", (HEIGHT, WIDTH), (HEIGHT, WIDTH))
    counts = len(drawn.boxes), len(drawn.foreground), len(drawn.background)
    st.write("Drawn: {} boxes, {} foreground, {} background".format(*counts))
    st.write(f"Accepted {st.session_state.get('accepted', 0)} times")


if __name__ == "__main__":
    main()
