"""The items of the queue as tiles; the next ones are made while the reviewer looks at these."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from core.errors import AppError
from core.registry.predictors import Predictors
from core.ui import state
from core.ui.review import words
from core.ui.review.asked import Asked
from core.ui.review.grid import Tile
from core.ui.review.telling import verdict_line, why_here
from core.ui.text import shortened
from core.workflows.review.looking import look_at, tile_jpeg
from core.workspace import ReviewItem, Workspace


def tiles_of(workspace: Workspace, items: Sequence[ReviewItem]) -> list[Tile]:
    """What the grid shows of items."""
    reviews = workspace.reviews.of_images([item.image.id for item in items])
    tiles = []
    for item in items:
        look = look_at(workspace, item, reviews[item.image.id])
        why, name = why_here(item), shortened(item.image.name)
        try:
            jpeg = tile_jpeg(workspace, item.image, look, state.predictors())
        except AppError as error:
            # The others stay; one by one it says the same.
            jpeg, why = b"", words.LOST.format(name=name, problem=error)
        tiles.append(Tile(str(look), jpeg, name, why, verdict_line(item, reviews[item.image.id])))
    return tiles


def make_ahead(workspace: Workspace, asked: Asked, items: Sequence[ReviewItem]) -> None:
    """Tiles of items that come next, in the background, once."""
    name = ".".join(str(item.key) for item in items)
    if items and asked.ahead != name:
        asked.ahead = name
        state.background().submit(_make, workspace, tuple(items), state.predictors())


def _make(workspace: Workspace, items: Sequence[ReviewItem], predictors: Predictors) -> None:
    reviews = workspace.reviews.of_images([item.image.id for item in items])
    for item in items:
        try:
            tile_jpeg(workspace, item.image, look_at(workspace, item, reviews[item.image.id]), predictors)
        except AppError as error:
            logging.getLogger(__name__).info("no tile of image %d (%s)", item.image.id, error)
