"""A stack on the Segment page: a slider through its slices, where each lies, masks from drawn neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.imaging.geometry import Geometry
from core.ui import state
from core.ui.errors import shown_errors
from core.ui.segment import editing, words
from core.ui.segment.navigation import go_to
from core.workflows.correct.open_image import OpenedImage
from core.workflows.correct.slices import (
    drawn_slices,
    fill_slices,
    gap_at,
    geometry_of,
    is_filled,
    neighbour_layer,
)
from core.workspace import ImageRow

AHEAD = 3
"""Slices made ready before they are asked for."""
_DONE = "stack_done"
_WISH = "stack_wish"
_FILL = 0


def slices_of(image: ImageRow) -> list[ImageRow]:
    """The slices of the open image's stack; of no stack the image alone."""
    return state.workspace().images.of_stack(image)


def neighbour(image: ImageRow, step: int) -> int | None:
    """The slice that many places further on, None where there is none or the image is no slice."""
    slices = slices_of(image)
    place = _place(image, slices) + step
    return slices[place].id if 0 <= place < len(slices) else None


def slice_slider(image: ImageRow) -> None:
    """The slider above the editor, and what is known of the open slice; nothing for an image alone."""
    slices = slices_of(image)
    if len(slices) == 1:
        return
    place = _place(image, slices)
    key = f"slice_{image.task_id}"
    st.session_state[key] = place + 1
    left, right = st.columns([3, 2], vertical_alignment="center")
    left.slider(
        words.SLICE,
        1,
        len(slices),
        key=key,
        on_change=lambda: go_to(slices[st.session_state[key] - 1].id),
        help=words.SLICE_HELP,
        label_visibility="collapsed",
    )
    right.caption(_told(place, len(slices), geometry_of(state.workspace(), image)))


def shows_filled(image: ImageRow) -> bool:
    """Whether the person sees what was filled in between drawn slices, not changed or saved since."""
    return image.stack is not None and is_filled(state.workspace().drafts.get(image.id, state.person()))


def stack_tools(image: OpenedImage) -> None:
    """Buttons that bring masks from drawn slices, and whether the open one came about like this."""
    slices = slices_of(image.image)
    done = st.session_state.pop(_DONE, None)
    if done is not None:
        st.caption(f":green[:material/check_circle:] {done}")
    if len(slices) == 1:
        return
    drawn = drawn_slices(state.workspace(), slices, state.person())
    place = _place(image.image, slices)
    if shows_filled(image.image):
        st.caption(f":material/animation: {words.FILLED_DRAFT}")
    with st.container(horizontal=True, gap="small"):
        for step, word, icon in (
            (-1, words.COPY_BEFORE, ":material/arrow_upward:"),
            (1, words.COPY_AFTER, ":material/arrow_downward:"),
        ):
            st.button(
                word,
                icon=icon,
                key=f"copy_{step}",
                help=words.COPY_HELP,
                disabled=not 0 <= place + step < len(slices),
                on_click=_wish,
                args=(image.image.id, step),
                width="stretch",
            )
    st.button(
        words.FILL_BETWEEN,
        icon=":material/animation:",
        help=words.FILL_HELP,
        disabled=gap_at(drawn, place) is None,
        on_click=_wish,
        args=(image.image.id, _FILL),
        width="stretch",
    )
    st.caption(words.SLICES_DRAWN.format(drawn=len(drawn), total=len(slices)))


def do_wished(image: ImageRow) -> None:
    """Do what a button asked for; in the page's body, after the last stroke has arrived."""
    image_id, wish = st.session_state.pop(_WISH, (None, None))
    if image_id != image.id:
        return
    with shown_errors():
        if wish == _FILL:
            _fill(image)
        else:
            _copy(image, wish)


def get_ready(image: ImageRow, next_id: int | None) -> None:
    """Make the slices ahead ready in the background, else the next image."""
    slices = slices_of(image)
    place = _place(image, slices)
    ahead = [each.id for each in slices[place + 1 : place + 1 + AHEAD]]
    if next_id is not None and next_id not in ahead:
        ahead.append(next_id)
    if place > 0:
        ahead.append(slices[place - 1].id)
    for image_id in ahead:
        editing.get_ready(image_id)


def _wish(image_id: int, what: int) -> None:
    st.session_state[_WISH] = (image_id, what)


def _copy(image: ImageRow, step: int) -> None:
    slices = slices_of(image)
    other = slices[_place(image, slices) + step]
    editing.insert_layer(
        neighbour_layer(state.workspace(), image, other, state.predictors(), who=state.person()),
        has_classes=True,
    )


def _fill(image: ImageRow) -> None:
    first, last, count = fill_slices(state.workspace(), image, state.predictors(), who=state.person())
    editing.reopen()
    st.session_state[_DONE] = words.FILLED.format(count=count, first=first, last=last)


def _place(image: ImageRow, slices: Sequence[ImageRow]) -> int:
    return next(place for place, each in enumerate(slices) if each.id == image.id)


def _told(place: int, total: int, geometry: Geometry | None) -> str:
    said = words.SLICE_PLACE.format(place=place + 1, total=total)
    if geometry is None:
        return said
    unit, in_mm, digits = ("µm", 1000, 2) if geometry.is_microscopic else ("mm", 1, 1)
    if (mm := geometry.from_first(place)) is not None:
        said += words.SLICE_AT.format(distance=f"{mm * in_mm:.{digits}f} {unit}")
    sides = (geometry.row_mm, geometry.column_mm, geometry.slice_mm)
    size = " × ".join(f"{each * in_mm:.3g}" for each in sides if each is not None)
    return f"{said} · {size} {unit}"
