"""What the task's classifier says of the open image, and the label that the person gives.

The classifier is asked in a thread of its own, and the bars look for its answer in a fragment, so that no
stroke and no click waits for a network.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import AppError
from core.ui import state
from core.ui import words as shared
from core.ui.bars import Bar, bars_html
from core.ui.dialog import redraw_page, show_dialog
from core.ui.errors import plain_errors
from core.ui.segment import words
from core.ui.text import as_name, as_text
from core.ui.times import ago
from core.workflows.correct.blind import reads_gold, same_person
from core.workflows.correct.classify_image import (
    Question,
    TaskClassifier,
    answer,
    classifier_of,
    known_answer,
    looked_at_png,
    question_of,
    save_label,
)
from core.workflows.correct.open_image import OpenedImage
from core.workspace import ImageRow, LabelRow

LOOK_AGAIN = 0.2
"""Seconds between two looks at whether an answer is there."""
_UNLABELLED = ""

logger = logging.getLogger(__name__)


@dataclass
class _Session:
    """What this session has asked, and what it showed last.

    Attributes:
        asked: Work under way by what it is about ("bars", "picture"): key of the question, and its answer.
        image_id: Image of the bars shown last.
        shown: These bars, by label.
    """

    asked: dict[str, tuple[str, Future[Any]]] = field(default_factory=dict)
    image_id: int = 0
    shown: dict[str, float] | None = None


def _session() -> _Session:
    return st.session_state.setdefault("labelling", _Session())  # type: ignore[no-any-return]


def labels_panel(image: OpenedImage) -> None:
    """The panel of a task with a classifier; nothing for a task without one."""
    classifier = _classifier(image.image)
    if classifier is None:
        return
    question = question_of(state.workspace(), image, classifier)
    st.markdown(f"**{words.LABELS_TITLE}**")
    _bars_panel(question)
    st.caption(f"{words.NO_DIAGNOSIS} {_alert_line(classifier)}")
    _choose_label(image.image, classifier, next(iter(_labels(image)), None))
    if st.button(words.LOOKED_AT, icon=":material/visibility:", width="stretch", wrap=True):
        show_dialog(words.LOOKED_AT, _looked_at, question)


def label_box(image: ImageRow, help_text: str) -> bool:
    """The label alone, where no bars stand beside it; False for a task without a classifier.

    Nor for who is compared with the image: what they call it does not count.
    """
    classifier = _classifier(image)
    if classifier is None or reads_gold(state.workspace(), image, state.person()):
        return False
    _session().image_id = 0
    _choose_label(image, classifier, state.workspace().labels.latest(image.id), help_text)
    return True


def labels_follow(image: ImageRow) -> bool:
    """Whether the page shows labels that change with the image's mask."""
    return state.workspace().versions.current(image.task_id, "classify") is not None


def _classifier(image: ImageRow) -> TaskClassifier | None:
    """The task's classifier; a broken one is told, and masks can still be saved without it."""
    try:
        return classifier_of(state.workspace(), image.task_id)
    except AppError as error:
        st.caption(f":material/warning: {as_text(str(error))}")
        return None


def _alert_line(classifier: TaskClassifier) -> str:
    card = classifier.card
    if not card.alert_label:
        return ""
    return words.ALERT_LINE.format(
        title=as_text(classifier.title_of(card.alert_label)), percent=100 * card.threshold
    )


def label_history(image: OpenedImage) -> None:
    """The labels that were given to the image, the newest first; nothing where there are none."""
    labels = _labels(image)
    if not labels:
        return
    classifier = _classifier(image.image)
    st.markdown(f"**{words.LABEL_HISTORY}**")
    for label in labels:
        st.write(_label_line(label, classifier))


def _labels(image: OpenedImage) -> list[LabelRow]:
    """The labels that the person may see, the newest first: of a gold image their own, else what counts."""
    labels = state.workspace().labels.history(image.image.id)
    if reads_gold(state.workspace(), image.image, image.who):
        return [each for each in labels if same_person(each.who, image.who)]
    return [each for each in labels if each.origin != "gold"]


def _label_line(label: LabelRow, classifier: TaskClassifier | None) -> str:
    line = words.LABEL_LINE.format(
        label=as_text(_title(label.label, classifier)), who=as_name(label.who), when=ago(label.created_at)
    )
    if label.label is None or not label.shown or label.label not in label.shown:
        return line
    return f"{line}; {words.LABEL_SHOWN.format(percent=100 * label.shown[label.label])}"


def _title(label: str | None, classifier: TaskClassifier | None) -> str:
    if not label:
        return words.LABEL_NONE
    return label if classifier is None else classifier.title_of(label)


def _choose_label(
    image: ImageRow, classifier: TaskClassifier, latest: LabelRow | None, help_text: str | None = None
) -> None:
    key = f"label_{image.id}"
    given = _UNLABELLED if latest is None or latest.label is None else latest.label
    # A label that an earlier classifier knew stays a choice.
    options = list(dict.fromkeys([_UNLABELLED, *classifier.card.labels, given]))
    st.session_state[key] = given
    st.selectbox(
        shared.LABEL,
        options,
        format_func=lambda label: _title(label, classifier),
        key=key,
        help=help_text,
        on_change=_keep_label,
        args=(image.id, key),
    )
    if latest is not None:
        st.caption(words.LABEL_BY.format(who=as_name(latest.who), when=ago(latest.created_at)))


def _keep_label(image_id: int, key: str) -> None:
    session = _session()
    shown = session.shown if session.image_id == image_id else None
    label = st.session_state[key] or None
    with state.told_errors():
        save_label(state.workspace(), image_id, label, who=state.person(), shown=shown)


def _looked_at(question: Question) -> None:
    classifier = question.classifier
    known = known_answer(state.workspace(), question) or {}
    likeliest = max(classifier.card.labels, key=lambda label: known.get(label, 0.0))
    chosen = st.segmented_control(
        words.LOOKED_AT_FOR,
        classifier.card.labels,
        default=likeliest,
        required=True,
        format_func=lambda label: as_text(classifier.title_of(label)),
    )
    picture = st.empty()
    st.caption(words.LOOKED_AT_HELP)
    _fill_picture(question, chosen or likeliest, picture)


def _bars_panel(question: Question) -> None:
    """The bars, or those before while the classifier is at work; then they look until the answer is there."""
    session, image_id = _session(), question.image.id
    if session.image_id != image_id:
        session.image_id, session.shown = image_id, None
    known = known_answer(state.workspace(), question)
    if known is None:
        workspace, predictors, classifiers = state.workspace(), state.predictors(), state.classifiers()
        future = _ask("bars", question.key, lambda: answer(workspace, question, predictors, classifiers))
        if not future.done():
            _waiting_bars(question, future)
            return
        known = _result(future)
    if isinstance(known, str):
        session.shown = None
        st.caption(f":material/warning: {as_text(known)}")
        return
    session.shown = known
    st.html(bars_html(_bars(question.classifier, known)))


@st.fragment(run_every=LOOK_AGAIN)
@plain_errors()
def _waiting_bars(question: Question, future: Future[Any]) -> None:
    if future.done():
        redraw_page()
    shown = _session().shown
    if shown is None:
        st.caption(words.ASKING)
    else:
        st.html(bars_html(_bars(question.classifier, shown), waiting=True))


def _bars(classifier: TaskClassifier, probabilities: dict[str, float]) -> list[Bar]:
    card = classifier.card
    return [
        Bar(classifier.title_of(label), value, card.threshold if label == card.alert_label else None)
        for label, value in probabilities.items()
    ]


def _fill_picture(question: Question, label: str, place: DeltaGenerator) -> None:
    workspace, predictors, classifiers = state.workspace(), state.predictors(), state.classifiers()
    future = _ask(
        "picture",
        f"{question.key}-{label}",
        lambda: looked_at_png(workspace, question, label, predictors, classifiers),
    )
    wait([future], LOOK_AGAIN)
    while not future.done():
        # A call of Streamlit is where a newer run of the page may interrupt this one.
        place.caption(words.ASKING)
        wait([future], LOOK_AGAIN)
    made = _result(future)
    if isinstance(made, str):
        place.caption(f":material/warning: {as_text(made)}")
    else:
        place.image(made, alt=words.LOOKED_AT)


def _ask(about: str, key: str, work: Callable[[], Any]) -> Future[Any]:
    """The answer that is under way; what was asked before and has not begun is taken back."""
    asked = _session().asked
    before = asked.get(about)
    if before is not None and before[0] == key:
        return before[1]
    if before is not None:
        before[1].cancel()
    future = state.labelling().submit(work)
    asked[about] = (key, future)
    return future


def _result(future: Future[Any]) -> Any:
    """The answer, or a sentence that says why there is none."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, AppError):
        return str(error)
    logger.error("A classifier failed", exc_info=error)
    return words.LABELS_FAILED
