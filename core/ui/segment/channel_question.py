"""The one question about images of several channels, with a picture of each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import AppError
from core.imaging.decode import open_file, read_frame, to_image
from core.imaging.intensity import to_display
from core.imaging.masks import encode_jpeg
from core.imaging.overlay import thumbnail
from core.ui.segment import words
from core.ui.text import as_text
from core.workflows.arrive.channels import KeptChannel
from core.workflows.arrive.upload_survey import Survey, Upload, unpacked

_SIDE = 180
_PICTURES = "channel_pictures"
_MOST_SHOWN = 8


def ask_channel(uploads: Sequence[Upload], survey: Survey, unasked: Sequence[int]) -> KeptChannel | None:
    """Ask which channel of images is read.

    Args:
        uploads: What was given as images, then as masks.
        survey: How the upload is understood.
        unasked: Places of the images in question; asked about are those with as many channels as the first.

    Returns:
        The answer, None before anything is chosen.
    """
    example = unasked[0]
    names = survey.channels[example]
    count = sum(len(survey.channels[place]) == len(names) for place in unasked)
    question = words.WHICH_CHANNEL.format(count=count, channels=len(names))
    st.markdown(f"**{question}**")
    if st.session_state.get(_PICTURES, (None, None))[0] != (example, names):
        st.session_state[_PICTURES] = ((example, names), _pictures(uploads, survey, example))
    shown = st.session_state[_PICTURES][1]
    for place, (column, picture) in enumerate(zip(st.columns(max(len(shown), 4)), shown, strict=False)):
        if picture is not None:
            column.image(picture, caption=channel_name(place, names), width=_SIDE)
    chosen = st.radio(
        question,
        range(len(names) + 1),
        index=None,
        format_func=lambda place: channel_name(place, names),
        horizontal=True,
        label_visibility="collapsed",
        key=f"channel_of_{len(names)}",
    )
    st.caption(words.WHICH_CHANNEL_HELP)
    return None if chosen is None else KeptChannel(len(names), chosen)


def channel_name(place: int, names: Sequence[str]) -> str:
    """A choice in words."""
    if place == len(names):
        return words.CHANNEL_ALL
    called = f" ({as_text(names[place])})" if names[place] else ""
    return words.CHANNEL.format(number=place + 1) + called


def _pictures(uploads: Sequence[Upload], survey: Survey, example: int) -> list[bytes | None]:
    """The middle picture of the example in each choice; None where it cannot be shown."""
    data = next(
        entry.data for place, (_, entry) in enumerate(unpacked(survey.rows, uploads)) if place == example
    )
    name = survey.rows[example].name
    pictures: list[bytes | None] = []
    for choice in [*range(min(len(survey.channels[example]), _MOST_SHOWN)), len(survey.channels[example])]:
        try:
            file = open_file(data, name).of_channel(choice)
            decoded = to_image(read_frame(file, name, file.order[len(file.order) // 2]))
            pictures.append(encode_jpeg(thumbnail(to_display(decoded), _SIDE)))
        except AppError:
            pictures.append(None)
    return pictures
