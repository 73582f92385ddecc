"""The values of an image of the store, read as they were understood when it came in."""

from __future__ import annotations

from core.imaging.decode import DecodedImage, decode_image
from core.imaging.units import Units
from core.workspace import ImageRow, Workspace


def decode(workspace: Workspace, image: ImageRow) -> DecodedImage:
    """The values of an image."""
    content = workspace.files.read(image.file)
    return decode_image(content, image.name, frame=image.frame, units=units_of(image))


def units_of(image: ImageRow) -> Units:
    """What its grey values are, in the words of `core.imaging.units`."""
    return "hounsfield" if image.facts.kind == "hu" else "grey"
