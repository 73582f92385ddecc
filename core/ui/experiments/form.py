"""What an experiment is asked for: the question on the left, its few fields and the button on the right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePath

import streamlit as st

from core.experiments.requests.plan import (
    ARM_WORDS,
    CompareRequest,
    CrossValidateRequest,
    Request,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
)
from core.experiments.runs.start import start_experiment, work_of
from core.language import say
from core.ui import state
from core.ui import words as shared
from core.ui.experiments import words
from core.ui.experiments.data_source import Data, choose_data, is_sound
from core.ui.experiments.more_settings import recipe_fields, synthetic_recipe
from core.ui.times import duration
from core.ui.titles import version_title
from core.workflows.export.export_training import FEWEST_IMAGES
from core.workflows.learn.fine_tune_recipe import SCRATCH_IMAGES, epochs_to_show
from core.workspace import TaskRow, Workspace

EPOCHS = (10, 60)
"""Fewest and most that are suggested."""
COMPARABLE = [arm for arm in ARM_WORDS if arm != "unet_valid"]
"""The U-Net with valid convolutions takes no size that the others take; the command trains it by itself."""
TRY_IMAGES = 120
TRY_SIDE = 64
TRY_FOLDS = 3
TRY_EPOCHS = 20


@dataclass(frozen=True)
class Plan:
    """An experiment that could be started.

    Attributes:
        task_id: Task whose corrected images are used, None for a folder or none.
        title: What people read, "" for what the request says of itself.
    """

    request: Request
    task_id: int | None = None
    title: str = ""


def offer(workspace: Workspace, task: TaskRow) -> None:
    """The form; a click on its button starts the experiment."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        kind = st.radio(
            words.KIND_QUESTION,
            list(words.KIND_TITLES),
            format_func=words.KIND_TITLES.__getitem__,
            captions=list(words.KIND_QUESTIONS.values()),
            key="experiment_kind",
            persist_state="session",
        )
    with right:
        data = None if kind == "synthetic" else choose_data(workspace, task)
        plan = _synthetic() if kind == "synthetic" else _on_data(workspace, task, kind, data)
        if plan is not None:
            _tell_time(plan.request, data)
        pressed = st.button(
            words.START_EXPERIMENT, type="primary", icon=":material/play_arrow:", disabled=plan is None
        )
        if pressed and plan is not None and (data is None or not data.folder or is_sound(data)):
            start(workspace, plan)


def start(workspace: Workspace, plan: Plan) -> None:
    """Put it into the queue and look at it."""
    start_experiment(workspace, plan.request, who=state.person(), task_id=plan.task_id, title=plan.title)
    st.rerun()


def try_it(workspace: Workspace, task: TaskRow) -> None:
    """What experiments are for, and one that needs nothing, where there is none yet."""
    with st.container(border=True):
        said, action = st.columns([2, 1], vertical_alignment="center")
        said.markdown(words.EXPERIMENTS_FOR)
        said.caption(words.TRY_IT_HELP.format(images=TRY_IMAGES))
        # The one main button of the page while nothing else can be started.
        usual = workspace.truth.num_counting(task.id, "free") < FEWEST_IMAGES
        if action.button(
            words.TRY_IT, type="primary" if usual else "secondary", icon=":material/science:", width="stretch"
        ):
            start(workspace, Plan(trial_request()))


def trial_request() -> SyntheticRequest:
    """The synthetic check, small enough to be tried in about a minute."""
    return SyntheticRequest(
        num_images=TRY_IMAGES, side=TRY_SIDE, folds=TRY_FOLDS, recipe=synthetic_recipe(TRY_SIDE, TRY_EPOCHS)
    )


def _synthetic() -> Plan:
    columns = st.columns(3)
    images = columns[0].number_input(words.NUM_IMAGES, 10, 5000, TRY_IMAGES, step=10, key="synthetic_images")
    folds = columns[1].number_input(
        words.FOLDS, 2, 10, TRY_FOLDS, help=words.FOLDS_HELP, key="synthetic_folds"
    )
    epochs = columns[2].number_input(words.EPOCHS_OF_RUN, 1, 500, TRY_EPOCHS, key="synthetic_epochs")
    with st.expander(words.MORE_SETTINGS):
        side = st.selectbox(words.IMAGE_SIZE, [32, 64, 128, 256], index=1, key="synthetic_side", width=220)
        seed = st.number_input(
            words.SEED, 0, 2**31 - 1, 0, help=words.SEED_HELP, key="synthetic_seed", width=220
        )
    recipe = synthetic_recipe(side, int(epochs), int(seed))
    return Plan(SyntheticRequest(num_images=int(images), side=side, folds=int(folds), recipe=recipe))


def _on_data(workspace: Workspace, task: TaskRow, kind: str, data: Data | None) -> Plan | None:
    if kind == "threshold_sweep":
        return _sweep(workspace, task, data)
    request = _training(kind, data)
    if request is None or data is None:
        return None
    return Plan(replace(request, **data.said), None if data.folder else task.id)


def _training(kind: str, data: Data | None) -> Request | None:
    """The fields of an experiment that trains; they are there before there are images."""
    folder = "" if data is None else data.folder
    num_train = 200 if data is None else data.num_train
    fewest, most = EPOCHS
    suggested = min(most, max(fewest, epochs_to_show(SCRATCH_IMAGES, num_train)))
    if kind == "compare":
        arms = _arms(["unet", "fcn"], fewest=2)
    first, second = st.columns(2)
    if kind == "cross_validate":
        folds = first.number_input(words.FOLDS, 2, 20, 5, help=words.FOLDS_HELP, key="experiment_folds")
    if kind == "tune":
        trials = first.number_input(words.TRIALS, 2, 500, 10, help=words.TRIALS_HELP, key="experiment_trials")
    epochs = (first if kind == "compare" else second).number_input(
        words.EPOCHS_OF_RUN, 1, 1000, suggested, help=shared.EPOCHS_HELP, key=f"experiment_epochs_{suggested}"
    )
    with st.expander(words.MORE_SETTINGS):
        if kind == "cross_validate":
            arms = _arms(["unet"], fewest=1)
        if kind == "tune":
            minutes = st.number_input(
                words.MOST_MINUTES, 0, 10_000, 0, help=words.MOST_MINUTES_HELP, key="experiment_minutes"
            )
        recipe = recipe_fields(kind, int(epochs), num_train, None if data is None else data.classes)
    if kind == "tune":
        return TuneRequest(folder, trials=int(trials), timeout_minutes=float(minutes), recipe=recipe)
    if arms is None:
        return None
    if kind == "compare":
        return CompareRequest(folder, arms=arms, recipe=recipe)
    if data is not None and folds > data.num_train + data.num_scored:
        st.caption(words.FOLDS_TOO_MANY.format(count=data.num_train + data.num_scored))
        return None
    return CrossValidateRequest(folder, folds=int(folds), arms=arms, recipe=recipe)


def _arms(default: list[str], *, fewest: int) -> tuple[str, ...] | None:
    chosen = st.multiselect(
        words.ARMS,
        COMPARABLE,
        default=default,
        format_func=lambda arm: say(ARM_WORDS[arm]),
        key=f"experiment_arms_{fewest}",
        placeholder=words.ARMS_CHOOSE,
    )
    if len(chosen) < fewest:
        st.caption(words.ARMS_ONE_HELP if fewest > 1 else words.ARMS_NONE_HELP)
        return None
    return tuple(chosen)


def _sweep(workspace: Workspace, task: TaskRow, data: Data | None) -> Plan | None:
    versions = {version.id: version for version in workspace.versions.list(task.id)}
    if not versions:
        st.caption(words.SWEEP_NO_MODEL)
        return None
    ids = list(versions)
    chosen = st.selectbox(
        words.SWEEP_MODEL,
        ids,
        index=ids.index(task.current_version_id) if task.current_version_id in versions else 0,
        format_func={key: version_title(version) for key, version in versions.items()}.__getitem__,
        key=f"experiment_model_{task.id}",
    )
    st.caption(words.SWEEP_SEEN)
    if data is None:
        return None
    if data.classes is not None:
        st.caption(words.SWEEP_SEVERAL)
        return None
    if "val" not in data.splits:
        st.caption(words.SWEEP_NEEDS_VAL)
        return None
    version = versions[chosen]
    request = ThresholdRequest(data.folder, str(workspace.versions.open(version)), **data.said)
    # Versions lie in folders with names that nobody knows.
    on = PurePath(data.folder).name or task.title
    title = words.SWEEP_TITLE.format(model=version.title, data=on)
    return Plan(request, None if data.folder else task.id, title)


def _tell_time(request: Request, data: Data | None) -> None:
    work = work_of(request, 0 if data is None else data.num_train, 0 if data is None else data.num_scored)
    text = words.ABOUT_RUNS if work.runs > 1 else shared.ABOUT
    st.write(text.format(time=duration(work.seconds), runs=work.runs))
