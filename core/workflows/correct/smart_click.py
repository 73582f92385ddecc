"""What clicks on an image lead to: one object's masks, click after click, over what is there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.correction.click_crop import Click, Framed, Mask, Picture
from core.correction.click_windows import Answer
from core.correction.corrections import BACKGROUND, FOREGROUND
from core.correction.follow_clicks import follow_clicks
from core.correction.network_prompts import object_in_box
from core.inference.click_network import CLICK_MODEL, click_network
from core.workspace import Workspace

MOST_KEPT = 12
"""Masks after earlier clicks, so that taking one back and clicking elsewhere asks for one answer alone."""

Stroke = tuple[Click, ...] | Framed
Strokes = tuple[Stroke, ...]


def network_of(workspace: Workspace, task_id: int) -> Answer:
    """The network that follows clicks in a task: its own once it has learnt, else the shipped one.

    Raises:
        BadModelError: It is missing or damaged; one sentence.
    """
    version = workspace.versions.current(task_id, "click")
    return click_network(CLICK_MODEL if version is None else workspace.versions.open(version))


class Following:
    """Clicks on a picture over one mask; the masks after the last few of them are kept.

    Args:
        picture: (H, W) or (H, W, 3) uint8, as it is shown.
        start: (H, W) bool, the mask that is there.
    """

    def __init__(self, picture: Picture, start: Mask, answer: Answer) -> None:
        self._picture = picture
        self._start = start
        self._answer = answer
        self._kept: dict[Strokes, Mask] = {}

    def mask(self, strokes: Strokes) -> Mask:
        """The mask after these clicks, scribbles and boxes, (H, W) bool."""
        known = len(strokes)
        while known and strokes[:known] not in self._kept:
            known -= 1
        mask = self._kept[strokes[:known]] if known else self._start
        for number in range(known, len(strokes)):
            stroke = strokes[number]
            if isinstance(stroke, Framed):
                mask = mask | object_in_box(self._picture, stroke, self._answer)
            else:
                drawn = (each for each in strokes[: number + 1] if not isinstance(each, Framed))
                clicks = [click for each in drawn for click in each]
                mask = follow_clicks(self._picture, mask, clicks, self._answer, num_new=len(stroke))
            self._keep(strokes[: number + 1], mask)
        return mask

    def changes(self, strokes: Strokes) -> tuple[int, int, NDArray[np.uint8]]:
        """What these clicks change of the mask that is there.

        Returns:
            Top and left of the smallest crop with all changes, and the crop: 0 stays, else as in a layer: 1
            becomes background, 2 becomes foreground. An empty crop where nothing changes.
        """
        mask = self.mask(strokes)
        changed = mask ^ self._start
        rows, cols = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if len(rows) == 0:
            return 0, 0, np.zeros((0, 0), np.uint8)
        part = np.s_[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
        values = np.where(mask[part], FOREGROUND, BACKGROUND) * changed[part]
        return int(rows[0]), int(cols[0]), values.astype(np.uint8)

    def _keep(self, strokes: Strokes, mask: Mask) -> None:
        self._kept[strokes] = mask
        while len(self._kept) > MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))
