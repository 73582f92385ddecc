"""What a version says of itself and how it compares: the parts of the Models page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.cards import DataSource, Score
from core.errors import StoreError
from core.image_size import format_size
from core.language import say
from core.registry.compare import Comparison, ImageComparison
from core.registry.compare_clicks import ClickComparison
from core.registry.predictions import card_of
from core.ui import state
from core.ui import words as shared
from core.ui.dialog import show_dialog
from core.ui.errors import shown_errors
from core.ui.image_row import filter_control, open_image
from core.ui.models import words
from core.ui.segment.strip import image_pictures
from core.ui.text import as_name, as_text
from core.ui.titles import version_title
from core.workflows.correct.blind import hidden_from
from core.workflows.correct.mask_pictures import revision_picture, version_picture
from core.workspace import ImageRow, VersionRow, Workspace

_MOST_SHOWN = 12


def comparison_line(version: VersionRow) -> Comparison | None:
    """How the version compared with the one in use when it was made, in one sentence; gives the numbers."""
    if version.comparison is None:
        return None
    of_clicks = version.purpose == "click"
    compared = (ClickComparison if of_clicks else Comparison).from_dict(version.comparison)
    if compared.mean_old is None or compared.mean_new is None:
        st.write(words.NOT_COMPARED)
        return None
    st.write(str(compared.why))
    if compared.changes:
        _class_table(compared)
    if compared.not_there:
        st.caption(words.NOT_THERE.format(classes=", ".join(as_name(each) for each in compared.not_there)))
    return compared


def compared_images(workspace: Workspace, version: VersionRow, compared: Comparison) -> None:
    """The images of a comparison, folded: by how they changed, the most first; a click opens one."""
    rows = _seen(workspace, version, compared)
    kinds = {
        "worse": [each for each in rows if each.new < each.old],
        "better": [each for each in reversed(rows) if each.new > each.old],
        "same": [each for each in rows if each.new == each.old],
    }
    images = st.expander(words.LOCKED_IMAGES, key=f"compared_{version.id}", on_change="rerun")
    if not images.open:
        return
    with images:
        with st.container(horizontal=True, vertical_alignment="center"):
            counts = {kind: len(each) for kind, each in kinds.items()}
            first = next((kind for kind, count in counts.items() if count), None)
            key = f"filter_compared_{version.id}"
            shown = filter_control(counts, words.COMPARED_NAMES, key=key, first=first)
            by_eye = version.purpose == "segment"
            if by_eye and st.button(
                words.LOOK_AT_LOCKED, key=f"compare_{version.id}", icon=":material/compare:"
            ):
                show_dialog(words.LOCKED_IMAGES, _compare_by_eye, workspace, version, compared, width="large")
        listed = (_existing(workspace, each.image_id) for each in kinds[shown][:_MOST_SHOWN])
        there = [image for image in listed if image is not None]
        clicked = image_pictures(there, key=f"images_of_{version.id}", label=words.LOCKED_IMAGES)
        if clicked is not None:
            open_image(workspace.tasks.get_by_id(version.task_id), clicked)


def _seen(workspace: Workspace, version: VersionRow, compared: Comparison) -> list[ImageComparison]:
    """The images of a comparison, those that got worse the most first.

    Without those whose mask the person must not see.
    """
    hidden = hidden_from(workspace, workspace.tasks.get_by_id(version.task_id), state.person())
    return sorted(
        (each for each in compared.images if each.image_id not in hidden),
        key=lambda each: each.new - each.old,
    )


def _existing(workspace: Workspace, image_id: int) -> ImageRow | None:
    """An image of a comparison; None where it was deleted since."""
    try:
        return workspace.images.get(image_id)
    except StoreError:
        return None


def _class_table(compared: Comparison) -> None:
    """Dice of each class before, where there was a version, and now."""
    rows: dict[str, list[Any]] = {words.CLASS: [each.name for each in compared.changes]}
    if compared.old_version_id is not None:
        rows |= {words.BEFORE: [each.old for each in compared.changes]}
    rows |= {words.NOW: [each.new for each in compared.changes]}
    number = st.column_config.NumberColumn(format="%.4f")
    columns = {words.BEFORE: number, words.NOW: number}
    st.dataframe(rows, hide_index=True, width="content", column_config=columns)


def _compare_by_eye(workspace: Workspace, version: VersionRow, compared: Comparison) -> None:
    """The locked images with both masks and the person's own, those that got worse first."""
    new = workspace.versions.get(compared.new_version_id)
    old = None if compared.old_version_id is None else workspace.versions.get(compared.old_version_id)
    rows = _seen(workspace, version, compared)
    bar = st.progress(0.0, shared.PREDICTING)
    for done, row in enumerate(rows[:_MOST_SHOWN], start=1):
        image = _existing(workspace, row.image_id)
        if image is None:
            continue
        revision = workspace.truth.of(image.id)
        change = (
            words.GOT_WORSE if row.new < row.old else words.GOT_BETTER if row.new > row.old else words.SAME
        )
        told = f"{row.new:.4f}" if old is None else f"{row.old:.4f} → {row.new:.4f}, {change}"
        st.markdown(f"**{as_name(image.name)}**: {words.DICE} {told}")
        columns = st.columns(3)
        for column, shown in zip(columns, (old, new), strict=False):
            with shown_errors(column.error):
                picture = version_picture(workspace, image, shown, state.predictors())
                column.image(
                    picture,
                    caption=as_name(version_title(shown)) if shown else shared.NO_MODEL,
                    width="stretch",
                )
        if revision is not None:
            with shown_errors(columns[2].error):
                saved = revision_picture(workspace, revision)
                columns[2].image(
                    saved, caption=words.SAVED_MASK.format(who=as_name(revision.who)), width="stretch"
                )
        bar.progress(done / len(rows[:_MOST_SHOWN]), shared.PREDICTING)
    bar.empty()


def card_details(workspace: Workspace, version: VersionRow) -> None:
    """The card, folded: data, scores, limits of use."""
    with st.expander(words.CARD), shown_errors():
        card = card_of(workspace, version)
        for title, scores in ((words.TEST_SCORES, card.test), (words.VALIDATION_SCORES, card.validation)):
            score_metrics(title, scores, shared.METRIC_NAMES)
        data_and_limits(card.data, card.limits_of_use, card.licence)
        net = card.net
        st.caption(
            words.NET_LINE.format(
                depth=net.depth,
                filters=net.base_filters,
                size=format_size(card.image_size),
                threshold=card.threshold,
            )
        )


def score_metrics(title: str, scores: Mapping[str, Score], names: Mapping[str, str]) -> None:
    """Scores with their intervals under a title; nothing where there are none."""
    if not scores:
        return
    st.markdown(f"**{title}**")
    columns = st.columns(max(4, len(scores)))
    for column, (name, score) in zip(columns, scores.items(), strict=False):
        column.metric(names.get(name, name), f"{score.mean:#.3g}", help=_interval(score))


def data_and_limits(data: Sequence[DataSource], limits: Sequence[str], licence: str) -> None:
    """What a model was trained on, and what it must not be used for."""
    for source in data:
        st.markdown(f"**{as_name(say(source.name))}**")
        counts = {"train": source.num_train, "val": source.num_val, "test": source.num_test}
        said = [words.DATA_LINE.format(**counts)] if any(counts.values()) else []
        st.caption(" ".join([*said, as_text(say(source.licence))]))
    st.markdown(f"**{words.LIMITS}**")
    for sentence in limits:
        st.write(f"- {as_text(say(sentence))}")
    if licence:
        st.caption(as_text(say(licence)))


def _interval(score: Score) -> str | None:
    if score.low is None or score.high is None:
        return None
    return words.INTERVAL.format(low=score.low, high=score.high)
