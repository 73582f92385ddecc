"""The items of the queue as tiles: those that are there at once, the others as soon as they are made.

Tiles of the next page are made while the reviewer looks at this one, so that usually all are there.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence

import streamlit as st

from core.errors import AppError
from core.registry.predictors import Predictors
from core.ui import state
from core.ui.review import words
from core.ui.review.asked import Asked
from core.ui.review.grid import Tile
from core.ui.review.telling import changed_line, label_titles, verdict_line, why_here
from core.ui.text import shortened
from core.ui.titles import image_titles
from core.workflows.review.look import Look
from core.workflows.review.looking import kept_tile, look_at, tile_jpeg
from core.workflows.review.planting import key_of, with_planted
from core.workspace import ImageRow, LabelRow, ReviewItem, ReviewRow, Workspace

_AT_ONCE_SECONDS = 0.3
_ASK_AGAIN_SECONDS = 0.7

Wanted = tuple[ImageRow, Look]


def tiles_of(workspace: Workspace, here: Asked, items: Sequence[ReviewItem]) -> list[Tile]:
    """What the grid shows of items; what takes longer is begun in the background, and comes by itself."""
    labels = workspace.labels.latest_of_images([item.image.id for item in items])
    reviews, looks = _looks_of(workspace, items, labels)
    until = time.monotonic() + _AT_ONCE_SECONDS
    tiles: list[Tile] = []
    missing: list[Wanted] = []
    classes = workspace.tasks.get_by_id(here.task_id).all_classes
    changed = here.changed({image_id: key_of(look) for image_id, look in looks.items()})
    label_title = label_titles(workspace, here.task_id)
    titles = image_titles(workspace, [item.image for item in items])
    for item in items:
        look, name = looks[item.image.id], shortened(titles[item.image.id])
        jpeg = kept_tile(workspace, item.image, look, classes)
        if jpeg is None and look.revision_id is not None and time.monotonic() < until:
            # A saved mask needs no model.
            jpeg = _made(workspace, here, (item.image, look), state.predictors())
        problem = here.problems.get(str(look))
        if jpeg is None and problem is None:
            missing.append((item.image, look))
        why = why_here(item) if problem is None else words.LOST.format(name=name, problem=problem)
        said = verdict_line(item, reviews[item.image.id])
        if item.image.id in changed:
            said = changed_line(item)
        said = here.told.get(item.image.id, said)
        label = labels[item.image.id].label if item.image.id in labels else None
        is_coming = jpeg is None and problem is None
        tiles.append(
            Tile(str(look), jpeg or b"", name, why, said, label_title(label) if label else "", is_coming)
        )
    if missing:
        _begin(workspace, here, missing)
        _come_later(workspace, here, tuple(missing))
    return tiles


def make_ahead(workspace: Workspace, here: Asked, items: Sequence[ReviewItem]) -> None:
    """Make the tiles of items that come next, in the background, once."""
    labels = workspace.labels.latest_of_images([item.image.id for item in items])
    _, looks = _looks_of(workspace, items, labels)
    _begin(workspace, here, [(item.image, looks[item.image.id]) for item in items])


def _looks_of(
    workspace: Workspace, items: Sequence[ReviewItem], labels: Mapping[int, LabelRow]
) -> tuple[dict[int, list[ReviewRow]], dict[int, Look]]:
    """The verdicts on items and what is shown of each, by image id."""
    reviews = workspace.reviews.of_images([item.image.id for item in items])
    real = [
        (item, look_at(workspace, item, reviews[item.image.id], labels.get(item.image.id))) for item in items
    ]
    if not real:
        return reviews, {}
    task = workspace.tasks.get_by_id(items[0].image.task_id)
    shown = with_planted(workspace, task, real, state.person())
    return reviews, {look.image_id: look for look in shown}


@st.fragment(run_every=_ASK_AGAIN_SECONDS)
def _come_later(workspace: Workspace, here: Asked, missing: tuple[Wanted, ...]) -> None:
    """Draw the page again where a tile has come."""
    for image, look in missing:
        if str(look) in here.problems or kept_tile(workspace, image, look) is not None:
            st.rerun()


def _begin(workspace: Workspace, here: Asked, wanted: Sequence[Wanted]) -> None:
    new = [each for each in wanted if str(each[1]) not in here.begun]
    if new:
        here.begun.update(str(look) for _, look in new)
        state.background().submit(_make, workspace, here, new, state.predictors())


def _make(workspace: Workspace, here: Asked, wanted: Sequence[Wanted], predictors: Predictors) -> None:
    for each in wanted:
        _made(workspace, here, each, predictors)


def _made(workspace: Workspace, here: Asked, wanted: Wanted, predictors: Predictors) -> bytes | None:
    """The tile; None where it cannot be made, which is told in its place while the others stay."""
    image, look = wanted
    try:
        return tile_jpeg(workspace, image, look, predictors)
    except AppError as error:
        here.problems[str(look)] = str(error)
    except Exception:
        logging.getLogger(__name__).exception("no tile of image %d", image.id)
        here.problems[str(look)] = words.NO_TILE
    return None
