"""An experiment as a background job: what the page hands to the queue, and how long it will take.

Nothing heavy is imported here; the worker's side is `core.experiments.runs.job`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from core.experiments.requests.command_line import command_of
from core.experiments.requests.naming import title_of
from core.experiments.requests.plan import (
    CompareRequest,
    CrossValidateRequest,
    Recipe,
    Request,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
    kind_of,
    request_to_json,
)
from core.jobs import queue
from core.workflows.export.export_names import safe_stem
from core.workflows.learn.pace import START_SECONDS
from core.workspace import JobRow, Workspace

JOB_KIND = "experiment"
FOLDER = "experiments"
"""Below the workspace: one folder for each experiment."""
DATA_FOLDER = "experiment_data"
"""Below the workspace: corrected images as they were when an experiment was started on them."""

_SECONDS_PER_IMAGE = 0.05
"""One training image of the usual network in batches of 8 and more, on two cores."""
_SCORING_PART = 0.35
"""Predicting an image against training on it."""
_RUN_SECONDS = 6.0
"""Of each run, whatever its size: compiling, scoring, writing."""
_PRUNED_PART = 0.6
"""Of a search's epochs, those that are trained in spite of pruning."""


@dataclass(frozen=True)
class Work:
    """What an experiment has to do: how many networks are trained, and for about how many seconds."""

    runs: int
    seconds: float


def experiments_root(workspace: Workspace) -> Path:
    """Where the experiments of a workspace lie."""
    return workspace.folder(FOLDER)


def experiment_folder(workspace: Workspace, job: JobRow) -> Path:
    """Where a job's experiment lies, or will lie once it has begun."""
    return workspace.folder(str(job.settings["folder"]))


def job_of_folder(workspace: Workspace, folder: Path) -> JobRow | None:
    """The job that made an experiment, None for one that was put there by other means."""
    jobs = workspace.jobs.list(kinds=(JOB_KIND,))
    return next((job for job in jobs if experiment_folder(workspace, job) == folder), None)


def start_experiment(
    workspace: Workspace, request: Request, *, who: str, task_id: int | None = None, title: str = ""
) -> JobRow:
    """Put an experiment into the queue; returns at once.

    Args:
        request: What is asked for; where a task is given, `data_dir` is filled in by the worker.
        task_id: The task whose corrected images are the data, None where the request names a folder or needs
            none.
        title: What people read; "" for that of the request, which names data and models by their folders.
    """
    name = f"{kind_of(request).replace('_', '-')}-{datetime.now():%Y%m%d-%H%M%S-%f}"
    copied = ""
    if task_id is not None and not isinstance(request, SyntheticRequest):
        # Named as the task, since titles name the data by its folder.
        copied = f"{DATA_FOLDER}/{name}/{safe_stem(workspace.tasks.get_by_id(task_id).title)}"
        request = replace(request, data_dir=str(workspace.folder(copied)))
    if not request.command:
        request = replace(request, command=command_of(request))
    settings = {
        **request_to_json(request),
        "folder": f"{FOLDER}/{name}",
        "copy_corrected_to": copied,
        "title": title or title_of(request),
    }
    return queue.submit(workspace, JOB_KIND, task_id, settings, who=who)


def work_of(request: Request, num_train: int, num_scored: int) -> Work:
    """What an experiment has to do here, roughly; images to train on before any are set aside."""
    match request:
        case CompareRequest(arms=arms, recipe=each):
            return _training(len(arms), num_train, num_scored, each)
        case CrossValidateRequest(arms=arms, folds=folds, recipe=each):
            everything = num_train + num_scored
            return _training(len(arms) * folds, everything * (folds - 1) / folds, everything / folds, each)
        case SyntheticRequest(num_images=images, folds=folds, recipe=each):
            return _training(folds, images * (folds - 1) / folds, images / folds, each)
        case TuneRequest(trials=trials, recipe=each, timeout_minutes=minutes):
            work = _training(trials, num_train * _PRUNED_PART, num_scored * _PRUNED_PART, each)
            return Work(trials, min(work.seconds, minutes * 60) if minutes else work.seconds)
        case ThresholdRequest():
            each_image = _SECONDS_PER_IMAGE * _SCORING_PART
            return Work(0, START_SECONDS + num_scored * each_image)


def _training(runs: int, num_train: float, num_scored: float, recipe: Recipe) -> Work:
    settings, net = recipe.settings, recipe.net
    # Narrow networks spend most of their time on moving pictures about, so less than the square.
    height, width = settings.image_size
    of_size = height * width / 256**2 * (net.base_filters / 16) ** 1.5
    each_image = _SECONDS_PER_IMAGE * of_size
    an_epoch = each_image * (num_train + _SCORING_PART * num_scored)
    seconds = START_SECONDS + runs * (_RUN_SECONDS + settings.epochs * an_epoch)
    return Work(runs, seconds)
