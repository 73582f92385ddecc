"""Corrected masks -> a candidate: plan it, start it as a job, and do it in the worker.

Trains on the newest mask of every corrected image that is not locked, writes the candidate with its card,
compares it with the version in use on the locked images, and does what the rule says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.cards import ModelCard
from core.errors import JobError
from core.imaging.decode import decode_image
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.registry.predictors import Predictors
from core.registry.settle import settle
from core.workflows.correct import pictures
from core.workflows.learn import fine_tune_recipe as recipe
from core.workflows.learn.candidate import Lesson, write_candidate
from core.workflows.learn.job_reporter import JobReporter
from core.workspace import ImageRow, JobRow, RevisionRow, VersionRow, Workspace, is_trainable

_SPEED = "fine_tune_seconds_per_image"


@dataclass(frozen=True)
class FineTunePlan:
    """What a run would do.

    Attributes:
        task_id: The task.
        base_version_id: Version to start from, None for from scratch.
        epochs: Times that each image is seen.
        num_corrected: Images that a person saved.
        num_train: Those that are trained on.
        num_validation: Those that the best epoch is chosen on; 0 for small sets.
        num_locked: Those that are kept for comparison.
        seconds: About how long it takes.
        seed: Of order and random changes.
    """

    task_id: int
    base_version_id: int | None
    epochs: int
    num_corrected: int
    num_train: int
    num_validation: int
    num_locked: int
    seconds: float
    seed: int = 0


def plan_fine_tune(
    workspace: Workspace,
    task_id: int,
    *,
    base_version_id: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
) -> FineTunePlan:
    """What a run would do now; starts nothing.

    Args:
        workspace: The store.
        task_id: The task.
        base_version_id: Version to start from, None for from scratch.
        epochs: Times that each image is seen, None for as many as are usually enough.
        seed: Of order and random changes.
    """
    corrected = workspace.images.list(task_id, "corrected")
    trainable = [image for image in corrected if is_trainable(image)]
    validation = recipe.num_validation(len(trainable))
    num_train = len(trainable) - validation
    card = _base_card(workspace, base_version_id, trainable)
    if epochs is None:
        epochs = recipe.default_epochs(num_train, from_scratch=base_version_id is None)
    seconds = recipe.estimated_seconds(card, num_train, epochs, workspace.settings.get(_SPEED))
    return FineTunePlan(
        task_id=task_id,
        base_version_id=base_version_id,
        epochs=epochs,
        num_corrected=len(corrected),
        num_train=num_train,
        num_validation=validation,
        num_locked=len(corrected) - len(trainable),
        seconds=seconds,
        seed=seed,
    )


def start_fine_tune(workspace: Workspace, plan: FineTunePlan, *, who: str) -> JobRow:
    """Put the run into the queue; returns at once.

    Raises:
        JobError: There is nothing to train on, or no epoch.
    """
    if plan.num_train < 1:
        raise JobError(
            "There is no corrected image to train on yet; correct and save at least one more image first."
        )
    if plan.epochs < 1:
        raise JobError(f"{plan.epochs} epochs train nothing; choose at least 1.")
    settings = {"base_version_id": plan.base_version_id, "epochs": plan.epochs, "seed": plan.seed}
    return queue.submit(workspace, "fine_tune", plan.task_id, settings, who=who)


def run_job(context: JobContext) -> dict[str, Any]:
    """Do the run in this process; called by the worker.

    Returns:
        "version_id" of the candidate (None where it was stopped before the first step), "decision",
        "mean_old", "mean_new", "num_worse" and "revision_ids" of the masks that were learnt from.

    Raises:
        JobError: There is nothing to train on any more.
        DivergedError: The loss stopped being finite.
    """
    workspace, settings = context.workspace, context.job.settings
    task_id = context.job.task_id
    if task_id is None:
        raise JobError("A fine-tuning run needs a task.")
    context.report({"message": "Reading images"})
    base = _base(workspace, settings["base_version_id"])
    revisions = workspace.masks.latest_of_task(task_id)
    corrected = workspace.images.list(task_id, "corrected")
    images = [image for image in corrected if is_trainable(image) and image.id in revisions]
    if not images:
        raise JobError("There is no corrected image to train on; correct and save one more image first.")
    card = _base_card(workspace, settings["base_version_id"], images)
    lesson = _lesson(context, card, base, images, revisions)
    if context.should_stop():
        return {"version_id": None}
    trained = _train(context, lesson)
    context.report({"message": "Comparing on the locked images"})
    candidate = write_candidate(workspace, context.job, lesson, trained)
    comparison, decision = settle(workspace, candidate, Predictors())
    return {
        "version_id": candidate.id,
        "decision": decision,
        "mean_old": comparison.mean_old,
        "mean_new": comparison.mean_new,
        "num_worse": comparison.num_worse,
        "revision_ids": lesson.revision_ids,
    }


def _lesson(
    context: JobContext,
    card: ModelCard,
    base: VersionRow | None,
    images: list[ImageRow],
    revisions: dict[int, RevisionRow],
) -> Lesson:
    """What is learnt from, split into training and validation."""
    seed = int(context.job.settings["seed"])
    order = np.random.default_rng(seed).permutation(len(images)).tolist()
    validation = set(order[: recipe.num_validation(len(images))])
    epochs = int(context.job.settings["epochs"])
    return Lesson(
        base=base,
        card=card,
        train=tuple(image for place, image in enumerate(images) if place not in validation),
        validation=tuple(image for place, image in enumerate(images) if place in validation),
        revisions=revisions,
        settings=(
            recipe.scratch_settings(epochs, seed)
            if base is None
            else recipe.fine_tune_settings(card, epochs, seed)
        ),
        augment=recipe.augmentation(None if base is None else card),
    )


def _train(context: JobContext, lesson: Lesson) -> Any:
    """The trained network; Keras is imported here, in the worker alone."""
    from core.training.examples import Example, ExampleArrays, prepare_examples
    from core.training.fit import train
    from core.training.quiet_start import start_keras

    workspace = context.workspace

    def prepare(images: tuple[ImageRow, ...]) -> ExampleArrays:
        return prepare_examples(
            (Example(pictures.decode(workspace, image), _mask(workspace, lesson, image)) for image in images),
            image_size=lesson.settings.image_size,
            channels=lesson.card.net.input_channels,
            scaling=lesson.card.scaling,
            remove_hair=lesson.card.remove_hair,
        )

    start_keras()
    trained = train(
        prepare(lesson.train),
        prepare(lesson.validation) if lesson.validation else None,
        net=lesson.card.net,
        settings=lesson.settings,
        augment=lesson.augment,
        start_from=None if lesson.base is None else workspace.root / lesson.base.folder / "model.keras",
        on_progress=JobReporter(context, _epoch_line),
        should_stop=context.should_stop,
    )
    _remember_speed(workspace, lesson, trained)
    return trained


def _remember_speed(workspace: Workspace, lesson: Lesson, trained: Any) -> None:
    """How long an image takes here, for the next estimate; the first epoch, which compiles, is left out."""
    history = trained.history
    if len(history) > 1:
        an_epoch = (history[-1].seconds - history[0].seconds) / (len(history) - 1)
        workspace.settings.set(_SPEED, an_epoch / len(lesson.train) / recipe.work_of(lesson.card))


def _epoch_line(report: Any) -> str:
    return f"epoch {report.epoch}/{report.num_epochs}: loss {report.loss:.4f}, Dice {report.dice:.4f}"


def _mask(workspace: Workspace, lesson: Lesson, image: ImageRow) -> Any:
    content = workspace.masks.read_mask_png(lesson.revisions[image.id])
    return decode_image(content, f"mask of {image.name}").values


def _base(workspace: Workspace, version_id: int | None) -> VersionRow | None:
    return None if version_id is None else workspace.versions.get(version_id)


def _base_card(workspace: Workspace, version_id: int | None, images: list[ImageRow]) -> ModelCard:
    base = _base(workspace, version_id)
    return recipe.scratch_card("scratch", images) if base is None else pictures.card_of(workspace, base)
