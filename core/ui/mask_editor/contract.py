"""What crosses the border between a page and the mask editor: plain frozen values, no streamlit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Action = Literal["", "save", "save_next", "next", "previous", "slice_next", "slice_previous", "reload"]
ACTIONS: tuple[Action, ...] = get_args(Action)
MOVES: tuple[Action, ...] = ("next", "previous", "slice_next", "slice_previous")


@dataclass(frozen=True)
class EditorClass:
    """A class that can be painted, or one that was and counts as another now.

    Attributes:
        value: What stands for it in masks and proposals, 1 or more.
        reads: Value that its pixels count as: its own; another one's or 0 once it was merged or deleted.
        name: What people read; empty for the one foreground of a task that has one.
        colour: RGB, None for the one that the person chose.
        key: "1" to "9" chooses it, empty for none.
    """

    value: int = 1
    reads: int = 1
    name: str = ""
    colour: tuple[int, int, int] | None = None
    key: str = ""


@dataclass(frozen=True)
class EditorImage:
    """What the editor shows under the corrections.

    Attributes:
        image_id: Unique per image and model version: other bytes, another id.
        height: Pixels.
        width: Pixels.
        picture: What the person sees, as JPEG, PNG or WebP of this size.
        confidence: How sure the model is of what it proposes, 0 to 255, as 8-bit grey PNG of this size; all
            zero without a model.
        proposed: Class that it proposes at each pixel, as 8-bit grey PNG of this size; None where that is
            class 1 everywhere.
        classes: What can be painted, in order, and what was merged or deleted.
        reference: A mask of class values to compare with, as 8-bit grey PNG of this size.
        levels: All values of an image of more than 8 bits, as `pack_levels` has them: what a display window
            shows; empty where the picture has them all.
        suggested_threshold: The model's own, in [0, 1]; a double click on the slider goes back to it.
        pixel_mm2: Area of a pixel in square millimetres, None where it is not known.
    """

    image_id: str
    height: int
    width: int
    picture: bytes
    confidence: bytes
    proposed: bytes | None = None
    classes: tuple[EditorClass, ...] = (EditorClass(),)
    reference: bytes | None = None
    levels: bytes = b""
    suggested_threshold: float | None = None
    pixel_mm2: float | None = None

    @property
    def num_classes(self) -> int:
        """The highest value that a layer of it may stand for."""
        return max(each.value for each in self.classes)


@dataclass(frozen=True)
class EditorMessage:
    """The whole state of one drawing; a newer one replaces an older one.

    Attributes:
        image_id: The image that was drawn on; after Next it can still be the one before.
        client_id: One for each time an editor is opened in a tab.
        sequence: Rises within a client.
        threshold: In [0, 1].
        layer_png: The correction layer, checked: the image's size, values up to its classes + 1.
        seconds: Time that the person was active on this drawing since it was opened.
        action: Key that was pressed in the editor; each press arrives once. "reload" asks for the stored
            draft under a new token, and its layer is not to be kept.
        presses: How often in a row.
        take_over: The person chose this tab after a conflict.
        draft_token: Draft that the editor took its state from.
        continues_client: Tab whose strokes this one took over from a copy in the browser, empty for none; a
            draft of that tab up to `continues_sequence` is no draft of somebody else.
        continues_sequence: Number of the message that the copy held.
        insert_token: Last `LayerInsert` that is in the layer.
        action_number: Of the last key press; rises within a client, 0 without an action.
        save_number: Of the last one to save that nobody had taken when the next was pressed; 0 for none, and
            as the page gets it, where that is done.
    """

    image_id: str
    client_id: str
    sequence: int
    threshold: float
    layer_png: bytes
    seconds: float
    action: Action = ""
    take_over: bool = False
    draft_token: str = ""
    continues_client: str = ""
    continues_sequence: int = 0
    insert_token: str = ""
    action_number: int = 0
    presses: int = 1
    save_number: int = 0


@dataclass(frozen=True)
class Acknowledgement:
    """Whose message the draft on disk is; after a reload, that of the tab before.

    Attributes:
        client_id: Who wrote.
        saved: It is on disk.
        conflict: It was refused since somebody else wrote in between; the editor asks whose goes on.
    """

    client_id: str
    sequence: int
    saved: bool = True
    conflict: bool = False


@dataclass(frozen=True)
class LayerInsert:
    """Decisions that come from outside, such as an accepted proposal; one undo takes them back.

    Attributes:
        token: New for each insert; the editor takes each once.
        png: A layer; where it is 0 the editor's own layer stays.
        has_classes: It says which class each pixel is; else it is one object of the chosen class.
    """

    token: str
    png: bytes
    has_classes: bool = False
