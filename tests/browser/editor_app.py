"""A page with nothing but the mask editor: each draft it gets is a file in `EDITOR_APP_DIR`.

Query parameters choose the scene: `image` and `other` (names that `scene` knows), `slow` (seconds that the script
sleeps before the editor), `height`, `read_only`.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import streamlit as st

from core.imaging.masks import encode_jpeg, encode_png
from core.review.corrections import encode_layer
from core.ui.mask_editor import (
    Acknowledgement,
    EditorImage,
    EditorMessage,
    EditorOptions,
    LayerInsert,
    mask_editor,
)

FOLDER = Path(os.environ["EDITOR_APP_DIR"])
KEY = "editor"


@st.cache_data
def scene(name: str) -> EditorImage:
    """`small...` is 64 x 48 (see below), `...-N` a soft disc of N x N; with "reference" in the name it has one."""
    if name.startswith("small"):
        probability = small_probability()
    else:
        side = int(name.split("-")[-1])
        rows, columns = np.mgrid[:side, :side].astype(np.float32)
        distance = np.hypot(rows - side / 2, columns - side / 2)
        probability = np.clip(255 * (1.2 - distance / (side / 3)), 0, 255).astype(np.uint8)
    height, width = probability.shape
    picture = cv2.GaussianBlur(
        np.random.default_rng(1).integers(0, 255, (height, width), np.uint8), (0, 0), 3
    )
    picture = cv2.addWeighted(picture, 0.5, probability, 0.3, 0)
    reference = np.zeros_like(probability)
    reference[height // 4 : height // 2, width // 4 : width // 2] = 255
    return EditorImage(
        image_id=name,
        height=height,
        width=width,
        picture=encode_jpeg(picture),
        probability=encode_png(probability),
        reference=encode_png(reference) if "reference" in name else None,
        suggested_threshold=0.5,
    )


def small_probability() -> np.ndarray:
    """Rows 10 to 29, columns 10 to 39 certain, a 4 x 4 hole in it, a 2 x 2 speck of 0.6 at the lower right."""
    probability = np.zeros((48, 64), np.uint8)
    probability[10:30, 10:40] = 255
    probability[18:22, 20:24] = 0
    probability[40:42, 50:52] = 153
    return probability


def draft_path(image_id: str) -> Path:
    return FOLDER / f"{image_id}.json"


def stored(image_id: str) -> dict | None:
    path = draft_path(image_id)
    return json.loads(path.read_text()) if path.exists() else None


def keep(message: EditorMessage) -> None:
    """The rules of the real store, in small: the last writer goes on, others must have seen its draft."""
    before = stored(message.image_id)
    state = st.session_state
    if message.action == "reload":
        state.token += 1
        state.conflict = None
        return
    seen = state.seen.get(message.image_id)
    foreign = before and before["client_id"] != message.client_id and before["revision"] != seen
    if foreign and not message.take_over:
        state.conflict = Acknowledgement(message.client_id, message.sequence, saved=False, conflict=True)
        return
    state.conflict = None
    revision = (before["revision"] if before else 0) + 1
    path = draft_path(message.image_id)
    path.with_suffix(".png").write_bytes(message.layer_png)
    fields = {name: value for name, value in message.__dict__.items() if name != "layer_png"}
    part = path.with_suffix(".part")
    part.write_text(json.dumps({**fields, "revision": revision, "time": time.time()}))
    os.replace(part, path)
    state.seen[message.image_id] = revision
    if message.action:
        act(message.action)


def act(action: str) -> None:
    with (FOLDER / "actions.txt").open("a") as log:
        log.write(action + "\n")
    if action in ("next", "save_next"):
        st.session_state.other = True
    if action == "previous":
        st.session_state.other = False


state = st.session_state
for name, value in {"token": 0, "conflict": None, "seen": {}, "other": False, "insert": None}.items():
    state.setdefault(name, value)
query = st.query_params
st.set_page_config(layout="wide")
time.sleep(float(query.get("slow", 0)))

name = query.get("other", "small-other") if state.other else query.get("image", "small")
image = scene(name)
other = scene(query.get("image", "small") if state.other else query.get("other", "small-other"))

with st.sidebar:
    if st.button("Save mask"):
        (FOLDER / "saved.png").write_bytes(draft_path(name).with_suffix(".png").read_bytes())
    if st.button("Next"):
        state.other = not state.other
        st.rerun()
    if st.button("Restore revision"):
        layer = np.zeros((image.height, image.width), np.uint8)
        layer[:5, :5] = 2
        part = {"client_id": "server", "sequence": 0, "threshold": 0.25, "revision": 1000 + state.token}
        draft_path(name).with_suffix(".png").write_bytes(encode_layer(layer))
        draft_path(name).write_text(json.dumps(part))
        state.token += 1
        st.rerun()
    if st.button("Accept proposal"):
        layer = np.zeros((image.height, image.width), np.uint8)
        layer[40:45, 2:8] = 2
        state.insert = LayerInsert(f"proposal-{time.time()}", encode_layer(layer))
        st.rerun()
    if st.button("Other window"):
        state.bright = not state.get("bright", False)
        st.rerun()
    st.text_input("Name")

if state.get("bright"):
    image = replace(image, image_id=f"{name}-bright", drawing_id=name)

draft = stored(name)
if draft:
    state.seen.setdefault(name, draft["revision"])
acknowledged = state.conflict or (Acknowledgement(draft["client_id"], draft["sequence"]) if draft else None)
mask_editor(
    image,
    key=KEY,
    threshold=draft["threshold"] if draft else 0.5,
    layer_png=draft_path(name).with_suffix(".png").read_bytes() if draft else None,
    draft_token=f"{name}:{state.token}",
    on_message=keep,
    acknowledged=acknowledged,
    insert=state.insert if not state.other else None,
    options=EditorOptions(
        height=int(query["height"]) if "height" in query else None,
        read_only="read_only" in query,
        next_image=other,
    ),
)
