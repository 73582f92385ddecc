"""Labels that people gave -> a better classifier: plan it, start it as a job, and do it in the worker.

Trains on every colour image with a label and a mask of a person that is not locked, writes the candidate with
its card, compares it with the version in use on the locked images, and does what the rule says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from core.classifier_cards import ClassifierCard
from core.errors import JobError
from core.imaging.decode import decode_image
from core.jobs import queue
from core.jobs.kinds import JobContext
from core.registry.classifiers import Classifiers
from core.registry.settle import settle_labels
from core.workflows.correct import pictures
from core.workflows.correct.classify_image import classifier_card, classifier_of
from core.workflows.learn import fine_tune_labels_recipe as recipe
from core.workflows.learn.fine_tune_recipe import num_validation
from core.workflows.learn.job_reporter import JobReporter
from core.workflows.learn.label_candidate import LabelLesson, write_label_candidate
from core.workspace import ImageRow, JobRow, LabelRow, Workspace, is_trainable

KIND = "fine_tune_classifier"
_SPEED = "fine_tune_labels_seconds_per_image"


@dataclass(frozen=True)
class LabelPlan:
    """What a run would do.

    Attributes:
        task_id: The task.
        base_version_id: Version to start from, None for from scratch.
        epochs: Times that each image is seen.
        num_labelled: Images with a label that the classifier knows.
        num_waiting: Those of them without a mask of a person, which count once they have one.
        num_train: Those that are trained on.
        num_validation: Those that the best epoch is chosen on; 0 for small sets.
        num_locked: Those that are kept for comparison.
        missing: Labels, as people read them, without an image to train on.
        seconds: About how long it takes.
        seed: Of order and random changes.
    """

    task_id: int
    base_version_id: int | None
    epochs: int
    num_labelled: int
    num_waiting: int
    num_train: int
    num_validation: int
    num_locked: int
    missing: tuple[str, ...]
    seconds: float
    seed: int = 0


def plan_fine_tune_labels(
    workspace: Workspace,
    task_id: int,
    *,
    base_version_id: int | None = None,
    epochs: int | None = None,
    seed: int = 0,
) -> LabelPlan:
    """What a run would do now; starts nothing.

    Args:
        workspace: The store.
        task_id: A task with a classifier.
        base_version_id: Version to start from, None for from scratch.
        epochs: Times that each image is seen, None for as many as are usually enough.
        seed: Of order and random changes.

    Raises:
        JobError: The task has no classifier.
    """
    card = _card(workspace, task_id, base_version_id)
    labels = workspace.labels.latest_of_task(task_id)
    known = [image for image in workspace.images.list(task_id) if _knows(card, labels.get(image.id), image)]
    trainable = [image for image in known if is_trainable(image)]
    validation = num_validation(len(trainable))
    num_train = len(trainable) - validation
    if epochs is None:
        epochs = recipe.default_epochs(num_train, from_scratch=base_version_id is None)
    there = {labels[image.id].label for image in trainable}
    missing = [card.label_titles.get(label, label) for label in card.labels if label not in there]
    return LabelPlan(
        task_id=task_id,
        base_version_id=base_version_id,
        epochs=epochs,
        num_labelled=len(known),
        num_waiting=sum(image.corrected_rank is None for image in known),
        num_train=num_train,
        num_validation=validation,
        num_locked=sum(image.locked for image in known),
        missing=tuple(missing),
        seconds=recipe.estimated_seconds(card, num_train, epochs, workspace.settings.get(_SPEED)),
        seed=seed,
    )


def start_fine_tune_labels(workspace: Workspace, plan: LabelPlan, *, who: str) -> JobRow:
    """Put the run into the queue; returns at once.

    Raises:
        JobError: There is nothing to train on, no epoch, or a label without an image for a run from scratch.
    """
    if plan.num_train < 1:
        raise JobError(
            "There is no image with a label and a mask to train on yet; label and save one more first."
        )
    if plan.epochs < 1:
        raise JobError(f"{plan.epochs} epochs train nothing; choose at least 1.")
    if plan.base_version_id is None and plan.missing:
        raise JobError(
            "From scratch each label needs an image to train on, and there is none of "
            f"{', '.join(plan.missing)}; label some, or start from a version."
        )
    settings = {"base_version_id": plan.base_version_id, "epochs": plan.epochs, "seed": plan.seed}
    return queue.submit(workspace, KIND, plan.task_id, settings, who=who)


def run_job(context: JobContext) -> dict[str, Any]:
    """Do the run in this process; called by the worker.

    Returns:
        "version_id" of the candidate (None where it was stopped before the first step), "decision",
        "mean_old" and "mean_new" (balanced accuracy), "num_worse" and "label_ids" that were learnt from.

    Raises:
        JobError: There is nothing to train on any more.
        DivergedError: The loss stopped being finite.
    """
    workspace, task_id = context.workspace, context.job.task_id
    if task_id is None:
        raise JobError("A fine-tuning run needs a task.")
    context.report({"message": "Reading images"})
    lesson = _lesson(context, task_id)
    if context.should_stop():
        return {"version_id": None}
    trained = _train(context, lesson)
    context.report({"message": "Comparing on the locked images"})
    candidate = write_label_candidate(workspace, context.job, lesson, trained)
    comparison, decision = settle_labels(workspace, candidate, Classifiers())
    return {
        "version_id": candidate.id,
        "decision": decision,
        "mean_old": comparison.mean_old,
        "mean_new": comparison.mean_new,
        "num_worse": comparison.num_worse,
        "label_ids": lesson.label_ids,
    }


def _lesson(context: JobContext, task_id: int) -> LabelLesson:
    """What is learnt from, split into training and validation."""
    workspace, settings = context.workspace, context.job.settings
    base_id, epochs, seed = settings["base_version_id"], int(settings["epochs"]), int(settings["seed"])
    card = _card(workspace, task_id, base_id)
    labels = workspace.labels.latest_of_task(task_id)
    masks = workspace.masks.latest_of_task(task_id)
    images = [
        image
        for image in workspace.images.list(task_id, "corrected")
        if is_trainable(image) and image.id in masks and _knows(card, labels.get(image.id), image)
    ]
    if not images:
        raise JobError(
            "There is no image with a label and a mask to train on; label and save one more first."
        )
    order = np.random.default_rng(seed).permutation(len(images)).tolist()
    aside = set(order[: num_validation(len(images))])
    train = [image for place, image in enumerate(images) if place not in aside]
    missing = set(card.labels) - {labels[image.id].label for image in train}
    if base_id is None and missing:
        raise JobError(
            f"From scratch each label needs an image, and there is none of {', '.join(sorted(missing))}."
        )
    return LabelLesson(
        base=None if base_id is None else workspace.versions.get(base_id),
        card=card,
        train=tuple(train),
        validation=tuple(image for place, image in enumerate(images) if place in aside),
        labels=labels,
        masks=masks,
        settings=recipe.settings_of(card, epochs, seed, from_scratch=base_id is None),
        augment=recipe.augmentation(card),
    )


def _train(context: JobContext, lesson: LabelLesson) -> Any:
    """The trained network; Keras is imported here, in the worker alone."""
    from core.training.quiet_start import start_keras

    start_keras()
    from core.classification.examples import LabelledExample, prepare_labelled
    from core.classification.fit import ClassifyRun, train_classifier

    workspace, card = context.workspace, lesson.card

    def example(image: ImageRow) -> LabelledExample:
        mask = decode_image(workspace.masks.read_mask_png(lesson.masks[image.id]), f"mask of {image.name}")
        return LabelledExample(pictures.decode(workspace, image), mask.values, lesson.label_of(image))

    def prepare(images: Sequence[ImageRow]) -> Any:
        return prepare_labelled([partial(example, image) for image in images], card)

    trained = train_classifier(
        prepare(lesson.train),
        prepare(lesson.validation) if lesson.validation else None,
        ClassifyRun(
            num_labels=len(card.labels),
            settings=lesson.settings,
            augment=lesson.augment,
            flips=card.flips,
            start_from=None if lesson.base is None else workspace.root / lesson.base.folder / "model.keras",
        ),
        on_progress=JobReporter(context, _epoch_line),
        should_stop=context.should_stop,
    )
    _remember_speed(workspace, lesson, trained)
    return trained


def _epoch_line(report: Any) -> str:
    return f"epoch {report.epoch}/{report.num_epochs}: loss {report.loss:.4f}, accuracy {report.accuracy:.4f}"


def _remember_speed(workspace: Workspace, lesson: LabelLesson, trained: Any) -> None:
    """How long an image takes here, for the next estimate; the first epoch, which compiles, is left out."""
    history = trained.history
    if len(history) > 1:
        an_epoch = (history[-1].seconds - history[0].seconds) / (len(history) - 1)
        workspace.settings.set(_SPEED, an_epoch / len(lesson.train) / recipe.work_of(lesson.card))


def _knows(card: ClassifierCard, label: LabelRow | None, image: ImageRow) -> bool:
    """Whether an image can be learnt from: its label is one of the card's, and it has colours."""
    return label is not None and label.label in card.labels and image.facts.channels == 3


def _card(workspace: Workspace, task_id: int, version_id: int | None) -> ClassifierCard:
    """The card that a run begins from; from scratch that of the version in use, for its labels and view."""
    if version_id is not None:
        return classifier_card(workspace, workspace.versions.get(version_id))
    current = classifier_of(workspace, task_id)
    if current is None:
        raise JobError("This task has no classifier, so there are no labels to learn.")
    return current.card
