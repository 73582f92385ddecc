"""How the files of an upload are understood, as a table that can be changed, before anything is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from core.ui import state
from core.ui.dialog import show_dialog
from core.ui.segment import words
from core.ui.segment.arrive.image_question import Pictures
from core.ui.segment.arrive.questions import ask, ask_use
from core.ui.segment.arrive.understood_row import table_row
from core.ui.text import as_name
from core.workflows.add_images import add_images
from core.workflows.arrive.arrival import Arrival, FileOutcome, MaskUse
from core.workflows.arrive.kept_answers import KeptAnswers, kept_answers
from core.workflows.arrive.mask_meaning import KeptMeaning
from core.workflows.arrive.planned_file import Role
from core.workflows.arrive.upload_survey import Survey, Upload, survey_upload
from core.workspace import TaskRow

_UPLOAD = "upload_to_look_at"
_TABLE = "understood"
_MOST_ROWS = 500


@dataclass
class Given:
    """An upload on its way in.

    Attributes:
        token: What tells it from every other upload.
        roles: What the person said of files, by place.
        changes: Counts what was said, so that the table begins anew.
        seen: Changes that are in `survey`.
        pictures: Of each question about images, once they are made.
        order: Places in the order of the table's rows; a row stays where it is while its role is changed.
    """

    token: object
    files: Sequence[Upload]
    masks: Sequence[Upload]
    use: MaskUse
    survey: Survey
    roles: dict[int, Role] = field(default_factory=dict)
    changes: int = 0
    seen: int = 0
    pictures: dict[object, Pictures] = field(default_factory=dict)
    order: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.order = _most_telling_first(self.survey)


def look_first(
    task: TaskRow,
    files: Sequence[Upload],
    masks: Sequence[Upload],
    use: MaskUse,
    after: Callable[[Sequence[FileOutcome]], None],
    *,
    token: object,
) -> bool:
    """Whether a person has to look at an upload first; opens the dialog that shows it.

    Args:
        after: Called in the dialog with what became of the files.
        token: What tells the upload from every other one.
    """
    kept = kept_answers(state.workspace(), task.id)
    given = st.session_state.get(_UPLOAD)
    if given is None or given.token != token:
        given = Given(token, files, masks, use, _survey(task, files, masks, {}))
        if not given.survey.needs_look(kept):
            return False
    given.use = use
    st.session_state[_UPLOAD] = given
    show_dialog(words.UNDERSTOOD, _look, task, given, kept, after, width="large", on_dismiss=_dismissed)
    return True


def _look(
    task: TaskRow,
    given: Given,
    kept: KeptAnswers,
    after: Callable[[Sequence[FileOutcome]], None],
) -> None:
    if given.changes != given.seen:
        given.survey = _survey(task, given.files, given.masks, given.roles, given.survey)
        given.seen = given.changes
    rows = given.survey.rows
    counts = {role: sum(row.role == role for row in rows) for role in words.ROLE_NAMES}
    st.caption(
        words.UNDERSTOOD_LINE.format(
            images=counts["image"], masks=counts["mask"] + counts["outlines"], rest=counts["left out"]
        )
    )
    if counts["mask"] + counts["outlines"]:
        given.use = ask_use("mask_use_of_upload")
    answers = ask(task, given.files, given.masks, given.survey, kept, given.pictures)
    pressed = st.button(words.ADD_FILES, type="primary", disabled=answers.waits, key="add_understood")
    progress = st.empty()
    _table(given, kept.masks)
    if not pressed:
        return
    answers.keep(task)
    roles = dict(given.roles)
    if answers.masks == "leave":
        roles.update(dict.fromkeys(given.survey.unclear(kept.masks), "left out"))
    with progress:
        outcomes = add_files(task, given.files, given.masks, given.use, roles)
    _dismissed()
    after(outcomes)
    st.rerun()


def add_files(
    task: TaskRow, files: Sequence[Upload], masks: Sequence[Upload], use: MaskUse, roles: Mapping[int, Role]
) -> list[FileOutcome]:
    """Add an upload with a bar that says how far it is; `roles` are what the person said of files."""
    bar = st.progress(0.0, words.READING_FILES)

    def show_progress(done: int, total: int, name: str) -> None:
        bar.progress(done / max(total, 1), words.ADDING.format(name=as_name(name), done=done, total=total))

    return add_images(
        state.workspace(), task.id, files, masks=masks, mask_use=use, roles=roles, on_progress=show_progress
    )


def _dismissed() -> None:
    """The uploader empties itself, whether the files were added or not."""
    st.session_state.pop(_UPLOAD, None)
    state.page_state().uploads += 1


def _table(given: Given, kept: KeptMeaning | None) -> None:
    places = given.order[:_MOST_ROWS]
    named = words.UNDERSTOOD_COLUMNS
    st.data_editor(
        [table_row(place, given.survey, kept) for place in places],
        column_config={
            name: st.column_config.SelectboxColumn(
                label, options=[*words.ROLE_NAMES.values()], required=True, width="small"
            )
            if name == "role"
            else st.column_config.TextColumn(
                label, width="medium" if name in ("file", "image", "note") else None
            )
            for name, label in named.items()
        },
        disabled=[name for name in named if name != "role"],
        hide_index=True,
        height=min(36 * (len(places) + 1) + 4, 330),
        key=f"{_TABLE}_{given.changes}",
        on_change=_changed,
        args=(given, places),
    )
    st.caption(words.UNDERSTOOD_HELP)
    if len(given.survey.rows) > len(places):
        st.caption(words.UNDERSTOOD_MORE.format(count=len(places)))


def _most_telling_first(survey: Survey) -> list[int]:
    """Places of the files; plain images stand last, since nobody has to look at them."""
    order = ("mask", "outlines", "left out", "image")
    rows = survey.rows
    return sorted(range(len(rows)), key=lambda at: (not rows[at].namesake, order.index(rows[at].role)))


def _changed(given: Given, places: Sequence[int]) -> None:
    edited = st.session_state[f"{_TABLE}_{given.changes}"]["edited_rows"]
    role_of: dict[str, Any] = {name: role for role, name in words.ROLE_NAMES.items()}
    for row, change in edited.items():
        if change.get("role") in role_of:
            given.roles[places[int(row)]] = role_of[change["role"]]
    given.changes += 1


def _survey(
    task: TaskRow,
    files: Sequence[Upload],
    masks: Sequence[Upload],
    roles: Mapping[int, Role],
    earlier: Survey | None = None,
) -> Survey:
    bar = st.empty()

    def show_progress(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), words.READING_MASKS.format(done=done, total=total))

    survey = survey_upload(
        files,
        masks,
        known=Arrival(state.workspace(), task.id),
        roles=roles,
        classes=task.classes,
        earlier=earlier,
        on_progress=show_progress,
    )
    bar.empty()
    return survey
