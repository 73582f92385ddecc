"""One image's mask and overlay as files to take away: pixels, and nothing else of the original file."""

from __future__ import annotations

import io

from PIL import Image

from core.imaging.intensity import to_display
from core.imaging.masks import encode_png
from core.imaging.overlay import ORANGE
from core.registry.decoded import decode
from core.registry.predictors import Predictors
from core.workflows.correct import pictures
from core.workflows.correct.save_mask import shown_mask
from core.workspace import Workspace
from core.workspace.classes import places


def image_mask_png(workspace: Workspace, image_id: int, predictors: Predictors, *, who: str) -> bytes:
    """The mask as the editor shows it to a person, at the image's own size.

    One foreground is a PNG of 0 and 255. Of several classes it is a PNG with a palette, whose numbers are the
    places of the classes in the task's list and whose colours are theirs.
    """
    mask = shown_mask(workspace, image_id, predictors, who=who)
    task = workspace.tasks.get_by_id(workspace.images.get(image_id).task_id)
    if len(task.classes) == 1:
        return encode_png(mask != 0)
    picture = Image.fromarray(places(task.classes)[mask])
    colours = [(0, 0, 0), *(each.colour or ORANGE for each in task.classes)]
    picture.putpalette([level for colour in colours for level in colour])
    content = io.BytesIO()
    picture.save(content, format="PNG")
    return content.getvalue()


def image_overlay_png(workspace: Workspace, image_id: int, predictors: Predictors, *, who: str) -> bytes:
    """The image with the mask over it: an RGB PNG at the image's own size.

    Hounsfield units are shown in the window of the current model's card.

    Args:
        who: Name of the person, whose draft is taken.
    """
    image = workspace.images.get(image_id)
    display = to_display(decode(workspace, image), pictures.window_for(workspace, image))
    classes = workspace.tasks.get_by_id(image.task_id).classes
    mask = shown_mask(workspace, image_id, predictors, who=who)
    return encode_png(pictures.with_mask(display, mask, classes))
