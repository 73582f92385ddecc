"""Predict every image of a task with the version in use, and guess how good each mask is.

A job that may be stopped and goes on where it was: an image that has a guess of that version is done. The
prediction stays in the cache, so that opening the image later costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.errors import AppError, JobError
from core.imaging.masks import threshold_mask
from core.jobs import queue
from core.jobs.chosen_engine import chosen_engine
from core.jobs.engine import Engine
from core.jobs.kinds import JobContext
from core.language.sentence import Sentence
from core.registry.predictions import card_of
from core.registry.predictors import Predictors
from core.registry.trained_on import images_learnt
from core.review.quality import Calibration, calibrate, soft_dice, unsure_outline
from core.workflows.correct.pictures import proposal
from core.workflows.review.corrective import prediction_dice, whole_truths
from core.workspace import GuessRow, ImageRow, JobRow, VersionRow, Workspace
from core.workspace.classes import reading_key
from core.workspace.tables import utc_now

KIND = "predict_all"
_AT_ONCE = 16
"""Images of a piece of work: guesses kept in one transaction, what a killed worker has to do again."""
_REWRITTEN_AT_ONCE = 1000
_MOST_KNOWN = 200
"""Truths that an interval rests on at the most; more would not make it sharper."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Predicting:
    """What all pieces of the work share, also on other machines."""

    context: JobContext
    predictors: Predictors
    version: VersionRow
    calibration: Calibration


def num_to_predict(workspace: Workspace, task_id: int) -> int | None:
    """Images of a task without a guess of the version in use; None where there is no version."""
    version = workspace.versions.current(task_id)
    return None if version is None else workspace.quality.num_missing(task_id, version.id)


def start_predict_all(workspace: Workspace, task_id: int, *, who: str) -> JobRow:
    """Predict in the background; returns at once. One that runs or waits already is not doubled.

    Raises:
        JobError: The task has no model yet.
    """
    _in_use(workspace, task_id)
    return queue.submit(workspace, KIND, task_id, {}, who=who, once=True)


def run_job(context: JobContext) -> dict[str, Any]:
    """The worker's part: "predicted" and "failed" images, and "known" truths that the guesses rest on."""
    with chosen_engine() as engine:
        return predict_all(context, Predictors(), engine)


def predict_all(context: JobContext, predictors: Predictors, engine: Engine | None = None) -> dict[str, Any]:
    """The same with loaded models, in this process or on a cluster.

    Raises:
        JobError: The task has no model any more.
        BadModelError: The model is missing or broken.
    """
    workspace, task_id = context.workspace, context.job.task_id or 0
    version = _in_use(workspace, task_id)
    predictors.get(workspace.versions.open(version))
    waiting = workspace.quality.missing(task_id, version.id)
    calibration = known_calibration(workspace, task_id, version, predictors)
    predicting = _Predicting(context, predictors, version, calibration)
    predicted = tried = 0
    for _, (guesses, number) in (engine or Engine()).run(
        _predict_some,
        (waiting[start : start + _AT_ONCE] for start in range(0, len(waiting), _AT_ONCE)),
        shared=predicting,
        should_stop=context.should_stop,
    ):
        workspace.quality.put(guesses)
        predicted, tried = predicted + len(guesses), tried + number
        context.report(
            message=Sentence(
                "Predicting: {done} of {num_waiting} images", done=tried, num_waiting=len(waiting)
            ),
            epoch=tried,
            num_epochs=len(waiting),
        )
    known = recalibrate(workspace, task_id, version, predictors).num_known
    return {"predicted": predicted, "failed": tried - predicted, "known": known}


def _in_use(workspace: Workspace, task_id: int) -> VersionRow:
    version = workspace.versions.current(task_id)
    if version is None:
        raise JobError("This task has no model yet, so nothing can be predicted; fine-tune one first.")
    return version


def _predict_some(predicting: _Predicting, image_ids: Sequence[int]) -> tuple[list[GuessRow], int]:
    """The guesses of some images, and how many were tried: the rest was stopped."""
    made, tried = [], 0
    for image_id in image_ids:
        if predicting.context.should_stop():
            break
        tried += 1
        try:
            made.append(_guess(predicting, image_id))
        except AppError as error:
            # Deleted meanwhile, or a file that cannot be read: the others go on.
            logger.warning("image %d: not predicted (%s)", image_id, error)
    return made, tried


def recalibrate(
    workspace: Workspace, task_id: int, version: VersionRow, predictors: Predictors
) -> Calibration:
    """Make the guesses of a version anew from its scores and the truths known by now; predicts nothing.

    An image that has a truth keeps its guess as it was, so that the guess can be held against it.
    """
    calibration = known_calibration(workspace, task_id, version, predictors)
    with_truth = workspace.truth.of_task(task_id)
    changed = []
    for each in workspace.quality.of_version(version.id).values():
        guess, low, high = calibration.guess(each.score)
        if each.image_id not in with_truth and (guess, low, high) != (each.guess, each.low, each.high):
            changed.append(replace(each, guess=guess, low=low, high=high, made_at=utc_now()))
    for start in range(0, len(changed), _REWRITTEN_AT_ONCE):
        workspace.quality.put(changed[start : start + _REWRITTEN_AT_ONCE])
    return calibration


def known_calibration(
    workspace: Workspace, task_id: int, version: VersionRow, predictors: Predictors
) -> Calibration:
    """What the truths of a task say about a version's scores: those that it was not trained on.

    One image of each group, the first that was saved, so that a volume of a hundred slices counts once; of
    many groups the last `_MOST_KNOWN`.
    """
    scores = workspace.quality.of_version(version.id)
    learnt = images_learnt(workspace, version)
    truths = whole_truths(workspace, task_id)
    first_of_group: dict[int, ImageRow] = {}
    for image in workspace.images.list(task_id, "corrected"):
        if image.id in truths and image.id in scores and image.id not in learnt:
            known = first_of_group.setdefault(image.group_id, image)
            if truths[image.id].id < truths[known.id].id:
                first_of_group[image.group_id] = image
    chosen = sorted(first_of_group.values(), key=lambda image: truths[image.id].id)[-_MOST_KNOWN:]
    reading = reading_key(workspace.tasks.get_by_id(task_id).all_classes)
    dices = [
        prediction_dice(workspace, image, version, truths[image.id], predictors, reading=reading)
        for image in chosen
    ]
    return calibrate([scores[image.id].score for image in chosen], dices)


def _guess(predicting: _Predicting, image_id: int) -> GuessRow:
    workspace, version = predicting.context.workspace, predicting.version
    predicted = proposal(workspace, workspace.images.get(image_id), version, predicting.predictors)
    threshold = card_of(workspace, version).threshold
    score = soft_dice(predicted, threshold)
    guess, low, high = predicting.calibration.guess(score)
    return GuessRow(
        image_id=image_id,
        version_id=version.id,
        score=score,
        unsure=unsure_outline(predicted, threshold),
        guess=guess,
        low=low,
        high=high,
        made_at=utc_now(),
        foreground=float(threshold_mask(predicted.confidence, threshold).mean()),
    )
