"""The narrow column beside the editor: model, save, and what is rarely needed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.review.second_reading import AGREED
from core.ui import state
from core.ui import words as shared
from core.ui.dialog import show_dialog
from core.ui.errors import shown_errors
from core.ui.review.tabs import words as review_words
from core.ui.segment import editing, words
from core.ui.segment.classes import classes_button
from core.ui.segment.downloads import downloads
from core.ui.segment.editing_session import request
from core.ui.segment.labelling import label_history
from core.ui.segment.pixel_size import pixel_size_box
from core.ui.segment.proposing import propose_button
from core.ui.segment.scope import choose_scope
from core.ui.text import IN_A_COLUMN, as_name, as_text
from core.ui.times import ago
from core.ui.titles import version_title
from core.workflows.correct.blind import reads_blind
from core.workflows.correct.mask_pictures import revision_picture
from core.workflows.correct.open_image import OpenedImage
from core.workflows.correct.save_mask import restore_revision
from core.workflows.correct.second_reader import history_for
from core.workspace import ImageRow, RevisionRow, VersionRow

_NO_MODEL = 0
_JUST_SAVED = "just_saved"


def choose_model(image: OpenedImage) -> None:
    """The box with the task's versions, showing the one whose prediction is under the corrections."""
    if image.hidden == "prediction":
        return
    versions = {version.id: version for version in state.workspace().versions.list(image.image.task_id)}
    shown = image.version.id if image.version else _NO_MODEL
    options = list(versions) if shown in versions else [_NO_MODEL, *versions]
    st.session_state["model"] = shown
    st.selectbox(
        words.MODEL,
        options,
        format_func={each: _title(versions.get(each)) for each in options}.__getitem__,
        key="model",
        on_change=_ask_chosen_version,
        args=(image.image.id,),
    )
    newer = image.newer_version
    if newer is not None and image.draft is not None:
        st.info(words.NEW_PREDICTION.format(title=as_name(version_title(newer))))
        st.button(
            words.USE_NEW_PREDICTION,
            on_click=editing.ask_version,
            args=(image.image.id, newer.id),
            width="stretch",
        )


def _ask_chosen_version(image_id: int) -> None:
    chosen = st.session_state["model"]
    if chosen != _NO_MODEL:
        editing.ask_version(image_id, chosen)


def _title(version: VersionRow | None) -> str:
    if version is None:
        return shared.NO_MODEL
    title = version_title(version)
    return words.CURRENT_VERSION.format(title=title) if version.status == "current" else title


def save_buttons(image: OpenedImage) -> None:
    """What counts; save, and save and go on: the page's body acts, after the last stroke has arrived."""
    choose_scope(image)
    st.button(
        words.SAVE_AND_NEXT,
        key="save_and_next",
        type="primary",
        width="stretch",
        icon=":material/check:",
        on_click=request,
        args=("save_next", image.image.id),
    )
    st.button(
        words.SAVE,
        key="save",
        width="stretch",
        icon=":material/save:",
        on_click=request,
        args=("save", image.image.id),
    )


def tell_saved(image: OpenedImage, revision: RevisionRow, before: ImageRow) -> None:
    """Say in the next run what was saved; after "Save and next" that is beside another image.

    Args:
        before: How the store had the image before.
    """
    after = state.workspace().images.get(revision.image_id)
    locked = not image.hidden and after.locked and not before.locked
    said = (words.SAVED_LOCKED if locked else words.SAVED).format(number=_number(image, revision))
    st.session_state[_JUST_SAVED] = words.OF_IMAGE.format(
        name=as_name(image.image.name, IN_A_COLUMN), said=said
    )


def saved_line(image: OpenedImage, row: ImageRow) -> None:
    """What is saved of this image, and whether it is locked; `row` is how the store has it now."""
    revision = _saved(image)
    just_saved = st.session_state.pop(_JUST_SAVED, None)
    if just_saved is not None:
        st.caption(f":green[:material/check_circle:] {just_saved}")
    hidden = image.hidden
    if hidden == "mask" and (reading := reads_blind(state.workspace(), row, image.who)) and reading.is_done:
        hidden = "read"
    if hidden in review_words.HIDDEN:
        st.info(review_words.HIDDEN[hidden], icon=":material/visibility_off:")
    elif revision is None:
        st.caption(words.REVISIONS_NONE)
    else:
        line = _revision_line(revision, _number(image, revision))
        st.caption(f"{line}; {words.UNSAVED_CHANGES}" if row.has_unsaved_changes else line)
    if row.locked:
        st.caption(f":material/lock: {words.LOCKED_HELP}")
    for note in image.notes:
        st.caption(f":material/info: {as_text(note)}")


def _saved(image: OpenedImage) -> RevisionRow | None:
    """The mask that counts, of a gold image the reader's own."""
    if image.hidden == "gold":
        return next(iter(_history(image)), None)
    return state.workspace().truth.of(image.image.id)


def _counting(image: OpenedImage) -> RevisionRow | None:
    """The same, None where it is flagged or, in tasks that ask for that, not approved yet."""
    rules = state.workspace().tasks.get_by_id(image.image.task_id).review_rules
    # Of a gold image the reader's own looks like one that nobody has reviewed.
    review = "open" if image.hidden == "gold" else state.workspace().images.get(image.image.id).review
    counts = review == "approved" if rules.approved_only else review != "flagged"
    return _saved(image) if counts else None


def _history(image: OpenedImage) -> list[RevisionRow]:
    return history_for(state.workspace(), image.image.id, image.hidden, image.who)


def _number(image: OpenedImage, revision: RevisionRow) -> int:
    """As the person counts: masks that they must not see have no number."""
    if not _looks_new(image):
        return revision.number
    return sum(each.number <= revision.number for each in _history(image))


def _revision_line(revision: RevisionRow, number: int) -> str:
    who = as_name(revision.who)
    return words.REVISION_LINE.format(number=number, who=who, when=ago(revision.created_at))


def rarely_needed(image: OpenedImage, after_delete: Callable[[], None]) -> None:
    """Buttons that open what is not needed for every image."""
    if state.workspace().may("task"):
        classes_button(state.workspace().tasks.get_by_id(image.image.task_id))
    pixel_size_box(image.image)
    propose_button(image)
    downloads(image)
    if image.hidden in ("", "gold") and st.button(words.HISTORY, icon=":material/history:", width="stretch"):
        show_dialog(words.HISTORY, _show_history, image, width="large")
    count = len(_history(image)) if _looks_new(image) else image.image.num_revisions
    delete_box(image.image, count, after_delete)


def delete_box(image: ImageRow, count: int, after_delete: Callable[[], None]) -> None:
    """Delete the image with its saved masks, once asked; `count` is how many those look like."""
    if not state.workspace().may("delete"):
        return
    # Of this image alone: where it is gone meanwhile, a press must not delete the one that is shown then.
    key = f"delete_{image.id}"
    with st.popover(words.DELETE, icon=":material/delete:", width="stretch", type="tertiary", key=key):
        st.write(words.DELETE_QUESTION.format(name=as_name(image.name), count=count))
        if st.button(words.DELETE_YES, type="primary", key=f"{key}_yes"):
            state.workspace().images.delete(image.id, state.person())
            state.tell("toast", words.DELETED.format(name=as_name(image.name)))
            after_delete()


def _looks_new(image: OpenedImage) -> bool:
    """Whether masks of others are none to the person; a gold image may be one without its prediction."""
    return image.hidden in ("gold", "prediction")


def _show_history(image: OpenedImage) -> None:
    revisions = _history(image)
    if not revisions:
        st.write(words.HISTORY_EMPTY)
    counting = _counting(image)
    for revision in revisions:
        _history_row(revision, _number(image, revision), counts=revision == counting)
    label_history(image)


def _history_row(revision: RevisionRow, number: int, *, counts: bool) -> None:
    picture, text, action = st.columns([1, 2, 1], vertical_alignment="center")
    line = _revision_line(revision, number)
    with shown_errors(picture.error):
        picture.image(revision_picture(state.workspace(), revision), alt=words.REVISION.format(number=number))
    text.write(line)
    text.caption(
        words.REVISION_FACTS.format(
            threshold=revision.threshold, foreground=100 * revision.foreground, seconds=revision.seconds
        )
    )
    if revision.scope == "part":
        text.caption(words.REVISION_PART)
    if sources := revision.provenance.get(AGREED):
        of = sorted(each.number for each in state.workspace().masks.get_all(sources))
        text.caption(words.REVISION_AGREED.format(numbers=", ".join(map(str, of))))
    if counts:
        text.caption(f":green[:material/check_circle:] {words.REVISION_COUNTS}")
    if action.button(words.RESTORE, key=f"restore_{revision.id}", width="stretch"):
        with shown_errors():
            new = restore_revision(state.workspace(), revision.id, state.person())
            editing.reopen()
            state.tell("success", words.RESTORED.format(old=number, number=new.number))
            st.rerun()
