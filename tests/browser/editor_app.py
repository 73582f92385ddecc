"""A page with nothing but the mask editor: each draft it gets is a file in `EDITOR_APP_DIR`.

The field "Scene", or the query of the address, says what is shown: `image` and `other` (names that `scene`
knows), `slow` (seconds that the script sleeps before the editor is drawn), `height`.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import editor_app_scenes
import numpy as np
import streamlit as st

from core.correction.corrections import encode_layer
from core.errors import AppError
from core.files import write_whole
from core.ui.mask_editor import (
    Acknowledgement,
    ClickAnswer,
    ClickRequest,
    EditorMessage,
    LayerInsert,
    carry_image,
    mask_editor,
)

FOLDER = Path(os.environ["EDITOR_APP_DIR"])
KEY = "editor"


scene = st.cache_data(editor_app_scenes.scene)


def draft_path(image_id: str) -> Path:
    return FOLDER / f"{image_id}.json"


def stored(image_id: str) -> dict | None:
    path = draft_path(image_id)
    return json.loads(path.read_text()) if path.exists() else None


def keep(message: EditorMessage) -> None:
    """The rules of the real store, in small: the last writer goes on, others must have seen its draft."""
    image_id = message.image_id
    before = stored(image_id)
    state = st.session_state
    if message.action == "reload":
        state.token += 1
        state.conflict = None
        state.seen.pop(image_id)
        return
    seen = state.seen.get(image_id)
    known = (message.client_id, message.continues_client)
    foreign = before and before["client_id"] not in known and before["revision"] != seen
    if foreign and not message.take_over:
        write_whole(FOLDER / f"{image_id}.refused.png", message.layer_png)
        state.conflict = Acknowledgement(message.client_id, message.sequence, saved=False, conflict=True)
        return
    state.conflict = None
    revision = (before["revision"] if before else 0) + 1
    path = draft_path(image_id)
    write_whole(path.with_suffix(".png"), message.layer_png)
    fields = {name: value for name, value in message.__dict__.items() if name != "layer_png"}
    write_whole(path, json.dumps({**fields, "revision": revision, "time": time.time()}).encode())
    state.seen[image_id] = revision
    if message.action:
        act(image_id, message.action)


def act(image_id: str, action: str) -> None:
    with (FOLDER / f"{image_id}.actions.txt").open("a") as log:
        log.write(action + "\n")
    if action in ("next", "save_next"):
        st.session_state.other = True
    if action == "previous":
        st.session_state.other = False


def follow(request: ClickRequest) -> ClickAnswer:
    """A square of 7 pixels about each place that was clicked; on the last row it cannot."""
    values = np.zeros((image.height, image.width), np.uint8)
    for click in (click for stroke in request.strokes for click in stroke):
        if click.row == image.height - 1:
            raise AppError("Smart click needs a network.")
        square = np.s_[max(click.row - 3, 0) : click.row + 4, max(click.col - 3, 0) : click.col + 4]
        values[square] = 2 if click.include else 1
    return 0, 0, values


state = st.session_state
for name, value in {"token": 0, "conflict": None, "seen": {}, "other": False, "insert": None}.items():
    state.setdefault(name, value)
st.set_page_config(layout="wide")
with st.sidebar:
    query = dict(parse_qsl(st.text_input("Scene") or urlencode(st.query_params.to_dict())))
if query.get("image") != state.get("image"):
    state.image = query.get("image")
    state.update(other=False, insert=None, bright=False)

home = query.get("image", "small")
away = query.get("other", f"{home}-other")
name = away if state.other else home
image = scene(name)

with st.sidebar:
    state.runs = state.get("runs", 0) + 1
    st.text(f"run {state.runs}")
    if st.button("Save mask"):
        write_whole(FOLDER / f"{name}.saved.png", draft_path(name).with_suffix(".png").read_bytes())
    if st.button("Next"):
        state.other = not state.other
        st.rerun()
    if st.button("Restore revision"):
        layer = np.zeros((image.height, image.width), np.uint8)
        layer[:5, :5] = 2
        part = {"client_id": "server", "sequence": 0, "threshold": 0.25, "revision": 1000 + state.token}
        draft_path(name).with_suffix(".png").write_bytes(encode_layer(layer))
        draft_path(name).write_text(json.dumps(part))
        state.seen[name] = part["revision"]
        state.token += 1
        st.rerun()
    if st.button("Accept proposal"):
        layer = np.zeros((image.height, image.width), np.uint8)
        layer[40:45, 2:8] = 2
        state.insert = LayerInsert(f"proposal-{time.time()}", encode_layer(layer))
        st.rerun()
    st.text_input("Name")
    away_from_here = st.checkbox("Another page")

if away_from_here:
    st.stop()
shows_other = state.other


@st.fragment
def editor() -> None:
    time.sleep(float(query.get("slow", 0)))
    if state.other != shows_other:
        st.rerun()
    draft = stored(name)
    state.seen.setdefault(name, draft["revision"] if draft else None)
    on_disk = Acknowledgement(draft["client_id"], draft["sequence"]) if draft else None
    mask_editor(
        image,
        key=KEY,
        threshold=draft["threshold"] if draft else 0.5,
        layer_png=draft_path(name).with_suffix(".png").read_bytes() if draft else None,
        draft_token=f"{name}:{state.token}",
        on_message=keep,
        on_clicks=follow,
        acknowledged=state.conflict or on_disk,
        insert=state.insert if not state.other else None,
        height=int(query["height"]) if "height" in query else None,
        checked_only="checked_only" in query,
    )


editor()
for each in {image.image_id: image, away: scene(home if state.other else away)}.values():
    carry_image(each, key=KEY, on_message=keep)
