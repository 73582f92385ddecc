"""A decision of the reviewer is kept, told, and can be undone for ten seconds."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import AppError
from core.ui import state
from core.ui.review import words
from core.ui.review.asked import UNDO_SECONDS, Asked, Done
from core.ui.text import as_name, as_text
from core.workflows.review.judging import Said, judge
from core.workspace import NotTaken, PlantedRow, ReviewPlace, ReviewRow

_MOST_TOLD = 3


def decide(
    asked: Asked, said: Sequence[Said], *, start: ReviewPlace | None, image_id: int | None = None
) -> bool:
    """Keep verdicts; False where none was kept. What had been planted and what was not kept is told.

    Args:
        start: Where the queue began when they were given.
        image_id: What was open one by one.
    """
    try:
        outcomes = judge(state.workspace(), said, state.predictors(), who=state.person())
    except AppError as error:
        state.tell("error", as_text(str(error)))
        return False
    kept = [each for each in outcomes if isinstance(each, ReviewRow)]
    refused = [each for each in outcomes if isinstance(each, NotTaken)]
    _tell(asked, [each for each in outcomes if isinstance(each, PlantedRow)], refused)
    accepted = [each.image_id for each in refused if each.why == "second"]
    if kept or accepted:
        num_approved = sum(each.verdict == "approved" for each in kept)
        ids = [each.id for each in kept]
        asked.done = Done(ids, num_approved, len(kept) - num_approved, start, image_id, accepted)
    return bool(kept)


def undo(asked: Asked) -> None:
    """Take the last decision back, and go back to where it was made."""
    done = asked.done
    if done is None:
        return
    with state.told_errors():
        withdrawn = state.workspace().reviews.withdraw(
            done.review_ids, state.person(), done.accepted, says_before=True
        )
        asked.done, asked.told, asked.start = None, {}, done.start
        if done.image_id is not None:
            st.query_params["image"] = str(done.image_id)
        state.tell("toast", words.UNDONE.format(count=len(withdrawn) + len(done.accepted)))


def take_back(asked: Asked, review: ReviewRow) -> None:
    """Take back one verdict; there is no undo of it any more, and what is shown then is no news."""
    with state.told_errors():
        state.workspace().reviews.withdraw([review.id], state.person())
        asked.seen.pop(review.image_id, None)
        if asked.done is not None and review.id in asked.done.review_ids:
            asked.done = None


def done_line(asked: Asked) -> None:
    """What was decided last, with Undo, until ten seconds are over."""
    if asked.done is not None and asked.done.is_fresh:
        _done_line(asked)


@st.fragment(run_every=UNDO_SECONDS)
def _done_line(asked: Asked) -> None:
    done = asked.done
    if done is None or not done.is_fresh:
        asked.done = None
        st.rerun()
    if done.approved and done.flagged:
        said = [words.DID_BOTH.format(approved=done.approved, flagged=done.flagged)]
    else:
        said = [words.DID_APPROVE.format(count=done.approved)] if done.approved else []
        said += [words.DID_FLAG.format(count=done.flagged)] if done.flagged else []
    if done.accepted:
        said.append(words.DID_ACCEPT.format(count=len(done.accepted)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":green[:material/check_circle:] {' '.join(said)}", width="content")
        if st.button(words.UNDO, key="review_undo", icon=":material/undo:", shortcut="u"):
            undo(asked)
            st.rerun()


def _tell(asked: Asked, planted: Sequence[PlantedRow], refused: Sequence[NotTaken]) -> None:
    """Beside each image what became of its verdict; apart how many, and of what is not drawn any more."""
    asked.told = {}
    for row in planted:
        said = words.PLANTED_CAUGHT if row.verdict == "flagged" else words.PLANTED_MISSED
        asked.told[row.image_id] = said.format(what=words.PLANTED_KIND[row.kind])
    out_of_sight = []
    for each in refused:
        said = asked.told[each.image_id] = words.NOT_TAKEN[each.why].format(who=each.who)
        if each.why == "gone" or (each.why == "judged" and asked.view == "grid"):
            out_of_sight.append(f"{_name_of(each.image_id)}: {as_text(said)}")
    for said in out_of_sight[:_MOST_TOLD]:
        state.tell("toast", said)
    if len(out_of_sight) > _MOST_TOLD:
        state.tell("toast", words.AND_MORE.format(count=len(out_of_sight) - _MOST_TOLD))
    if asked.view == "grid" and planted:
        caught = sum(row.verdict == "flagged" for row in planted)
        state.tell("toast", words.PLANTED_TOLD.format(caught=caught, total=len(planted)))
    if asked.view == "grid" and len(refused) > len(out_of_sight):
        state.tell("toast", words.NOT_TAKEN_TOLD.format(count=len(refused) - len(out_of_sight)))


def _name_of(image_id: int) -> str:
    try:
        return as_name(state.workspace().images.get(image_id).name)
    except AppError:
        return words.NOT_AN_IMAGE
