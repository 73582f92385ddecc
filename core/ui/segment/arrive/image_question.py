"""The questions on images that could be read in several ways, with a picture of each: channel and units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

from core.errors import AppError
from core.imaging.decode import open_file, read_frame, to_image
from core.imaging.intensity import to_display
from core.imaging.masks import encode_jpeg
from core.imaging.overlay import thumbnail
from core.imaging.stored import OpenFile
from core.imaging.units import Units
from core.ui import words as shared
from core.ui.segment import words
from core.ui.text import as_name, as_text
from core.workflows.arrive.kept_answers import KeptChannel
from core.workflows.arrive.upload_survey import Survey, Upload, unpacked

_SIDE = 180
_MOST_SHOWN = 8

Choice = TypeVar("Choice")
Pictures = dict[Any, bytes | None]
"""By choice; None where it cannot be shown."""


def ask_channel(
    uploads: Sequence[Upload], survey: Survey, unasked: Sequence[int], made: dict[object, Pictures]
) -> KeptChannel | None:
    """Ask which channel of images is read.

    Args:
        uploads: What was given as images, then as masks.
        unasked: Places of the images in question; asked about are those with as many channels as the first.
        made: Pictures that were made for this upload, by question.

    Returns:
        The answer, None before anything is chosen.
    """
    example = unasked[0]
    names = survey.channels[example]
    count = sum(len(survey.channels[place]) == len(names) for place in unasked)
    key = f"channel_of_{len(names)}"
    if key not in made:
        shown = [*range(len(names))[:_MOST_SHOWN], len(names)]
        made[key] = _pictures(uploads, survey, example, shown, _of_channel)
    chosen = ask_by_picture(
        words.WHICH_CHANNEL.format(count=count, channels=len(names)),
        {choice: channel_name(choice, names) for choice in range(len(names) + 1)},
        made[key],
        words.WHICH_CHANNEL_HELP,
        key,
    )
    return None if chosen is None else KeptChannel(len(names), chosen)


def channel_name(place: int, names: Sequence[str]) -> str:
    """A choice in words."""
    if place == len(names):
        return words.CHANNEL_ALL
    called = f" ({as_text(names[place])})" if names[place] else ""
    return words.CHANNEL.format(number=place + 1) + called


def ask_units(
    uploads: Sequence[Upload], survey: Survey, example: int, made: dict[object, Pictures]
) -> Units | None:
    """Ask what the values of images are that look like a CT and cannot say it.

    Args:
        uploads: What was given as images, then as masks.
        example: Place of such an image.
        made: Pictures that were made for this upload, by question.

    Returns:
        The answer, None before anything is chosen.
    """
    key = "units_of_images"
    if key not in made:
        made[key] = _pictures(uploads, survey, example, [*shared.UNITS], open_file)
    question = words.WHICH_UNITS.format(name=as_name(survey.rows[example].name))
    return ask_by_picture(question, shared.UNITS, made[key], words.WHICH_UNITS_HELP, key)


def ask_by_picture(
    question: str,
    names: Mapping[Choice, str],
    pictures: Pictures,
    told: str,
    key: str,
    *,
    likely: int | None = None,
) -> Choice | None:
    """Ask with a picture of each choice that has one; None before anything is chosen.

    Args:
        likely: Place of the choice that is made until another is, None for none.
    """
    st.markdown(f"**{question}**")
    columns = st.columns(max(len(pictures), 4))
    for column, (choice, picture) in zip(columns, pictures.items(), strict=False):
        if picture is not None:
            column.image(picture, caption=names[choice], width=_SIDE)
    chosen = st.radio(
        question,
        list(names),
        index=likely,
        format_func=names.__getitem__,
        horizontal=True,
        label_visibility="collapsed",
        key=key,
    )
    st.caption(told)
    return chosen


def _of_channel(data: bytes, name: str, channel: int) -> OpenFile:
    return open_file(data, name).of_channel(channel)


def _pictures(
    uploads: Sequence[Upload],
    survey: Survey,
    example: int,
    choices: Sequence[Choice],
    opened: Callable[[bytes, str, Choice], OpenFile],
) -> Pictures:
    """The middle picture of an image in each choice."""
    entries = enumerate(unpacked(survey.rows, uploads))
    data = next(entry.data for place, (_, entry) in entries if place == example)
    return {choice: _picture(data, survey.rows[example].name, choice, opened) for choice in choices}


def _picture(
    data: bytes, name: str, choice: Choice, opened: Callable[[bytes, str, Choice], OpenFile]
) -> bytes | None:
    try:
        file = opened(data, name, choice)
        decoded = to_image(read_frame(file, name, file.order[len(file.order) // 2]))
        return encode_jpeg(thumbnail(to_display(decoded), _SIDE))
    except AppError:
        return None
