"""A session at a Streamlit server without a browser: it runs the page and sends strokes, and times both.

It speaks the websocket's messages as the browser does, so what is timed is the server alone.
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

_TRIGGER = "$$STREAMLIT_INTERNAL_KEY_{component}__events"


class StreamlitClient:
    """One session.

    Args:
        url: Of the server, "http://host:port".
        query: Of the address, without "?".
        name: Client id of its strokes.
        page: In the address, "" for the first page.
        cookie: That it comes with, "" for none.
    """

    def __init__(self, url: str, query: str, name: str, page: str = "", cookie: str = "") -> None:
        self._socket = connect(
            f"{url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            compression=None,
            additional_headers={"Cookie": cookie} if cookie else None,
        )
        self._query, self._name = query, name
        self._page, self._page_name = "", page
        self._buttons: set[str] = set()
        self._grid: dict[str, Any] = {}
        self._sequence = 0
        self._editor: dict[str, Any] = {}
        self._cached: set[str] = set()

    def run_page(self) -> float:
        """Seconds until the whole page has run."""
        return self._run(BackMsg())

    def draw(self, layer_png: bytes) -> float:
        """Seconds until a stroke is acknowledged and its run has ended."""
        self._sequence += 1
        data = self._editor["data"]
        message = {
            "image_id": data["image"]["id"],
            "client_id": self._name,
            "sequence": self._sequence,
            "threshold": 0.5,
            "layer_png": base64.b64encode(layer_png).decode(),
            "seconds": 1.0,
            "draft_token": data["draft"]["token"],
            "continues_client": "",
            "continues_sequence": 0,
            "insert_token": "",
            "action_number": 0,
            "presses": 0,
        }
        back = BackMsg()
        state = WidgetState(id=_TRIGGER.format(component=self._editor["id"]))
        state.json_trigger_value = json.dumps([{"event": "message", "value": {"messages": [message]}}])
        back.rerun_script.widget_states.widgets.append(state)
        back.rerun_script.fragment_id = self._editor["fragment"]
        seconds = self._run(back)
        if self._editor["data"]["delivered"].get(self._name) != self._sequence:
            raise RuntimeError(f"stroke {self._sequence} of {self._name} was not taken")
        return seconds

    def press(self, key: str) -> float:
        """Seconds until the run that a button begins has ended; the button is known by the end of its id."""
        back = BackMsg()
        found = next(each for each in self._buttons if each.endswith(f"-{key}"))
        back.rerun_script.widget_states.widgets.append(WidgetState(id=found, trigger_value=True))
        return self._run(back)

    def approve_grid(self) -> float:
        """Seconds until all masks of the grid are approved and the next ones are sent."""
        self._sequence += 1
        looks = [each["look"] for each in self._grid["data"]["items"]]
        message = {
            "client": self._name,
            "number": self._sequence,
            "action": "decide",
            "looks": looks,
            "marked": {},
        }
        back = BackMsg()
        state = WidgetState(id=_TRIGGER.format(component=self._grid["id"]))
        state.json_trigger_value = json.dumps([{"event": "message", "value": message}])
        back.rerun_script.widget_states.widgets.append(state)
        seconds = self._run(back)
        if looks == [each["look"] for each in self._grid["data"]["items"]]:
            raise RuntimeError("the grid was not taken")
        return seconds

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def _run(self, back: BackMsg) -> float:
        back.rerun_script.query_string = self._query
        back.rerun_script.page_script_hash = self._page
        if not self._page:
            back.rerun_script.page_name = self._page_name
        back.rerun_script.cached_message_hashes.extend(self._cached)
        start = time.perf_counter()
        self._socket.send(back.SerializeToString())
        while True:
            forward = ForwardMsg.FromString(self._socket.recv(timeout=120))  # type: ignore[arg-type]
            self._take_in(forward)
            if forward.WhichOneof("type") == "script_finished" and forward.script_finished != (
                ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return time.perf_counter() - start

    def _take_in(self, forward: ForwardMsg) -> None:
        kind = forward.WhichOneof("type")
        if forward.metadata.cacheable:
            self._cached.add(forward.hash)
        if kind == "navigation":
            self._page = forward.navigation.page_script_hash
        elif kind == "page_info_changed":
            self._query = forward.page_info_changed.query_string
        elif kind == "delta" and forward.delta.new_element.HasField("button"):
            self._buttons.add(forward.delta.new_element.button.id)
        elif kind == "delta" and forward.delta.new_element.HasField("bidi_component"):
            component = forward.delta.new_element.bidi_component
            if component.component_name == "review_grid":
                self._grid = {"id": component.id, "data": json.loads(component.json)[0]}
            if component.component_name == "mask_editor":
                fragment = forward.delta.fragment_id
                self._editor = {
                    "id": component.id,
                    "fragment": fragment,
                    "data": json.loads(component.json)[0],
                }
