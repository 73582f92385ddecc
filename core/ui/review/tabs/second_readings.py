"""Second readings on the Review page: how many are asked for, which wait, and where readers differ."""

from __future__ import annotations

import streamlit as st

from core.errors import AppError
from core.review.second_reading import Readings
from core.ui import state
from core.ui.image_row import open_image
from core.ui.review.rules import rule
from core.ui.review.tabs import words
from core.ui.segment.flagged import go_to_edit
from core.ui.segment.reading import read_in_turn
from core.ui.segment.seen import unread_for
from core.ui.segment.strip import image_pictures
from core.ui.text import as_name, as_text, shortened
from core.ui.titles import image_titles
from core.workflows.correct.blind import same_person, waiting_for
from core.workflows.review.compared_picture import compare_readings
from core.workflows.review.second_reading import FEWEST_FOR_MAJORITY, How, differing, settle, undo
from core.workspace import ImageRow, RevisionRow, TaskRow

_MOST_SHOWN = 12
_PLACE, _SETTLED = "differing_place", "settled_revision"


def rules(task: TaskRow) -> None:
    """How many images are read twice, and from where on two readings differ."""
    with st.popover(words.SECOND_RULES, icon=":material/tune:"):
        st.caption(words.SECOND_RULES_HELP)
        _percent(task, words.SECOND_PERCENT, "second_percent")
        for label, name, text in (
            (words.BLIND_PERCENT, "blind_percent", words.BLIND_HELP),
            (words.AGAIN_PERCENT, "again_percent", words.AGAIN_HELP),
            (words.GOLD_PERCENT, "gold_percent", words.GOLD_HELP),
            (words.PLANTED_PERCENT, "planted_percent", words.PLANTED_HELP),
        ):
            _percent(task, label, name)
            st.caption(text)
        st.slider(words.SECOND_LIMIT, 0.5, 1.0, step=0.01, **rule(task, "differ_below"))
        st.caption(words.SECOND_LIMIT_HELP)


def _percent(task: TaskRow, label: str, name: str) -> None:
    st.slider(label, 0, 100, step=5, format="%d %%", **rule(task, name))


def num_differing(task: TaskRow) -> int:
    """Of how many images the readers differ."""
    return len(_differing(task)) if task.review_rules.second_percent else 0


def is_asked_for(task: TaskRow) -> bool:
    """Whether images are read twice, by others or by who drew them."""
    return bool(task.review_rules.second_percent or task.review_rules.again_percent)


def waiting(task: TaskRow, waiting_ids: list[int]) -> None:
    """The images that this person could read a second time; a click opens one, blind."""
    workspace = state.workspace()
    if not waiting_ids:
        st.write(words.SECOND_NONE)
        return
    count = len(waiting_ids)
    st.write((words.SECOND_COUNT_ONE if count == 1 else words.SECOND_COUNT).format(count=count))
    shown = [workspace.images.get(image_id) for image_id in waiting_ids[:_MOST_SHOWN]]
    clicked = image_pictures(shown, key="second_reading", label=words.SECOND_READING)
    if count > _MOST_SHOWN:
        st.caption(words.SECOND_MORE.format(shown=_MOST_SHOWN))
    if clicked is not None:
        read_in_turn(task)
        open_image(task, clicked)


def differing_images(task: TaskRow) -> None:
    """One image after the other whose readers differ, side by side, with what can be done about it."""
    found = _differing(task)
    _undo_line(task)
    if not found:
        return
    place = min(st.session_state.get(_PLACE, 0), len(found) - 1)
    image, readings = found[place]
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, to, key in ((words.DIFFER_PREVIOUS, place - 1, "p"), (words.DIFFER_NEXT, place + 1, "n")):
            is_there = 0 <= to < len(found)
            st.button(label, disabled=not is_there, shortcut=key, on_click=_turn, args=(to,))
        name = as_name(image_titles(state.workspace(), [image])[image.id])
        st.markdown(words.DIFFER_PLACE.format(place=place + 1, total=len(found), name=name))
        is_hidden = image.id in waiting_for(state.workspace(), task, state.person())
        other = None if is_hidden else _choose_other(readings)
    if other is None:
        _hidden(task, image, readings)
        return
    _side_by_side(image, readings, other)
    _decide(task, image, readings, other)


def _choose_other(readings: Readings) -> RevisionRow:
    """Which of several further readings stands beside the first; at first the one that differs most."""
    of_key = {each.id: each for each in readings.others}
    if len(of_key) == 1:
        return readings.most_different
    chosen = st.segmented_control(
        words.DIFFER_OTHER,
        list(of_key),
        default=readings.most_different.id,
        required=True,
        format_func=lambda key: words.DIFFER_READER.format(letter="B", who=shortened(of_key[key].who)),
        key=f"differing_{'_'.join(map(str, of_key))}",
        label_visibility="collapsed",
    )
    return of_key[chosen]


def _differing(task: TaskRow) -> list[tuple[ImageRow, Readings]]:
    """Those of which this person may see what others drew."""
    unread = unread_for(task).all
    return [each for each in differing(state.workspace(), task) if each[0].id not in unread]


def _side_by_side(image: ImageRow, readings: Readings, other: RevisionRow) -> None:
    try:
        compared = compare_readings(state.workspace(), image, readings.first, other)
    except AppError as error:
        st.error(as_text(str(error)))
        return
    several = len(state.workspace().tasks.get_by_id(image.task_id).classes) > 1
    shown = (
        (compared.first, words.DIFFER_READER.format(letter="A", who=as_name(readings.first.who))),
        (compared.second, words.DIFFER_READER.format(letter="B", who=as_name(other.who))),
        (compared.difference, words.DIFFER_COLOURS_OF_CLASSES if several else words.DIFFER_COLOURS),
    )
    for column, (picture, line) in zip(st.columns(3), shown, strict=True):
        with column:
            st.image(picture, width="stretch")
            st.caption(line)
    agreement = compared.agreement
    st.write(
        words.DIFFER_NUMBERS["mm" if compared.in_mm else "px"].format(
            dice=agreement.dice,
            surface=agreement.surface_dice,
            hd95=words.NONE_YET if agreement.hd95 is None else f"{agreement.hd95:.1f}",
            area=agreement.second_area - agreement.first_area,
        )
    )


def _decide(task: TaskRow, image: ImageRow, readings: Readings, other: RevisionRow) -> None:
    ways: tuple[tuple[str, How, str], ...] = (
        (words.TAKE_A, "first", "a"),
        (words.TAKE_B, "second", "b"),
        (words.MAJORITY, "majority", "m"),
    )
    with st.container(horizontal=True):
        for label, how, key in ways:
            too_few = how == "majority" and len(readings.all) < FEWEST_FOR_MAJORITY
            st.button(
                label,
                key=f"settle_{how}",
                disabled=too_few,
                help=words.MAJORITY_HELP.format(fewest=FEWEST_FOR_MAJORITY) if how == "majority" else None,
                shortcut=key,
                on_click=_settle,
                args=(task, image, how, other.id),
            )
        has_read = any(same_person(each.who, state.person()) for each in readings.others)
        told = words.DIFFER_HAVE_READ if has_read else words.DIFFER_EDIT_HELP
        edit = st.button(
            words.DIFFER_EDIT,
            key="differ_edit",
            disabled=has_read,
            icon=":material/edit:",
            help=told,
            shortcut="e",
        )
        if edit:
            go_to_edit(task, image.id)


def _hidden(task: TaskRow, image: ImageRow, readings: Readings) -> None:
    """What somebody is told who could read the image too: they read it, or see the masks and settle it."""
    st.write(words.DIFFER_HIDDEN.format(count=len(readings.all), dice=readings.dice))
    with st.container(horizontal=True):
        read = st.button(
            words.DIFFER_READ,
            key="differ_read",
            type="primary",
            icon=":material/edit:",
            help=words.DIFFER_READ_HELP,
            shortcut="e",
        )
        if read:
            go_to_edit(task, image.id)
        if state.workspace().may("judge"):
            st.button(
                words.DIFFER_SHOW,
                key="differ_show",
                icon=":material/visibility:",
                help=words.DIFFER_SHOW_HELP,
                shortcut="s",
                on_click=_show,
                args=(image,),
            )


def _show(image: ImageRow) -> None:
    with state.told_errors():
        state.workspace().adjudicators.add(image.id, who=state.person())


def _settle(task: TaskRow, image: ImageRow, how: How, other_id: int) -> None:
    """Keep the agreed mask; who chose to see the readings in order to settle them is shown the next ones."""
    workspace, who = state.workspace(), state.person()
    with state.told_errors():
        chose = image.id in workspace.adjudicators.images_of(task.id, who)
        agreed = settle(workspace, image.id, how, who=who, other_id=other_id)
        st.session_state[f"{_SETTLED}_{task.id}"] = agreed, image_titles(workspace, [image])[image.id]
        left = _differing(task)
        if chose and left:
            following, _ = left[min(st.session_state.get(_PLACE, 0), len(left) - 1)]
            if following.id in waiting_for(workspace, task, who):
                workspace.adjudicators.add(following.id, who=who)


def _undo_line(task: TaskRow) -> None:
    key = f"{_SETTLED}_{task.id}"
    settled: tuple[RevisionRow, str] | None = st.session_state.get(key)
    if settled is None:
        return
    agreed, title = settled
    with st.container(horizontal=True, vertical_alignment="center"):
        st.write(words.SETTLED.format(name=as_name(title)))
        st.button(
            words.SETTLED_UNDO, icon=":material/undo:", shortcut="u", on_click=_undo, args=(key, agreed)
        )


def _undo(key: str, agreed: RevisionRow) -> None:
    st.session_state.pop(key, None)
    with state.told_errors():
        undo(state.workspace(), agreed, who=state.person())


def _turn(place: int) -> None:
    st.session_state[_PLACE] = place
