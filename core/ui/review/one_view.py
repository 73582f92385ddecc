"""One mask, large and read-only, with what was said of it and the keys that decide."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.ui import state
from core.ui.errors import shown_errors
from core.ui.review import words
from core.ui.review.asked import Asked, chosen_filter
from core.ui.review.comment import comment
from core.ui.review.deciding import decide, done_line, take_back
from core.ui.review.gold import gold_button
from core.ui.review.look import look as large_picture
from core.ui.review.look import reason_of
from core.ui.review.telling import changed_line, counting, expected, said_by, verdict_line, why_here
from core.ui.segment.flagged import go_to_edit
from core.ui.segment.labelling import label_box
from core.ui.segment.navigation import number_of
from core.ui.text import IN_A_COLUMN, as_name, as_text
from core.ui.times import ago
from core.ui.titles import image_titles, version_title
from core.workflows.correct.blind import same_person
from core.workflows.review.judging import MOST_OF_A_COMMENT, Said, reasons_for
from core.workflows.review.look import Look
from core.workflows.review.looking import Full, colours_of, full_look, look_at, make_full
from core.workflows.review.planting import key_of, with_planted
from core.workspace import LabelRow, ReviewItem, ReviewPlace, ReviewRow, TaskRow, Verdict
from core.workspace.review_pages import ReviewPages

# In sight where the column is longer than the window.
_STYLE = """
<style>
div:has(> .st-key-review_done) { position: sticky; bottom: 0; z-index: 3; background: Canvas; }
</style>
"""
_REASONS, _COMMENT, _LARGE = "review_reasons", "review_comment", "review_look"


def one_view(task: TaskRow, here: Asked, pages: ReviewPages) -> None:
    """Draw the image of the address, else the first of the queue."""
    workspace, show = state.workspace(), chosen_filter()
    item = _item(here, pages)
    if item is None:
        done_line(here)
        st.write(words.NOTHING[show])
        return
    reviews = workspace.reviews.of_image(item.image.id)
    label = workspace.labels.latest_of_images([item.image.id]).get(item.image.id)
    seen = look_at(workspace, item, reviews, label)
    [look] = with_planted(workspace, task, [(item, seen)], state.person())
    following = pages.page(show, ReviewPlace(item.key, inclusive=False), 2)
    earlier = pages.before(show, item.key, 1)
    left, right = st.columns([4.1, 1], gap="small")
    with left:
        full = _large(item, look)
    with right:
        title = image_titles(state.workspace(), [item.image])[item.image.id]
        st.markdown(f"**{as_name(title, IN_A_COLUMN)}**")
        changed = here.changed({item.image.id: key_of(look)})
        told = here.told.get(item.image.id, changed_line(item) if changed else "")
        if told:
            st.markdown(f":material/info: {as_text(told)}")
        _facts(item, full)
        _verdict(item, reviews, look, label)
        _buttons(here, item, look, following[0] if following else None)
        gold_button(item)
        _turn(earlier[0] if earlier else None, following[0] if following else None)
        _history(here, reviews)
        st.html(_STYLE)
        with st.container(key="review_done"):
            done_line(here)
    if following and f"full {following[0].image.id}" not in here.begun:
        here.begun.add(f"full {following[0].image.id}")
        state.background().submit(make_full, workspace, following[0], state.predictors())


def _item(here: Asked, pages: ReviewPages) -> ReviewItem | None:
    image_id = number_of(st.query_params.get("image"))
    item = None if image_id is None else pages.item(image_id)
    if item is None:
        item = next(iter(pages.page(chosen_filter(), here.start, 1)), None)
        item = item or next(iter(pages.page(chosen_filter(), None, 1)), None)
    if item is None:
        st.query_params.pop("image", None)
        return None
    st.query_params["image"] = str(item.image.id)
    # The grid goes on where one left off.
    here.start = ReviewPlace(item.key)
    return item


def _large(item: ReviewItem, look: Look) -> Full | None:
    with shown_errors():
        full = full_look(state.workspace(), item, look, state.predictors())
        large_picture(
            key=_LARGE,
            image_id=_of_mask(look),
            full=full,
            compared=full.prediction,
            colours=colours_of(state.workspace(), item.image),
            num_reasons=len(_reasons(look)),
            on_reason=lambda: _give_reason(look),
        )
        return full
    return None


def _give_reason(look: Look) -> None:
    """Say or take back the reason whose number was pressed."""
    number, key, reasons = reason_of(_LARGE), f"{_REASONS}_{_of_mask(look)}", _reasons(look)
    if number in range(1, len(reasons) + 1):
        chosen, code = st.session_state.get(key) or [], reasons[number - 1]
        st.session_state[key] = [each for each in reasons if (each in chosen) != (each == code)]


def _of_mask(look: Look) -> str:
    """Names what was typed and zoomed, which stays where the label is changed."""
    return str(replace(look, label_id=None))


def _reasons(look: Look) -> tuple[str, ...]:
    return reasons_for(labelled=look.label_id is not None)


def _facts(item: ReviewItem, full: Full | None) -> None:
    revision = item.revision
    why = as_text(why_here(item, None if full is None else full.foreground))
    if revision is None:
        current = state.workspace().versions.current(item.image.task_id)
        title = as_name("" if current is None else version_title(current))
        st.caption(f"{why}. {expected(item)} {words.PREDICTION_ALONE.format(title=title)}")
        return
    foreground = revision.foreground if full is None else full.foreground
    facts = words.REVISION_FACTS.format(number=revision.number, foreground=100 * foreground)
    agrees = ""
    if full is not None and full.dice is not None:
        agrees = words.UNCHANGED if full.dice == 1 else words.AGREES.format(dice=full.dice)
    st.caption(f"{why}. {expected(item)} {facts} {agrees}")


def _verdict(item: ReviewItem, reviews: list[ReviewRow], look: Look, label: LabelRow | None) -> None:
    line = verdict_line(item, reviews)
    if line:
        icon = {"approved": ":green[:material/check_circle:]", "flagged": ":red[:material/flag:]"}
        st.markdown(f"{icon.get(item.image.review, ':material/history:')} {as_text(line)}")
    current = counting(reviews, look.revision_id)
    if current is not None and item.image.review != "open":
        comment(current.comment)
    if not label_box(item.image, words.LABEL_HELP) and label is not None:
        st.caption(words.LABEL_WITH.format(label=as_text(label.label or ""), who=as_name(label.who)))


def _buttons(here: Asked, item: ReviewItem, look: Look, following: ReviewItem | None) -> None:
    if state.workspace().may("judge"):
        _judging(here, look, None if following is None else following.image.id)
    else:
        st.caption(words.REVIEWERS_JUDGE)
    if st.button(
        words.EDIT,
        key="review_edit",
        icon=":material/brush:",
        width="stretch",
        shortcut="e",
        help=words.EDIT_HELP,
    ):
        go_to_edit(state.workspace().tasks.get_by_id(item.image.task_id), item.image.id)


def _judging(here: Asked, look: Look, next_id: int | None) -> None:
    for title, name, verdict, icon in (
        (words.APPROVE, "approve", "approved", ":material/check:"),
        (words.FLAG, "flag", "flagged", ":material/flag:"),
    ):
        st.button(
            title,
            key=f"review_{name}",
            type="primary" if name == "approve" else "secondary",
            icon=icon,
            width="stretch",
            shortcut=name[0],
            on_click=_say,
            args=(here, look, verdict, next_id),
        )
    st.pills(
        words.REASONS_LABEL,
        _reasons(look),
        selection_mode="multi",
        format_func=lambda code: f"{_reasons(look).index(code) + 1} {words.REASONS[code]}",
        key=f"{_REASONS}_{_of_mask(look)}",
        wrap=True,
    )
    st.text_area(
        words.COMMENT,
        key=f"{_COMMENT}_{_of_mask(look)}",
        height=68,
        max_chars=MOST_OF_A_COMMENT,
        placeholder=words.COMMENT_EXAMPLE,
        label_visibility="collapsed",
    )


def _say(here: Asked, look: Look, verdict: Verdict, next_id: int | None) -> None:
    reasons = tuple(st.session_state.get(f"{_REASONS}_{_of_mask(look)}") or ())
    typed = st.session_state.get(f"{_COMMENT}_{_of_mask(look)}") or ""
    said = Said(look, verdict, reasons, typed)
    if decide(here, [said], start=here.start, image_id=look.image_id):
        _go(next_id)


def _go(image_id: int | None) -> None:
    if image_id is None:
        st.query_params.pop("image", None)
    else:
        st.query_params["image"] = str(image_id)


def _turn(earlier: ReviewItem | None, following: ReviewItem | None) -> None:
    with st.container(horizontal=True, gap="small"):
        for title, key, item in ((words.PREVIOUS, "p", earlier), (words.NEXT, "n", following)):
            st.button(
                title,
                key=f"review_{'previous' if key == 'p' else 'next'}",
                width="stretch",
                disabled=item is None,
                shortcut=key,
                on_click=_go,
                args=(None if item is None else item.image.id,),
            )


def _history(here: Asked, reviews: list[ReviewRow]) -> None:
    own = next((each for each in reviews if same_person(each.who, state.person())), None)
    if own is not None and own.verdict != "withdrawn":
        st.button(
            words.TAKE_BACK,
            key=f"review_take_back_{own.id}",
            icon=":material/undo:",
            width="stretch",
            on_click=take_back,
            args=(here, own),
        )
    if len(reviews) > 1:
        with st.popover(words.HISTORY, icon=":material/history:", width="stretch"):
            for review in reviews[:50]:
                st.caption(f"{as_text(said_by(review))}, {ago(review.created_at)}")
                comment(review.comment)
