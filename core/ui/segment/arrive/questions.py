"""What a person is asked about files that do not tell it themselves; the answers are kept for the task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.imaging.units import Units
from core.language.sentence import said
from core.ui import state
from core.ui.segment import words
from core.ui.segment.arrive.image_question import Pictures, ask_channel, ask_units
from core.ui.segment.arrive.reading_question import ask_reading
from core.workflows.arrive.arrival import MaskUse
from core.workflows.arrive.kept_answers import KeptAnswers, KeptChannel, keep_channel, keep_units
from core.workflows.arrive.mask_meaning import KeptMeaning, keep_meaning
from core.workflows.arrive.upload_survey import Survey, Upload
from core.workflows.correct.task_classes import set_classes
from core.workspace import TaskClass, TaskRow


@dataclass(frozen=True)
class Answers:
    """What was said, each None where nothing was asked or chosen.

    Attributes:
        masks: What the values of unclear masks mean, classes where each is one; "leave" for none of them.
        waits: Whether a question is open.
    """

    masks: KeptMeaning | tuple[TaskClass, ...] | Literal["leave"] | None
    channel: KeptChannel | None
    units: Units | None
    waits: bool

    def keep(self, task: TaskRow) -> None:
        """Remember them for the task."""
        workspace = state.workspace()
        if isinstance(self.masks, KeptMeaning):
            keep_meaning(workspace, task.id, self.masks)
        elif isinstance(self.masks, tuple):
            set_classes(workspace, task.id, self.masks, who=state.person())
        if self.channel is not None:
            keep_channel(workspace, task.id, self.channel)
        if self.units is not None:
            keep_units(workspace, task.id, self.units)


def ask(
    task: TaskRow,
    files: Sequence[Upload],
    masks: Sequence[Upload],
    survey: Survey,
    kept: KeptAnswers,
    made: dict[object, Pictures],
) -> Answers:
    """Every question that is open, below what is odd; `made` are pictures of these files, by question."""
    if how := survey.differing():
        st.warning(words.FOREGROUND_DIFFERS.format(how=said(how)))
    uploads = [*files, *masks]
    unclear, unasked, ct = survey.unclear(kept.masks), survey.unasked(kept), survey.may_be_ct(kept)
    meaning = ask_reading(files, masks, survey, unclear, _only_class(task), made) if unclear else None
    channel = ask_channel(uploads, survey, unasked, made) if unasked else None
    units = None if ct is None else ask_units(uploads, survey, ct, made)
    asked = ((unclear, meaning), (unasked, channel), (ct is not None, units))
    return Answers(meaning, channel, units, any(open_ and said is None for open_, said in asked))


def ask_use(key: str) -> MaskUse:
    """What masks that come along are for: asked wherever some may come, and the same answer everywhere."""
    here = state.page_state()

    def said() -> None:
        here.mask_use = st.session_state[key]

    uses: list[MaskUse] = ["reference", "start"]
    st.session_state[key] = here.mask_use
    return st.radio(
        words.MASK_USE,
        uses,
        format_func=words.MASK_USES.__getitem__,
        key=key,
        horizontal=True,
        on_change=said,
    )


def _only_class(task: TaskRow) -> TaskClass | None:
    """The one class of a task, where no mask is saved in which a new one would be background."""
    return None if len(task.classes) > 1 or state.workspace().truth.num_counting(task.id) else task.classes[0]
