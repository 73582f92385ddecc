"""The tab of the Review page that tells how well readers agree; differences are settled in the queue."""

from __future__ import annotations

import streamlit as st

from core.review.readers import ImageAgreement, ModelAgainstPeople
from core.ui import state
from core.ui.review.tabs import areas_chart, proof, second_readings, words
from core.ui.review.tabs.agreement_row import row
from core.ui.segment.seen import unread_for
from core.ui.text import as_name
from core.workflows.review.agreement import AGAIN_READ, AGREED, MODEL, Pair, TaskAgreement, measure_agreement
from core.workspace import TaskRow


def show(task: TaskRow) -> None:
    """The whole tab."""
    state.show_messages()
    st.caption(words.AGREEMENT_INTRO)
    second_readings.rules(task)
    st.subheader(words.AGREEMENT)
    found = _measure(task)
    if found.num_images:
        _tables(found, has_model=state.workspace().versions.current(task.id) is not None)
    else:
        st.info(words.AGREEMENT_EMPTY)
    proof.gold(task, found)
    proof.planted(task)


def _tables(found: TaskAgreement, *, has_model: bool) -> None:
    if has_model:
        if found.readers:
            st.markdown(_sentence(found.model))
        st.caption(words.AGREEMENT_FROM_PREDICTION)
    if found.lost:
        st.warning(words.AGREEMENT_LOST.format(count=found.lost))
    pairs = {**found.readers, **proof.again(found), **found.with_agreed, **found.with_model}
    if not pairs:
        return
    rows = [row(title(pair), images, found) for pair, images in pairs.items()]
    st.dataframe(rows, hide_index=True, width="stretch")
    st.caption(words.AGREEMENT_TABLE_HELP)
    _areas(pairs, found)


def _measure(task: TaskRow) -> TaskAgreement:
    # By their values: a class that is moved keeps what stands for it in masks.
    names = {each.value: each.name for each in task.classes}
    value = task.classes[0].value
    if len(names) > 1:
        value = st.selectbox(words.AGREEMENT_CLASS, list(names), format_func=names.__getitem__)
    place = st.empty()

    def told(done: int, total: int) -> None:
        if done % 10 == 0:
            place.progress(done / total, words.AGREEMENT_READING.format(done=done, total=total))

    found = measure_agreement(
        state.workspace(),
        task,
        state.predictors(),
        class_index=value,
        # They look to the person as if nobody had read them, also in the numbers of images.
        without=unread_for(task).all,
        on_progress=told,
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
    names = {
        AGREED: words.AGREEMENT_AGREED,
        MODEL: words.AGREEMENT_MODEL,
        AGAIN_READ: words.AGREEMENT_AGAIN,
    }
    first, second = (names.get(name, name) for name in pair)
    return words.AGREEMENT_PAIR.format(first=first, second=second)


def _areas(pairs: dict[Pair, list[ImageAgreement]], found: TaskAgreement) -> None:
    with st.expander(words.BLAND_ALTMAN):
        pair = st.selectbox(
            words.AGREEMENT_WHO, list(pairs), format_func=title, key=f"areas_{found.class_index}"
        )
        areas_chart.bland_altman(pairs[pair], as_name(title(pair)), in_mm=found.in_mm)
