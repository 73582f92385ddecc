"""The tab of the Review page that tells how well readers agree, and where a difference is settled."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.review.readers import ImageAgreement, ModelAgainstPeople, summarise_pair
from core.ui import state
from core.ui.review.tabs import areas_chart, second_readings, words
from core.ui.text import as_name
from core.workflows.review.agreement import AGREED, MODEL, Pair, TaskAgreement, measure_agreement
from core.workspace import TaskRow


def show(task: TaskRow) -> None:
    """The whole tab."""
    st.caption(words.AGREEMENT_INTRO)
    second_readings.rules(task)
    second_readings.waiting(task)
    second_readings.differing_images(task)
    st.subheader(words.AGREEMENT)
    found = _measure(task)
    if not found.num_images:
        st.info(words.AGREEMENT_EMPTY)
        return
    st.markdown(_sentence(found.model))
    st.caption(words.AGREEMENT_FROM_PREDICTION)
    if found.lost:
        st.warning(words.AGREEMENT_LOST.format(count=found.lost))
    rows = [
        _row(pair, images)
        for pairs in (found.readers, found.with_agreed, found.with_model)
        for pair, images in pairs.items()
    ]
    st.dataframe(rows, hide_index=True, width="stretch")
    st.caption(words.AGREEMENT_TABLE_HELP)
    _areas(found)


def _measure(task: TaskRow) -> TaskAgreement:
    names = {index: each.name for index, each in enumerate(task.classes, start=1)}
    index = 1
    if len(names) > 1:
        index = st.selectbox(words.AGREEMENT_CLASS, list(names), format_func=names.__getitem__)
    place = st.empty()

    def told(done: int, total: int) -> None:
        if done % 10 == 0:
            place.progress(done / total, words.AGREEMENT_READING.format(done=done, total=total))

    found = measure_agreement(
        state.workspace(), task, state.predictors(), class_index=index, on_progress=told
    )
    place.empty()
    return found


def _sentence(model: ModelAgainstPeople | None) -> str:
    """Whether the model is as good as people agree, with its numbers."""
    if model is None:
        return words.MODEL_TOO_FEW
    return words.MODEL_STANDS[model.standing].format(
        model=model.model,
        people=model.people,
        difference=model.difference,
        low=model.low,
        high=model.high,
        images=model.num_images,
        groups=model.num_groups,
    )


def title(pair: Pair) -> str:
    """Who is compared with whom."""
    names = {AGREED: words.AGREEMENT_AGREED, MODEL: words.AGREEMENT_MODEL}
    first, second = (names.get(name, name) for name in pair)
    return words.AGREEMENT_PAIR.format(first=first, second=second)


def _row(pair: Pair, images: list[ImageAgreement]) -> dict[str, Any]:
    found = summarise_pair(images)
    interval = words.NONE_YET
    if found.low is not None and found.high is not None:
        interval = words.AGREEMENT_INTERVAL.format(low=found.low, high=found.high)
    return {
        words.AGREEMENT_WHO: title(pair),
        words.AGREEMENT_IMAGES: found.num_images,
        words.AGREEMENT_DICE: f"{found.dice:.3f}",
        words.AGREEMENT_DICE_INTERVAL: interval,
        words.AGREEMENT_SURFACE: f"{found.surface_dice:.3f}",
        words.AGREEMENT_HD95: words.NONE_YET if found.hd95 is None else f"{found.hd95:.1f}",
        words.AGREEMENT_AREA: f"{found.area_difference:+.0f}",
        words.AGREEMENT_LIMITS: words.NONE_YET
        if found.num_images < 2
        else words.AGREEMENT_AREAS.format(low=found.area_low, high=found.area_high),
    }


def _areas(found: TaskAgreement) -> None:
    pairs = {**found.readers, **found.with_agreed, **found.with_model}
    with st.expander(words.BLAND_ALTMAN):
        pair = st.selectbox(
            words.AGREEMENT_WHO, list(pairs), format_func=title, key=f"areas_{found.class_index}"
        )
        areas_chart.bland_altman(pairs[pair], as_name(title(pair)))
