"""Which images an experiment is about: the task's corrected ones, or a folder on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import streamlit as st

from core.commands.shared_flags import channel_number
from core.datasets.checks import examine_dataset
from core.datasets.layout import find_splits, images_dir, masks_dir
from core.datasets.pairs import list_images
from core.errors import AppError, BadDatasetError
from core.experiments.requests.plan import OnData
from core.imaging.class_table import ClassTable, class_table
from core.ui import words as shared
from core.ui.errors import shown_errors
from core.ui.experiments import words
from core.ui.text import as_name, as_text
from core.ui.titles import task_title
from core.workflows.export.class_names import training_table
from core.workflows.export.export_training import FEWEST_IMAGES, VAL_PART
from core.workspace import TaskRow, Workspace

_TASK, _FOLDER = "task", "folder"
_MOST_CHANNELS = 8


@dataclass(frozen=True)
class Data:
    """The images that were chosen.

    Attributes:
        folder: In the training layout, "" for the task's corrected images.
        num_train: Images to train on.
        num_scored: Images of validation; those that would be set aside where there is no such folder.
        splits: Folders that are there.
        classes: Of the masks, None for one foreground.
        said: How files are read that do not tell it themselves, as fields of `OnData`.
    """

    folder: str
    num_train: int
    num_scored: int
    splits: tuple[str, ...] = ("train", "val")
    classes: ClassTable | None = None
    said: Mapping[str, Any] = field(default_factory=dict)


def choose_data(workspace: Workspace, task: TaskRow) -> Data | None:
    """The chosen images, None while there are none that could be used; the page says why."""
    count = workspace.truth.num_counting(task.id, "free")
    names = {_TASK: words.DATA_TASK.format(count=count), _FOLDER: words.DATA_FOLDER}
    source = st.segmented_control(
        words.DATA,
        list(names),
        format_func=names.__getitem__,
        default=_TASK if count >= FEWEST_IMAGES else _FOLDER,
        key=f"experiment_data_{task.id}",
        required=True,
    )
    return _folder() if source == _FOLDER else _corrected(workspace, task, count)


def _corrected(workspace: Workspace, task: TaskRow, count: int) -> Data | None:
    if count < FEWEST_IMAGES:
        told = words.DATA_TASK_TOO_FEW.format(
            fewest=FEWEST_IMAGES, task=as_name(task_title(task)), count=count
        )
        st.caption(told)
        return None
    scored = max(1, round(VAL_PART * count))
    st.caption(words.DATA_TASK_HELP.format(train=count - scored, val=scored))
    return Data("", count - scored, scored, classes=training_table(workspace, task.id))


def _folder() -> Data | None:
    typed = st.text_input(
        words.DATA_PATH, key="experiment_folder", placeholder=words.DATA_PATH_EXAMPLE, persist_state="session"
    )
    typed = typed.strip().strip("'\"")
    if not typed:
        st.caption(words.DATA_PATH_HELP)
        return None
    folder = Path(typed).expanduser().absolute()
    problem = folder_problem(folder)
    if problem is not None:
        st.error(as_text(problem))
        return None
    data = _counted(folder)
    text = words.DATA_FOLDER_COUNTS if "val" in data.splits else words.DATA_FOLDER_COUNTS_NO_VAL
    st.caption(text.format(train=data.num_train, val=data.num_scored))
    named = st.text_input(
        words.DATA_CLASSES,
        key="experiment_classes",
        placeholder=words.DATA_CLASSES_EXAMPLE,
        help=words.DATA_CLASSES_HELP,
        persist_state="session",
    )
    names = [name.strip() for name in named.split(",") if name.strip()]
    with shown_errors():
        return replace(data, classes=class_table(names) if names else None, said=_said())
    return None


def _said() -> dict[str, Any]:
    """What a person says of files that could be read in several ways, in the words of the commands' flags."""
    with st.expander(shared.NOT_TOLD):
        st.caption(words.NOT_TOLD_HELP)
        first, second, third = st.columns(3, vertical_alignment="bottom")
        values = first.text_input(
            words.SAY_MASK_VALUES,
            key="experiment_mask_values",
            placeholder=words.SAY_MASK_VALUES_EXAMPLE,
            persist_state="session",
        )
        channel = second.selectbox(
            words.SAY_CHANNEL,
            ["", *map(str, range(1, 1 + _MOST_CHANNELS)), "all"],
            format_func=lambda each: each or words.NOT_SAID,
            key="experiment_channel",
            persist_state="session",
        )
        units = third.selectbox(
            words.SAY_UNITS,
            ["", *shared.UNITS],
            format_func=lambda each: shared.UNITS[each] if each else words.NOT_SAID,
            key="experiment_units",
            persist_state="session",
        )
    number = channel_number(channel) if channel else None
    return {"mask_values": tuple(values.split()), "read_channel": number, "units": units or None}


def folder_problem(folder: Path) -> str | None:
    """What is wrong with a folder as far as its names tell, in one sentence; None for nothing."""
    try:
        if not folder.is_dir():
            return words.DATA_FOLDER_MISSING.format(path=folder)
        for split in ("train", *(name for name in find_splits(folder) if name != "train")):
            if not images_dir(folder, split).is_dir() or not masks_dir(folder, split).is_dir():
                return words.DATA_FOLDER_NO_TRAIN.format(path=folder, split=split)
            if not list_images(images_dir(folder, split)):
                return words.DATA_FOLDER_EMPTY.format(path=folder, split=split)
    except OSError as error:
        return words.DATA_FOLDER_UNREADABLE.format(path=folder, reason=error.strerror or error)
    return None


def is_sound(data: Data) -> bool:
    """Whether every image and mask of a folder can be used; the page shows why not."""
    bar = st.progress(0.0)

    def show_progress(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), words.DATA_CHECKING.format(done=done, total=total))

    try:
        asked = OnData(data.folder, **data.said)
        examine_dataset(
            Path(data.folder),
            on_progress=show_progress,
            classes=data.classes,
            values=asked.values,
            reading=asked.reading,
        )
    except BadDatasetError as error:
        first, *more = error.problems
        said = [words.DATA_FOLDER_BAD.format(path=data.folder, problem=first)]
        if more:
            said.append(words.DATA_FOLDER_MORE.format(count=len(more)))
        st.error(as_text(" ".join(said)))
        return False
    except AppError as error:
        st.error(as_text(str(error)))
        return False
    finally:
        bar.empty()
    return True


def _counted(folder: Path) -> Data:
    splits = find_splits(folder)
    num_train = len(list_images(images_dir(folder, "train")))
    if "val" in splits:
        return Data(str(folder), num_train, len(list_images(images_dir(folder, "val"))), splits)
    scored = round(num_train * VAL_PART)
    return Data(str(folder), num_train - scored, scored, splits)
