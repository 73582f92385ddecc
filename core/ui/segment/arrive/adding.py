"""Images come in: the uploader, existing masks, and the samples as pictures to click."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from core.config import SAMPLES_DIR, Limits
from core.imaging.decode import decode_image
from core.imaging.intensity import to_display
from core.imaging.masks import encode_jpeg
from core.imaging.overlay import thumbnail
from core.language.sentence import said
from core.ui import state
from core.ui import words as shared
from core.ui.pictures import Picture, pictures
from core.ui.segment import words
from core.ui.segment.arrive.folder import folder_box
from core.ui.segment.arrive.image_question import channel_name
from core.ui.segment.arrive.questions import ask_use
from core.ui.segment.arrive.reading_question import option_name
from core.ui.segment.arrive.understanding import add_files, look_first
from core.ui.segment.navigation import go_to
from core.ui.text import as_text, shortened
from core.workflows.add_images import add_images
from core.workflows.arrive.arrival import FileOutcome
from core.workflows.arrive.kept_answers import keep_channel, keep_units, kept_answers
from core.workflows.arrive.mask_meaning import keep_meaning
from core.workflows.arrive.upload_survey import Upload
from core.workspace import TaskRow, Workspace

_MAX_LISTED = 12
_SAMPLE_SIDE = 192


def first_images(task: TaskRow) -> int | None:
    """The page of an empty task: what this is, the uploader, the samples; the id of a sample that came in."""
    st.subheader(words.WHAT_THIS_IS)
    st.caption(words.THE_LOOP)
    uploader(task)
    names = _sample_names(task)
    if not names:
        st.caption(words.NO_SAMPLES)
        return None
    st.markdown(f"**{words.SAMPLES_INTRO}**")
    clicked = pictures(
        [Picture(id=name, jpeg=_sample_thumbnail(_sample_path(task, name)), caption=name) for name in names],
        key=f"samples_{task.slug}",
        label=words.SAMPLES,
        layout="grid",
    )
    return (_add_sample(task, clicked) if clicked else None) or sample_box(task)


def more_images(task: TaskRow) -> int | None:
    """The uploader and the samples in a popover over the page; the id of a sample that came in."""
    # Of another key, and so closed, once an upload is done.
    key = f"more_images_{state.page_state().uploads}"
    with st.popover(words.MORE_IMAGES, icon=":material/add_photo_alternate:", key=key):
        uploader(task)
        return sample_box(task)


def sample_box(task: TaskRow) -> int | None:
    """The samples by name, for the keyboard; the id of the image that came in."""
    names = _sample_names(task)
    key = f"sample_{task.slug}_{state.page_state().uploads}"
    chosen = st.selectbox(
        words.SAMPLES,
        names,
        index=None,
        key=key,
        placeholder=words.SAMPLES_CHOOSE if names else words.NO_SAMPLES,
        disabled=not names,
        width=320,
    )
    if not chosen:
        return None
    state.page_state().uploads += 1
    return _add_sample(task, chosen)


def _open_first(outcomes: Sequence[FileOutcome]) -> None:
    """Tell what became of the files and open the first image, of a new stack its first slice."""
    _tell_outcomes(outcomes)
    first = next((each for each in outcomes if each.image_id is not None), None)
    if first is None or first.image_id is None:
        return
    images = state.workspace().images
    stack = images.of_stack(images.get(first.image_id)) if first.status == "added" else ()
    go_to(stack[0].id if stack else first.image_id)


def _kept_answers(task: TaskRow) -> None:
    """What was said of files of the task that do not tell it themselves, and the way to be asked again."""
    workspace = state.workspace()
    kept = kept_answers(workspace, task.id)
    answers: list[tuple[str, Callable[[Workspace, int, None], None]]] = []
    if kept.masks is not None:
        values = ", ".join(map(str, kept.masks.asked))
        answer = option_name(kept.masks.meaning)
        answers.append((words.KEPT_ANSWER.format(values=values, answer=answer), keep_meaning))
    if kept.channel is not None:
        answer = channel_name(kept.channel.channel, [""] * kept.channel.num_channels)
        channels = kept.channel.num_channels
        answers.append((words.KEPT_CHANNEL.format(channels=channels, answer=answer), keep_channel))
    if kept.units is not None:
        answers.append((words.KEPT_UNITS.format(answer=shared.UNITS[kept.units]), keep_units))
    for sentence, forget in answers:
        st.caption(sentence)
        key = f"ask_again_{forget.__name__}"
        st.button(words.KEPT_FORGET, key=key, on_click=forget, args=(workspace, task.id, None))


def uploader(task: TaskRow) -> None:
    """Take files in as soon as they are there; the page then begins anew, with what became of them."""
    round_ = state.page_state().uploads
    images = st.file_uploader(
        words.UPLOAD,
        accept_multiple_files=True,
        key=f"upload_{round_}",
    )
    st.caption(words.UPLOAD_HELP.format(megabytes=Limits.from_environment().max_file_bytes // 1_000_000))
    with st.expander(words.MASKS):
        use = ask_use("mask_use")
        masks = st.file_uploader(
            words.MASKS, accept_multiple_files=True, key=f"masks_{round_}", help=words.MASKS_HELP
        )
        attach = bool(masks) and not images and st.button(words.ATTACH_MASKS)
        _kept_answers(task)
    folder_box(task)
    if not images and not attach:
        return
    files, given_masks = ([(file.name, file.getvalue()) for file in given] for given in (images, masks))
    token = (task.id, *(file.file_id for file in (*images, *masks)))
    if look_first(task, files, given_masks, use, _open_first, token=token):
        return
    bar = st.container()
    # A press ends this run between two files, and what holds the files is gone in the next.
    st.button(words.STOP_ADDING, icon=":material/stop:", on_click=_stop_adding)
    with bar:
        outcomes = add_files(task, files, given_masks, use, {})
    state.page_state().uploads += 1
    _open_first(outcomes)
    st.rerun()


def _stop_adding() -> None:
    state.page_state().uploads += 1
    state.tell("info", words.ADDING_STOPPED)


def _add_sample(task: TaskRow, name: str) -> int | None:
    path = _sample_path(task, name)
    mask = path.parent.parent / "masks" / path.name
    masks: list[Upload] = [(mask.name, mask.read_bytes())] if mask.exists() else []
    outcomes = add_images(state.workspace(), task.id, [(path.name, path.read_bytes())], masks=masks)
    return outcomes[0].image_id


def _tell_outcomes(outcomes: Sequence[FileOutcome]) -> None:
    """One message for what went well, one for each kind of thing to know."""
    added = sum(each.status == "added" for each in outcomes)
    masks = sum(each.status == "mask added" for each in outcomes)
    known = sum(each.status == "already there" for each in outcomes)
    counted = [(added, words.ADDED), (masks, words.MASKS_ADDED), (known, words.ALREADY_THERE)]
    said = " ".join(text.format(count=count) for count, text in counted if count)
    if said:
        state.tell("toast", said)
    notes = [_shown(each, note) for each in outcomes for note in each.notes]
    notes += _alike([each for each in outcomes if each.message and each.status in ("added", "left out")])
    if notes:
        state.tell("info", _listed(words.NOTES, list(dict.fromkeys(notes))))
    refused = [_shown(each, each.message) for each in outcomes if each.status == "refused"]
    if refused:
        state.tell("error", _listed(words.REFUSED.format(count=len(refused)), refused))


def _alike(outcomes: Sequence[FileOutcome]) -> list[str]:
    """A line for each reason, with the first file that it is about and the number of the others."""
    of_reason: dict[str, list[FileOutcome]] = {}
    for each in outcomes:
        of_reason.setdefault(each.message.replace(each.name, ""), []).append(each)
    lines = []
    for first, *others in of_reason.values():
        line = _shown(first, first.message)
        lines.append(words.AND_ALIKE.format(line=line, count=len(others)) if others else line)
    return lines


def _shown(outcome: FileOutcome, sentence: str) -> str:
    return str(said(sentence)).replace(outcome.name, shortened(outcome.name))


def _listed(heading: str, lines: Sequence[str]) -> str:
    shown = [f"- {as_text(line)}" for line in lines[:_MAX_LISTED]]
    if len(lines) > _MAX_LISTED:
        shown.append(f"- {words.AND_MORE.format(count=len(lines) - _MAX_LISTED)}")
    return "\n".join([heading, "", *shown])


def _sample_names(task: TaskRow) -> list[str]:
    folder = SAMPLES_DIR / (task.base_model or "") / "images"
    return sorted(path.name for path in folder.glob("*.png")) if task.base_model else []


def _sample_path(task: TaskRow, name: str) -> Path:
    return SAMPLES_DIR / str(task.base_model) / "images" / name


@st.cache_data(show_spinner=False)
def _sample_thumbnail(path: Path) -> bytes:
    display = to_display(decode_image(path.read_bytes(), path.name))
    return encode_jpeg(thumbnail(display, _SAMPLE_SIDE))
