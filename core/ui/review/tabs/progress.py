"""The tab of the Review page that tells how good predictions were, image after image."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.files import csv_bytes
from core.review.progress import CorrectedImage, MeanDice, Progress, changes, running_mean, summarise
from core.ui import state
from core.ui.charts import LINE_COLOUR, MARK_COLOUR, MEAN_COLOUR
from core.ui.image_row import open_image
from core.ui.review.tabs import words
from core.ui.review.tabs.agreement_row import share, share_interval
from core.ui.segment.seen import images_for, unread_for
from core.ui.titles import version_title
from core.workflows.correct.blind import waiting_for
from core.workflows.review.corrective import corrected_images
from core.workspace import TaskRow, Workspace

_HEIGHT = 280
_EACH_SECONDS = 0.3
_MANY = 300
"""From so many points on they would hide the line: they are small and pale then, and it lies on them."""


def show(task: TaskRow) -> None:
    """The whole tab."""
    workspace = state.workspace()
    st.caption(words.PROGRESS_INTRO)
    images = _read(workspace, task)
    if not images:
        st.info(_nothing(workspace, task))
        return
    summary = summarise(images)
    _numbers(summary)
    _worst_first(summary)
    _hidden(summary)
    titles = {version.id: version_title(version) for version in workspace.versions.list(task.id)}
    # What is known of one image tells of its mask.
    waiting = set(waiting_for(workspace, task, state.person()))
    shown = [image for image in images if image.image_id not in waiting]
    if len(shown) < len(images):
        st.caption(words.PROGRESS_WAITING.format(count=len(images) - len(shown)))
    if shown:
        _images(task, shown, titles)


def _nothing(workspace: Workspace, task: TaskRow) -> str:
    """Why there is no image to tell of."""
    counts = workspace.truth.num_counting(task.id, without=unread_for(task).all)
    has_saved = images_for(task).count(task.id, "corrected") > 0
    return words.PROGRESS_NONE_COUNTS if has_saved and not counts else words.PROGRESS_EMPTY


def _images(task: TaskRow, images: Sequence[CorrectedImage], titles: dict[int, str]) -> None:
    """One by one, as a chart and as a table to take away."""
    _chart(task, images, titles)
    with st.expander(words.PROGRESS_TABLE):
        rows = [_row(place, image, titles) for place, image in enumerate(images, start=1)]
        four_digits = {words.PROGRESS_DICE: st.column_config.NumberColumn(format="%.4f")}
        # As words: a number that is not known would stand as None.
        guesses = (words.PROGRESS_GUESSED, words.PROGRESS_LOW, words.PROGRESS_HIGH)
        shown = [
            row | {name: words.NONE_YET if row[name] is None else f"{row[name]:.4f}" for name in guesses}
            for row in rows
        ]
        st.dataframe(shown, hide_index=True, width="stretch", column_config=four_digits)
        st.download_button(
            words.PROGRESS_CSV,
            csv_bytes([list(rows[0]), *(list(row.values()) for row in rows)]),
            file_name="progress.csv",
            on_click="ignore",
            icon=":material/download:",
        )


def _read(workspace: Workspace, task: TaskRow) -> list[CorrectedImage]:
    place, shown_at = st.empty(), 0.0

    def told(done: int, total: int) -> None:
        nonlocal shown_at
        # At once: of a server that has just started the first image takes longest.
        if time.monotonic() - shown_at > _EACH_SECONDS:
            place.progress(done / total, words.PROGRESS_READING.format(done=done, total=total))
            shown_at = time.monotonic()

    images = corrected_images(workspace, task.id, state.predictors(), on_progress=told)
    place.empty()
    unread = unread_for(task).all
    return [each for each in images if each.image_id not in unread]


def _numbers(progress: Progress) -> None:
    with st.container(horizontal=True):
        st.metric(
            words.PROGRESS_UNCHANGED,
            share(progress.unchanged),
            share_interval(progress.unchanged),
            delta_color="off",
            delta_arrow="off",
            help=words.PROGRESS_UNCHANGED_HELP,
        )
        st.metric(
            words.PROGRESS_LAST_DICE,
            f"{progress.last_dice:.3f}",
            help=words.PROGRESS_FIRST_DICE_HELP.format(dice=progress.first_dice),
        )
        st.metric(
            words.PROGRESS_SECONDS,
            f"{progress.last_seconds:.0f}",
            help=words.PROGRESS_SECONDS_HELP.format(seconds=progress.first_seconds),
        )
        held = progress.held
        st.metric(
            words.PROGRESS_GUESS,
            words.NONE_YET if held is None else share(held),
            None if held is None else share_interval(held),
            delta_color="off",
            delta_arrow="off",
            help=words.PROGRESS_NO_GUESS_HELP
            if progress.guess_error is None
            else words.PROGRESS_GUESS_HELP.format(error=progress.guess_error),
        )


def _hidden(progress: Progress) -> None:
    """How far predictions draw readers towards themselves, where some images were drawn without them."""
    hidden, seen = progress.hidden, progress.seen
    if hidden is None:
        return
    rows = {words.PROGRESS_HIDDEN: hidden, words.PROGRESS_SEEN: seen}
    table = [_drawn_row(title, of) for title, of in rows.items() if of is not None]
    st.dataframe(table, hide_index=True, width="stretch")
    st.caption(words.PROGRESS_HIDDEN_HELP)


def _drawn_row(title: str, of: MeanDice) -> dict[str, Any]:
    interval = words.AGREEMENT_INTERVAL.format(low=of.low, high=of.high)
    return {
        words.PROGRESS_DRAWN: title,
        words.AGREEMENT_IMAGES: of.num_images,
        words.PROGRESS_DICE: f"{of.mean:.3f}",
        # One image says nothing of others.
        words.AGREEMENT_DICE_INTERVAL: interval if of.num_images > 1 else words.NONE_YET,
    }


def _worst_first(progress: Progress) -> None:
    """Whether the order of the queue is worth having, as far as this task can tell."""
    found = progress.worst_first
    if found is not None:
        said = words.WORST_FIRST["chance" if found.is_chance else "better"]
        told = {"fifth": found.fifth, "images": found.num_images, "found": found.found}
        st.caption(said.format(**told, random=found.fifth**2 / found.num_images))


def _chart(task: TaskRow, images: Sequence[CorrectedImage], titles: dict[int, str]) -> None:
    # A second at the first chart instead of at the start of every page.
    import altair as alt
    import pandas as pd

    means = running_mean([image.dice for image in images])
    data = pd.DataFrame(
        {
            "place": range(1, len(images) + 1),
            "dice": [image.dice for image in images],
            "mean": means,
            "name": [image.name for image in images],
            "model": [titles.get(image.version_id, "") for image in images],
            "image": [image.image_id for image in images],
        }
    )
    # In each layer: together they would begin at 0.
    places_scale = alt.Scale(domain=[0.5, len(images) + 0.5], nice=False)
    x = alt.X(
        "place:Q",
        title=words.PROGRESS_ORDER,
        axis=alt.Axis(tickMinStep=1, format="d"),
        scale=places_scale,
    )
    scale = alt.Scale(domain=[min(0.5, min(image.dice for image in images)), 1.0], nice=False)
    is_many = len(images) >= _MANY
    # Opaque, else it has a contrast of 2.5 on dark pages; of many it is where they lie close that tells.
    size, opacity = (15, 0.25) if is_many else (60, 1.0)
    clicked = alt.selection_point(name="clicked", fields=["image"], on="click", empty=False)
    points = (
        alt.Chart(data)
        .mark_point(size=size, filled=True, opacity=opacity, cursor="pointer", color=MARK_COLOUR)
        .encode(
            x=x,
            y=alt.Y("dice:Q", title=words.PROGRESS_DICE, scale=scale),
            tooltip=[
                alt.Tooltip("name:N", title=words.PROGRESS_NAME),
                alt.Tooltip("dice:Q", title=words.PROGRESS_DICE, format=".3f"),
                alt.Tooltip("model:N", title=words.PROGRESS_MODEL),
            ],
        )
        .add_params(clicked)
    )
    mean = (
        alt.Chart(data)
        .mark_line(strokeWidth=2.5, color=MEAN_COLOUR)
        .encode(x=x, y=alt.Y("mean:Q", scale=scale))
    )
    # A click on a point is one on what lies on top.
    layers = [points, mean] if is_many else [mean, points]
    places = changes(images)
    if places:
        marks = pd.DataFrame(
            {
                "place": [place - 0.5 for place in places],
                "model": [titles.get(images[place - 1].version_id, "") for place in places],
            }
        )
        at = alt.X("place:Q", scale=places_scale)
        rules = (
            alt.Chart(marks).mark_rule(strokeDash=[4, 4], color=LINE_COLOUR).encode(x=at, tooltip="model:N")
        )
        text = (
            alt.Chart(marks)
            .mark_text(align="left", dx=4, baseline="top", color=LINE_COLOUR)
            .encode(x=at, y=alt.value(0), text="model:N")
        )
        layers = [rules, *layers, text]
    event = st.altair_chart(
        alt.layer(*layers).properties(height=_HEIGHT),
        width="stretch",
        key=f"progress_{task.id}",
        on_select="rerun",
        selection_mode="clicked",
    )
    st.caption(words.PROGRESS_CLICK)
    chosen: list[dict[str, Any]] = event["selection"].get("clicked", [])
    if chosen and "image" in chosen[0]:
        open_image(task, int(chosen[0]["image"]))


def _row(place: int, image: CorrectedImage, titles: dict[int, str]) -> dict[str, Any]:
    return {
        "#": place,
        words.PROGRESS_NAME: image.name,
        words.PROGRESS_MODEL: titles.get(image.version_id, ""),
        words.PROGRESS_DICE: round(image.dice, 4),
        words.PROGRESS_TIME: round(image.seconds, 1),
        words.PROGRESS_GUESSED: None if image.guess is None else round(image.guess, 4),
        words.PROGRESS_LOW: None if image.low is None else round(image.low, 4),
        words.PROGRESS_HIGH: None if image.high is None else round(image.high, 4),
    }
